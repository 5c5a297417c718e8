# SPDX-License-Identifier: Apache-2.0
# Everything comes from the distribution: nothing is downloaded by the build, nothing is vendored.

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED) # spdlog stands on it; std::format is missing from libstdc++ 12
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares>=1.18)
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2>=1.52)
if(MPICD_TESTS)
    find_package(GTest REQUIRED)
endif()
# A daemon's many small allocations cost half with it, and it gives memory back when a rush is over. The static
# form: nothing more to install where the binary runs. Sanitizers bring an allocator of their own.
if(NOT MPICD_SANITIZE)
    find_library(MPICD_JEMALLOC NAMES libjemalloc_pic.a REQUIRED)
endif()

# Asio and Beast are compiled once, in boost_impl.cpp, and only declared elsewhere.
add_library(mpicd_boost INTERFACE)
add_library(mpicd::boost ALIAS mpicd_boost)
target_link_libraries(mpicd_boost INTERFACE Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
target_compile_definitions(mpicd_boost INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
    # Coroutine frames from operator new: aligned_alloc() costs an allocator ten times as much.
    BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC BOOST_ASIO_DISABLE_BOOST_ALIGN
    BOOST_ASIO_NO_DEPRECATED BOOST_ALL_NO_LIB BOOST_BEAST_USE_STD_STRING_VIEW)
