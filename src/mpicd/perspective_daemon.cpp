// SPDX-License-Identifier: Apache-2.0
#include "mpicd/perspective_daemon.hpp"

#include "base/async/service.hpp"
#include "mpicd/build_info.hpp"
#include "mpicd/dnssec_probe.hpp"
#include "mpicd/process_memory.hpp"
#include "mpicd/tls_files.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace mpicd {

namespace {

constexpr base::Milliseconds admin_drain{100};

PerspectiveUnitOptions unit_options(const PerspectiveConfig& config, base::net::TlsContext tls) {
    PerspectiveUnitOptions options;
    options.resolver = resolver_options(config.resolvers, config.check.dns_try, config.source);
    options.resolver.mix_case = config.mix_case;
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

LoadedFiles loaded_files(const std::string& file, const PerspectiveConfig& config) {
    LoadedFiles files;
    files.paths = files_read_by(file);
    files.paths.push_back(file);
    for (auto& path : paths_of(config.tls))
        files.paths.push_back(std::move(path));
    files.certificates = {
        {"tls.certificate", read_named_file("tls.certificate", config.tls.certificate)},
        {"tls.ca", read_named_file("tls.ca", config.tls.ca)}};
    return files;
}

} // namespace

PerspectiveDaemon::PerspectiveDaemon(std::string config_file)
    : file_(std::move(config_file)),
      config_(read_perspective_config(file_)),
      log_(make_logger(config_.log)),
      loops_(config_.threads),
      watch_(loops_, clock_, *log_, metrics_, config_.watch, [this] { reload(); }) {
    if (config_.core_dumps)
        allow_core_dumps();
    const auto tls = load_mutual_server(config_.tls);
    watch_.loaded(loaded_files(file_, config_), {});
    if (config_.admin_listen)
        admin_.emplace(loops_.loop(0), clock_, *log_, metrics_, *config_.admin_listen);
    for (std::size_t i = 0; i < loops_.size(); ++i)
        units_.push_back(std::make_unique<PerspectiveUnit>(loops_.loop(i), clock_, random_, *log_,
                                                           metrics_, unit_options(config_, tls)));
}

void PerspectiveDaemon::run() {
    if (config_.require_dnssec)
        require_validating_resolver(clock_, random_, config_);
    base::run_service(loops_, {.start = [this] { start(); },
                               .reload = [this] { reload(); },
                               .stopping =
                                   [this](int) {
                                       log_->info("stopping");
                                       if (admin_)
                                           admin_->stopping();
                                   },
                               .drain = [this](std::size_t i) { return drain(i); }});
}

void PerspectiveDaemon::start() {
    for (auto& unit : units_)
        unit->start();
    if (admin_)
        admin_->start();
    watch_.start();
    announce();
}

void PerspectiveDaemon::announce() {
    log_->info("perspective-ready",
               {{"id", config_.id},
                {"listen", units_.front()->endpoint().to_string()},
                {"admin", admin_ ? admin_->endpoint().to_string() : std::string()},
                {"build", build_name()}});
    if (!config_.allow_special_purpose.empty() || config_.check.http_port != 80
        || config_.check.https_port != 443)
        log_->warn("test-network", {{"note", "checks may connect to special-purpose addresses or "
                                             "unusual ports: never for issuance"}});
}

base::Awaitable<void> PerspectiveDaemon::drain(std::size_t index) {
    co_await units_[index]->drain(config_.drain);
    if (index == 0 && admin_) // last, so that /readyz says why meanwhile
        co_await admin_->drain(admin_drain);
}

void PerspectiveDaemon::reload() {
    const auto before = watch_.look();
    try {
        const auto config = read_perspective_config(file_);
        const auto files = loaded_files(file_, config);
        const auto tls = load_mutual_server(config.tls);
        for (std::size_t i = 0; i < units_.size(); ++i)
            base::asio::post(loops_.loop(i), [&unit = *units_[i], tls, who = config.coordinators] {
                unit.replace(tls, who);
            });
        watch_.loaded(files, before);
        log_->info("reloaded", {{"file", file_}});
    } catch (const std::exception& error) {
        watch_.refused(before);
        log_->error("reload-refused", {{"reason", error.what()}});
    }
}

} // namespace mpicd
