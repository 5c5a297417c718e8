// SPDX-License-Identifier: Apache-2.0
// mpicd coordinator: the HTTPS API that a CA's issuance pipeline POSTs to.

#include "base/async/service.hpp"
#include "mpicd/build_info.hpp"
#include "mpicd/coordinator_config.hpp"
#include "mpicd/coordinator_process.hpp"
#include "mpicd/roles.hpp"
#include "mpicd/tls_files.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace mpicd {

namespace {

Replaceable load_replaceable(const CoordinatorConfig& config) {
    return {.roster = config.roster,
            .clients = std::make_shared<const mpic::api::Clients>(config.clients),
            .public_tls = load_public_server(config.tls),
            .agent_tls = load_mutual_client(config.agents)};
}

CoordinatorUnitOptions unit_options(const CoordinatorConfig& config) {
    return {.coordinator = config.coordinator,
            .api = {.base_path = config.base_path, .max_in_flight = config.max_in_flight},
            .connections_per_agent = config.connections_per_agent,
            .listen = config.listen,
            .reuse_port = config.threads > 1,
            .limits = config.limits};
}

/// The process: a unit per loop, the admin listener on the first.
class CoordinatorDaemon {
public:
    explicit CoordinatorDaemon(std::string config_file)
        : file_(std::move(config_file)),
          config_(read_coordinator_config(file_, base::SystemClock().wall())),
          log_(make_logger(config_.log)),
          resources_(config_.journal, *log_),
          loops_(config_.threads),
          current_(load_replaceable(config_)),
          admin_(
              loops_.loop(0), resources_, config_.admin_listen, [this] { return current_.roster; },
              config_.coordinator.policy) {
        for (std::size_t i = 0; i < loops_.size(); ++i)
            units_.push_back(std::make_unique<CoordinatorUnit>(loops_.loop(i), resources_.shared,
                                                               current_, unit_options(config_)));
    }

    void run() {
        base::run_service(loops_, {.start = [this] { start(); },
                                   .reload = [this] { reload(); },
                                   .stopping =
                                       [this](int) {
                                           log_->info("stopping");
                                           admin_.stopping();
                                       },
                                   .drain = [this](std::size_t i) { return drain(i); },
                                   .ended = [this] { resources_.journal.close(); }});
    }

private:
    void start() {
        for (auto& unit : units_)
            unit->start();
        admin_.start();
        announce();
    }

    void announce() {
        log_->info("coordinator-ready",
                   {{"listen", units_.front()->endpoint().to_string()},
                    {"admin", admin_.endpoint().to_string()},
                    {"perspectives", static_cast<std::int64_t>(config_.roster.perspectives.size())},
                    {"policy", config_.coordinator.policy.name()},
                    {"build", build_name()}});
        const auto now = resources_.clock.wall();
        for (const auto& phase :
             compliance_schedule(config_.roster, config_.coordinator.policy, now))
            for (const auto& breach : phase.breaches)
                log_->warn("compliance", {{"from", phase.phase}, {"breach", breach}});
    }

    base::Awaitable<void> drain(std::size_t index) {
        co_await units_[index]->drain(config_.drain);
        if (index == 0) // last, so that /readyz says why meanwhile
            co_await admin_.drain(base::Milliseconds{1000});
    }

    /// Certificates, tokens and roster, all or nothing; listeners and limits need a restart.
    void reload() {
        try {
            current_ = load_replaceable(read_coordinator_config(file_, resources_.clock.wall()));
            for (std::size_t i = 0; i < units_.size(); ++i)
                base::asio::post(loops_.loop(i),
                                 [&unit = *units_[i], fresh = current_] { unit.replace(fresh); });
            log_->info("reloaded", {{"file", file_}});
        } catch (const std::exception& error) {
            log_->error("reload-refused", {{"reason", error.what()}});
        }
    }

    std::string file_;
    CoordinatorConfig config_;
    std::unique_ptr<base::log::Logger> log_;
    CoordinatorResources resources_;
    base::LoopPool loops_;
    Replaceable current_;
    AdminUnit admin_;
    std::vector<std::unique_ptr<CoordinatorUnit>> units_;
};

} // namespace

void add_coordinator(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("coordinator", "The HTTPS API that a CA's issuance pipeline "
                                                      "POSTs to.");
    auto file = std::make_shared<std::string>();
    command->add_option("--config", *file, "Configuration file")->required()->type_name("FILE");
    command->callback([file, &exit_code] {
        CoordinatorDaemon(*file).run();
        exit_code = 0;
    });
}

} // namespace mpicd
