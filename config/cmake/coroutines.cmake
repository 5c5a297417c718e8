# SPDX-License-Identifier: Apache-2.0
# g++ 12 destroys temporaries of aggregate type twice in an expression that contains co_await
# (GCC PR 107288): a double free in a daemon such as this one. The probe runs that pattern.

include(CheckCXXSourceRuns)
set(CMAKE_REQUIRED_FLAGS "-std=c++23 -O2")
check_cxx_source_runs([[
#include <coroutine>
#include <string>
struct Task {
    struct promise_type {
        Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_never initial_suspend() { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() {}
    };
    std::coroutine_handle<promise_type> handle;
    bool await_ready() { return true; }
    void await_suspend(std::coroutine_handle<>) {}
    void await_resume() { handle.destroy(); }
};
int alive = 0;
struct Counted {
    Counted() { ++alive; }
    Counted(const Counted&) { ++alive; }
    Counted(Counted&&) noexcept { ++alive; }
    ~Counted() { --alive; }
};
struct Pair { Counted first; std::string second; };
Task take(Pair) { co_return; }
Task outer() { co_await take({{}, "a string that is long enough to live on the heap"}); }
int main() {
    auto task = outer();
    task.handle.destroy();
    return alive == 0 ? 0 : 1;
}
]] MPICD_COROUTINES_COMPILE_RIGHT)
unset(CMAKE_REQUIRED_FLAGS)
if(NOT MPICD_COROUTINES_COMPILE_RIGHT)
    message(FATAL_ERROR
        "${CMAKE_CXX_COMPILER} (${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}) does not "
        "compile C++23 coroutines correctly: a probe destroyed a temporary twice (g++ 12 does) or "
        "did not build. Use clang 19: apt-get install clang-19, then cmake --preset release.")
endif()
