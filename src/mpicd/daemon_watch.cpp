// SPDX-License-Identifier: Apache-2.0
#include "mpicd/daemon_watch.hpp"

#include "base/net/tls.hpp"

#include <chrono>
#include <string_view>
#include <utility>

namespace mpicd {

namespace {

constexpr base::Milliseconds lag_interval{500};
/// Each certificate is told of once a day; this only decides how soon after it becomes due.
constexpr base::Milliseconds certificate_interval{60'000};

std::vector<double> lag_bounds() {
    return {0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};
}

} // namespace

DaemonWatch::DaemonWatch(base::LoopPool& loops, const base::Clock& clock,
                         base::log::BoundedLogger& log, base::log::Metrics& metrics,
                         const WatchConfig& config, std::function<void()> reload)
    : clock_(clock),
      log_(log),
      reload_(std::move(reload)),
      certificates_(log, metrics, "mpicd_certificate_expiry_timestamp_seconds",
                    std::chrono::days(config.certificate_warning_days)),
      dropped_lines_(metrics.counter("mpicd_log_dropped_lines_total",
                                     "Lines of the log that nobody read in time.")) {
    const auto every = [this](base::asio::io_context& loop, base::Milliseconds interval,
                              base::Periodic::Work work) {
        periodic_.push_back(std::make_unique<base::Periodic>(loop, interval, std::move(work)));
        periodic_.back()->on_fault(
            [this](const char* what) { log_.error("watch-fault", {{"what", what}}); });
    };
    if (config.files.count() > 0)
        every(loops.loop(0), config.files,
              [this](base::SteadyTime::duration) { return look_at_files(); });
    every(loops.loop(0), certificate_interval,
          [this](base::SteadyTime::duration) { return look_at_certificates(); });
    for (std::size_t i = 0; i < loops.size(); ++i) {
        auto& lag = metrics.histogram("mpicd_loop_lag_seconds",
                                      "How late an event loop came to a timer of its own.",
                                      lag_bounds(), {{"loop", std::to_string(i)}});
        every(loops.loop(i), lag_interval,
              [this, lag = &lag, first = i == 0](base::SteadyTime::duration late) {
                  return measure(lag, first, late);
              });
    }
}

void DaemonWatch::start() {
    for (const auto& periodic : periodic_)
        periodic->start();
}

void DaemonWatch::loaded(const LoadedFiles& now, const base::FileWatch::Snapshot& before) {
    paths_ = now.paths;
    files_.know(paths_, before);
    certificates_.use(now.certificates);
}

void DaemonWatch::refused(const base::FileWatch::Snapshot& before) {
    files_.know(paths_, before);
}

base::Awaitable<void> DaemonWatch::look_at_files() {
    if (files_.settled_change())
        reload_();
    co_return;
}

base::Awaitable<void> DaemonWatch::look_at_certificates() {
    certificates_.check(clock_.wall());
    co_return;
}

base::Awaitable<void> DaemonWatch::measure(base::log::Histogram* lag, bool first,
                                           base::SteadyTime::duration late) {
    lag->observe(std::chrono::duration<double>(late).count());
    if (first) {
        const auto dropped = log_.dropped();
        dropped_lines_.add(static_cast<double>(dropped - std::exchange(dropped_, dropped)));
    }
    co_return;
}

std::vector<std::string> files_read_by(const std::string& config_file) {
    static constexpr std::string_view opening = "${file:";
    std::vector<std::string> paths;
    const auto text = base::net::read_file(config_file).value_or("");
    for (auto at = text.find(opening); at != std::string::npos; at = text.find(opening, at + 1)) {
        const auto begin = at + opening.size();
        const auto end = text.find('}', begin);
        if (end != std::string::npos)
            paths.push_back(text.substr(begin, end - begin));
    }
    return paths;
}

} // namespace mpicd
