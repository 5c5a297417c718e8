// SPDX-License-Identifier: Apache-2.0
#include "mpicd/dev_world.hpp"

#include "base/async/task_set.hpp"
#include "mpicd/build_info.hpp"
#include "mpicd/dev_roster.hpp"
#include "mpicd/tls_files.hpp"
#include "mpicd/token.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <stdexcept>

namespace mpicd {

namespace {

constexpr std::size_t token_limit = 256;

/// The folder's token, made on the first start.
std::string keep_token(const std::string& folder, base::Random& random) {
    const auto file = folder + "/token";
    if (!std::filesystem::exists(file))
        write_file(file, new_token(random).token + "\n", true);
    auto token = base::net::read_file(file, token_limit);
    if (!token)
        throw std::runtime_error(token.error().detail);
    token->erase(token->find_last_not_of(" \r\n\t") + 1);
    return std::move(*token);
}

base::net::IpAddress require_loopback(const base::net::IpAddress& address) {
    if (!address.is_loopback())
        throw std::runtime_error(
            fmt::format("mpicd dev listens on loopback only, not on {}: it has throw-away "
                        "certificates and checks nothing of the Internet. Use mpicd "
                        "coordinator and mpicd perspective",
                        address.to_string()));
    return address;
}

mpic::challenge_target::ChallengeTargetOptions
target_options(const std::vector<DevWorld::PerspectiveInfo>& perspectives) {
    mpic::challenge_target::ChallengeTargetOptions options;
    options.address = *base::net::IpAddress::parse("127.0.0.1");
    for (const auto& [perspective, source] : perspectives)
        options.perspectives.emplace(source, perspective.id);
    options.forward_to = base::dns::system_resolvers();
    return options;
}

std::string plain_url(const base::net::Endpoint& endpoint) {
    return fmt::format("http://{}", endpoint.to_string());
}

} // namespace

DevWorld::DevWorld(base::asio::io_context& loop, base::asio::io_context& target_loop,
                   base::log::Logger& log, DevOptions options)
    : loop_(loop),
      options_(std::move(options)),
      resources_({.folder = options_.folder + "/journal"}, log),
      pki_(options_.folder + "/pki", resources_.clock, std::chrono::days(30)),
      token_(keep_token(options_.folder, resources_.random)),
      perspectives_(dev_perspectives()),
      target_(target_loop, resources_.clock, log, target_options(perspectives_)),
      target_idle_(target_loop),
      admin_(loop, resources_, {*base::net::IpAddress::parse("127.0.0.1"), 0},
             [this] {
                 mpic::Roster roster;
                 for (const auto& info : perspectives_)
                     roster.perspectives.push_back(info.perspective);
                 return roster;
             },
             {.policy = mpic::QuorumPolicy::demo()}) {
    make_perspectives(loop, log);
    coordinator_ = std::make_unique<CoordinatorUnit>(
        loop, resources_.shared, replaceable(),
        CoordinatorUnitOptions{.coordinator = {.policy = mpic::QuorumPolicy::demo()},
                               .listen = {require_loopback(options_.address), options_.port},
                               .probe_interval = base::Milliseconds{5'000}});
}

void DevWorld::make_perspectives(base::asio::io_context& loop, base::log::Logger& log) {
    for (auto& [perspective, source] : perspectives_) {
        PerspectiveUnitOptions unit;
        unit.resolver = resolver_options({target_.dns_endpoint()}, unit.check.dns_try, source);
        unit.check.user_agent = user_agent(perspective.id);
        unit.check.http_port = target_.http_endpoint().port;
        unit.check.https_port = target_.tls_endpoint().port;
        unit.check.source = source;
        unit.allow_special_purpose = {*base::net::Prefix::parse("127.0.0.0/8"),
                                      *base::net::Prefix::parse("::1/128")};
        unit.agent = {.perspective = perspective.id,
                      .build = build_name(),
                      .coordinators = {Pki::coordinator_identity()}};
        unit.listen = {source, 0};
        unit.tls = load_mutual_server(pki_.perspective(perspective.id));
        units_.push_back(std::make_unique<PerspectiveUnit>(
            loop, resources_.clock, resources_.random, log, resources_.metrics, std::move(unit)));
        perspective.url = "https://" + units_.back()->endpoint().to_string();
        perspective.identity = Pki::perspective_identity(perspective.id);
    }
}

Replaceable DevWorld::replaceable() {
    Replaceable made;
    for (const auto& info : perspectives_)
        made.roster.perspectives.push_back(info.perspective);
    made.clients = std::make_shared<const mpic::api::Clients>(
        std::vector<mpic::api::ClientOptions>{{.id = "dev", .token_sha256 = {token_hash(token_)}}});
    made.public_tls = load_public_server([this] {
        auto files = pki_.server({"localhost", "127.0.0.1", "::1"});
        files.ca.clear();
        return files;
    }());
    made.agent_tls = load_mutual_client(pki_.coordinator());
    return made;
}

void DevWorld::start() {
    target_.start();
    for (auto& unit : units_)
        unit->start();
    coordinator_->start();
    admin_.start();
}

base::Awaitable<void> DevWorld::drain(base::Milliseconds limit) {
    co_await coordinator_->drain(limit);
    base::TaskSet drains(loop_);
    for (auto& unit : units_)
        drains.spawn(unit->drain(limit));
    drains.spawn(admin_.drain(limit));
    co_await drains.join();
    target_idle_.set_from_any_thread(true);
}

base::Awaitable<void> DevWorld::drain_target() {
    (void)co_await target_idle_.wait();
    co_await target_.drain();
}

std::string DevWorld::url() const {
    return fmt::format("https://{}/mpic/draft-00", coordinator_->endpoint().to_string());
}
std::string DevWorld::admin_url() const {
    return plain_url(admin_.endpoint());
}
std::string DevWorld::target_url() const {
    return plain_url(target_.management_endpoint());
}

} // namespace mpicd
