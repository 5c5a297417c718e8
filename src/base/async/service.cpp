// SPDX-License-Identifier: Apache-2.0
#include "base/async/service.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <csignal>
#include <exception>

namespace base {

namespace {

/// Starts every loop's drain, and stops the loops when the last has finished. Outlives
/// LoopPool::run().
class Drain {
public:
    Drain(LoopPool& loops, Service& service)
        : loops_(loops), service_(service), left_(loops.size()), faults_(loops.size()) {}

    void on_signal(int signal) {
        if (begun_)
            return loops_.stop();
        begun_ = true;
        if (service_.stopping)
            service_.stopping(signal);
        for (std::size_t i = 0; i < loops_.size(); ++i)
            asio::co_spawn(loops_.loop(i), service_.drain(i), [this, i](std::exception_ptr fault) {
                faults_[i] = std::move(fault);
                if (--left_ == 0)
                    loops_.stop();
            });
    }
    void rethrow() const {
        for (const auto& fault : faults_)
            if (fault)
                std::rethrow_exception(fault);
    }

private:
    LoopPool& loops_;
    Service& service_;
    bool begun_ = false;
    std::atomic<std::size_t> left_;
    std::vector<std::exception_ptr> faults_; // one writer each, read after the loops have ended
};

void run_until_drained(LoopPool& loops, Service& service) {
    Drain drain(loops, service);
    SignalWatch stop(loops.loop(0), {SIGTERM, SIGINT},
                     [&](int signal) { drain.on_signal(signal); });
    SignalWatch reload(loops.loop(0), {SIGHUP}, [&](int) {
        if (service.reload)
            service.reload();
    });
    if (service.start)
        service.start();
    loops.run();
    drain.rethrow();
}

/// What is left to do is short, and a further signal must not cut it off: files would stay behind.
void end_in_peace() {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        std::signal(signal, SIG_IGN);
}

} // namespace

void run_service(LoopPool& loops, Service service) {
    std::exception_ptr fault;
    try {
        run_until_drained(loops, service);
    } catch (...) {
        fault = std::current_exception();
    }
    end_in_peace();
    loops.stop(); // also when start() failed: what it began will not run
    if (service.ended)
        service.ended();
    loops.abandon();
    if (fault)
        std::rethrow_exception(fault);
}

} // namespace base
