// SPDX-License-Identifier: Apache-2.0
#include "mpicd/coordinator_daemon.hpp"

#include "base/async/service.hpp"
#include "base/core/time_text.hpp"
#include "mpicd/build_info.hpp"
#include "mpicd/process_memory.hpp"
#include "mpicd/tls_files.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdexcept>

namespace mpicd {

namespace {

/// Requests were drained, and the disk never said that their records are on it.
constexpr int journal_stuck = 4;
constexpr base::Milliseconds admin_drain{100};

/// The part of the drain's limit that belongs to the journal: its first half to the last records,
/// its second to the last fsync.
base::Milliseconds journal_share(base::Milliseconds drain) {
    return std::min(drain / 2, base::Milliseconds{2'000});
}

Replaceable load_replaceable(const CoordinatorConfig& config) {
    return {.roster = config.roster,
            .clients = std::make_shared<const mpic::api::Clients>(config.clients),
            .public_tls = load_public_server(config.tls),
            .agent_tls = load_mutual_client(config.agents)};
}

LoadedFiles loaded_files(const std::string& file, const CoordinatorConfig& config) {
    LoadedFiles files;
    files.paths = files_read_by(file);
    files.paths.push_back(file);
    for (const auto& identity : {config.tls, config.agents})
        for (auto& path : paths_of(identity))
            files.paths.push_back(std::move(path));
    const auto add = [&](std::string name, const std::string& path) {
        if (!path.empty())
            files.certificates.push_back({name, read_named_file(name, path)});
    };
    add("tls.certificate", config.tls.certificate);
    add("tls.client-ca", config.tls.ca);
    add("agents.certificate", config.agents.certificate);
    add("agents.ca", config.agents.ca);
    return files;
}

CoordinatorUnitOptions unit_options(const CoordinatorConfig& config, bool first) {
    CoordinatorUnitOptions options{
        .coordinator = config.coordinator,
        .api = {.base_path = config.base_path,
                .max_in_flight = config.max_in_flight,
                .max_in_flight_per_target = config.max_in_flight_per_domain},
        .connections_per_agent = config.connections_per_agent,
        .listen = config.listen,
        .reuse_port = config.threads > 1,
        .limits = config.limits};
    options.coordinator.last_records = journal_share(config.drain) / 2;
    if (first)
        options.probe_interval = config.probe;
    return options;
}

} // namespace

CoordinatorDaemon::CoordinatorDaemon(std::string config_file)
    : file_(std::move(config_file)),
      config_(read_coordinator_config(file_, base::SystemClock().wall())),
      log_(make_logger(config_.log)),
      resources_(config_.journal, *log_),
      loops_(config_.threads),
      watch_(loops_, resources_.clock, *log_, resources_.metrics, config_.watch,
             [this] { reload(); }),
      current_(load_replaceable(config_)),
      admin_(
          loops_.loop(0), resources_, config_.admin_listen, [this] { return current_.roster; },
          config_.coordinator) {
    if (config_.core_dumps)
        allow_core_dumps();
    check_date();
    watch_.loaded(loaded_files(file_, config_), {});
    for (std::size_t i = 0; i < loops_.size(); ++i)
        units_.push_back(std::make_unique<CoordinatorUnit>(
            loops_.loop(i), resources_.shared, current_, unit_options(config_, i == 0)));
}

void CoordinatorDaemon::run() {
    base::run_service(loops_, {.start = [this] { start(); },
                               .reload = [this] { reload(); },
                               .stopping =
                                   [this](int) {
                                       log_->info("stopping");
                                       admin_.stopping();
                                   },
                               .drain = [this](std::size_t i) { return drain(i); },
                               .ended = [this] { end(); }});
}

void CoordinatorDaemon::start() {
    for (auto& unit : units_)
        unit->start();
    admin_.start();
    watch_.start();
    announce();
}

void CoordinatorDaemon::announce() {
    log_->info("coordinator-ready", {{"listen", units_.front()->endpoint().to_string()},
                                     {"admin", admin_.endpoint().to_string()},
                                     {"perspectives", config_.roster.perspectives.size()},
                                     {"policy", config_.coordinator.policy.name()},
                                     {"build", build_name()}});
    for (const auto& phase : compliance_schedule(config_.roster, config_.coordinator.policy,
                                                 resources_.policy_clock.wall()))
        for (const auto& breach : phase.breaches)
            log_->warn("compliance", {{"from", phase.phase}, {"breach", breach}});
}

void CoordinatorDaemon::check_date() {
    const auto date = resources_.policy_clock.wall();
    const auto now = resources_.clock.wall(); // second: where all is well it is the later one
    if (date <= now)
        return;
    log_->warn("clock-behind-journal",
               {{"clock", base::rfc3339(now)}, {"journal", base::rfc3339(date)}});
    const auto breaches = roster_breaches(config_.roster, config_.coordinator.policy, date);
    if (!breaches.empty())
        throw std::runtime_error(fmt::format(
            "the audit journal reaches until {}, beyond this machine's clock ({}), and the roster "
            "does not meet the policy of that date: {}",
            base::rfc3339(date), base::rfc3339(now), fmt::join(breaches, "; ")));
}

base::Awaitable<void> CoordinatorDaemon::drain(std::size_t index) {
    co_await units_[index]->drain(config_.drain - journal_share(config_.drain));
    if (index == 0) // last, so that /readyz says why meanwhile
        co_await admin_.drain(admin_drain);
}

void CoordinatorDaemon::reload() {
    const auto before = watch_.look();
    try {
        const auto config = read_coordinator_config(file_, resources_.policy_clock.wall());
        const auto files = loaded_files(file_, config);
        current_ = load_replaceable(config);
        resources_.health.keep(current_.roster);
        for (std::size_t i = 0; i < units_.size(); ++i)
            base::asio::post(loops_.loop(i),
                             [&unit = *units_[i], fresh = current_] { unit.replace(fresh); });
        watch_.loaded(files, before);
        log_->info("reloaded", {{"file", file_}});
    } catch (const std::exception& error) {
        watch_.refused(before);
        log_->error("reload-refused", {{"reason", error.what()}});
    }
}

void CoordinatorDaemon::end() {
    if (resources_.journal.close_within(journal_share(config_.drain) / 2))
        return;
    log_->error("journal-stuck",
                {{"records", resources_.journal.unreported()},
                 {"reason", "the disk did not answer until the end; these records may be missing "
                            "from the journal, and no answer that rests on them has left"}});
    log_->flush(base::Milliseconds{1'000});
    std::_Exit(
        journal_stuck); // its thread hangs in the kernel: nothing can be taken down around it
}

} // namespace mpicd
