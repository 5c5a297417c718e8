// SPDX-License-Identifier: Apache-2.0
// mpicd perspective: one perspective's agent, answering only its coordinators.

#include "base/async/service.hpp"
#include "mpicd/build_info.hpp"
#include "mpicd/dnssec_probe.hpp"
#include "mpicd/perspective_config.hpp"
#include "mpicd/perspective_unit.hpp"
#include "mpicd/roles.hpp"
#include "mpicd/tls_files.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace mpicd {

namespace {

PerspectiveUnitOptions unit_options(const PerspectiveConfig& config, base::net::TlsContext tls) {
    PerspectiveUnitOptions options;
    options.resolver = resolver_options(config.resolvers, config.check.dns_try, config.source);
    options.check = config.check;
    options.check.source = config.source;
    if (options.check.user_agent.empty())
        options.check.user_agent = user_agent(config.id);
    options.allow_special_purpose = config.allow_special_purpose;
    options.agent = {.perspective = config.id,
                     .build = build_name(),
                     .coordinators = config.coordinators,
                     .max_budget = config.max_budget,
                     .max_in_flight = config.max_in_flight};
    options.listen = config.listen;
    options.reuse_port = config.threads > 1;
    options.tls = std::move(tls);
    options.limits = config.limits;
    return options;
}

/// The process: a unit per loop.
class PerspectiveDaemon {
public:
    explicit PerspectiveDaemon(std::string config_file)
        : file_(std::move(config_file)),
          config_(read_perspective_config(file_)),
          log_(make_logger(config_.log)),
          loops_(config_.threads) {
        const auto tls = load_mutual_server(config_.tls);
        for (std::size_t i = 0; i < loops_.size(); ++i)
            units_.push_back(std::make_unique<PerspectiveUnit>(loops_.loop(i), clock_, random_,
                                                               *log_, unit_options(config_, tls)));
    }

    void run() {
        if (config_.require_dnssec)
            require_validating_resolver(clock_, random_, config_);
        base::run_service(
            loops_, {.start = [this] { start(); },
                     .reload = [this] { reload(); },
                     .stopping = [this](int) { log_->info("stopping"); },
                     .drain = [this](std::size_t i) { return units_[i]->drain(config_.drain); }});
    }

private:
    void start() {
        for (auto& unit : units_)
            unit->start();
        announce();
    }

    void announce() {
        log_->info("perspective-ready", {{"id", config_.id},
                                         {"listen", units_.front()->endpoint().to_string()},
                                         {"build", build_name()}});
        if (!config_.allow_special_purpose.empty() || config_.check.http_port != 80
            || config_.check.https_port != 443)
            log_->warn("test-network",
                       {{"note", "checks may connect to special-purpose addresses or "
                                 "unusual ports: never for issuance"}});
    }

    /// Certificates, keys and CAs. What cannot be read leaves everything as it was.
    void reload() {
        try {
            const auto tls = load_mutual_server(read_perspective_config(file_).tls);
            for (std::size_t i = 0; i < units_.size(); ++i)
                base::asio::post(loops_.loop(i),
                                 [&unit = *units_[i], tls] { unit.replace_tls(tls); });
            log_->info("reloaded", {{"file", file_}});
        } catch (const std::exception& error) {
            log_->error("reload-refused", {{"reason", error.what()}});
        }
    }

    base::SystemClock clock_;
    base::SystemRandom random_;
    std::string file_;
    PerspectiveConfig config_;
    std::unique_ptr<base::log::Logger> log_;
    base::LoopPool loops_;
    std::vector<std::unique_ptr<PerspectiveUnit>> units_;
};

} // namespace

void add_perspective(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("perspective", "One perspective's agent: checks what its "
                                                      "coordinators ask, over mutual TLS.");
    auto file = std::make_shared<std::string>();
    command->add_option("--config", *file, "Configuration file")->required()->type_name("FILE");
    command->callback([file, &exit_code] {
        PerspectiveDaemon(*file).run();
        exit_code = 0;
    });
}

} // namespace mpicd
