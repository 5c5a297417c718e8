// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/challenge_target.hpp"

#include "base/http/server.hpp"
#include "mpic/challenge_target/dns_answers.hpp"
#include "mpic/challenge_target/dns_server.hpp"
#include "mpic/challenge_target/http_answers.hpp"
#include "mpic/challenge_target/management.hpp"
#include "mpic/challenge_target/management_body.hpp"
#include "mpic/challenge_target/tls_server.hpp"
#include "mpic/challenge_target/zone.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace mpic::challenge_target {
namespace {

namespace http = base::http;
using base::net::Endpoint;
using base::net::IpAddress;

constexpr base::Milliseconds drain_limit{1'000};
constexpr int port_tries = 20;

IpAddress other_loopback(const IpAddress& address) {
    std::array<std::uint8_t, 16> one{};
    one.back() = 1;
    return address.is_v6() ? IpAddress::v4({127, 0, 0, 1}) : IpAddress::v6(one);
}

http::Response text_response(unsigned status, std::string body) {
    http::Response response{.status = status, .body = std::move(body)};
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    return response;
}

unsigned status_of(http::Rejection rejection) {
    switch (rejection) {
    case http::Rejection::malformed:
        return 400;
    case http::Rejection::head_too_large:
        return 431;
    case http::Rejection::body_too_large:
        return 413;
    case http::Rejection::timeout:
        return 408;
    case http::Rejection::version_unsupported:
        return 505;
    }
    return 400;
}

std::vector<std::string> ids(const Sources& sources) {
    std::vector<std::string> out;
    for (const auto& [address, id] : sources)
        out.push_back(id);
    return out;
}

/// One port on as many loopback addresses as possible: the one asked for, and its other-family
/// twin.
std::vector<std::unique_ptr<http::Server>> make_web_servers(base::asio::io_context& loop,
                                                            const base::Clock& clock,
                                                            base::log::Logger& log,
                                                            http::ServerOptions options) {
    const Endpoint wanted = options.listen;
    for (int tries = 1;; ++tries) {
        std::vector<std::unique_ptr<http::Server>> out;
        options.listen = wanted;
        out.push_back(std::make_unique<http::Server>(loop, clock, log, options));
        options.listen = {other_loopback(wanted.address), out.front()->endpoint().port};
        try {
            out.push_back(std::make_unique<http::Server>(loop, clock, log, options));
        } catch (const std::system_error& error) {
            if (wanted.port == 0 && error.code() == std::errc::address_in_use && tries < port_tries)
                continue; // the port is somebody's there: another may be free on both
            log.warn("challenge-target-one-family",
                     {{"not-listening-on", options.listen.to_string()},
                      {"reason", error.what()},
                      {"effect", "mpic.test has no address of that family"}});
        }
        return out;
    }
}

std::vector<IpAddress> addresses(const std::vector<std::unique_ptr<http::Server>>& servers) {
    std::vector<IpAddress> out;
    for (const auto& server : servers)
        out.push_back(server->endpoint().address);
    return out;
}

} // namespace

struct ChallengeTarget::State {
    State(base::asio::io_context& loop, const base::Clock& clock, base::log::Logger& log,
          ChallengeTargetOptions options)
        : sources(std::move(options.perspectives)),
          web(make_web_servers(loop, clock, log,
                               web_options({options.address, options.http_port}))),
          views(start_records(addresses(web))),
          web_answers(clock, views, sources, requests),
          dns_answers(loop, clock, views, sources, requests, std::move(options.forward_to)),
          dns(loop, clock, log, {options.address, options.dns_port},
              [this](std::string query, IpAddress from, bool tcp) {
                  return dns_answers.respond(std::move(query), from, tcp);
              }),
          tls(loop, clock, log, {options.address, options.tls_port}, views, sources, requests),
          router(make_management_router(views, requests, ids(sources))),
          management(loop, clock, log,
                     management_options({options.address, options.management_port})) {}

    http::ServerOptions web_options(Endpoint listen) {
        return {.listen = listen,
                .limits = {.connections = 1024},
                .handler =
                    [this](const http::Request& request, const http::Peer& peer) {
                        return web_answers.respond(request, peer);
                    },
                .reject =
                    [](http::Rejection why, const std::string& detail) {
                        return text_response(status_of(why), detail + "\n");
                    },
                .fault =
                    [](const std::string& incident) {
                        return text_response(500, "internal error, incident " + incident + "\n");
                    }};
    }

    http::ServerOptions management_options(Endpoint listen) {
        return {.listen = listen,
                .limits = {.body_bytes = management_body_limit, .connections = 256},
                .handler = [this](const http::Request& request,
                                  const http::Peer& peer) { return router.handle(request, peer); },
                .reject =
                    [](http::Rejection why, const std::string& detail) {
                        return management_error(status_of(why), detail);
                    },
                .fault =
                    [](const std::string& incident) {
                        return management_error(500, "internal error, incident " + incident);
                    }};
    }

    Sources sources;
    std::vector<std::unique_ptr<http::Server>> web; ///< its handler waits for start()
    Views views;
    RequestLog requests;
    HttpAnswers web_answers;
    DnsAnswers dns_answers;
    DnsServer dns;
    TlsServer tls;
    http::Router router;
    http::Server management;
};

ChallengeTarget::ChallengeTarget(base::asio::io_context& loop, const base::Clock& clock,
                                 base::log::Logger& log, ChallengeTargetOptions options)
    : state_(std::make_unique<State>(loop, clock, log, std::move(options))) {}

ChallengeTarget::~ChallengeTarget() = default;

void ChallengeTarget::start() {
    for (const auto& server : state_->web)
        server->start();
    state_->dns.start();
    state_->tls.start();
    state_->management.start();
}

Endpoint ChallengeTarget::dns_endpoint() const {
    return state_->dns.endpoint();
}

Endpoint ChallengeTarget::http_endpoint() const {
    return state_->web.front()->endpoint();
}

Endpoint ChallengeTarget::tls_endpoint() const {
    return state_->tls.endpoint();
}

Endpoint ChallengeTarget::management_endpoint() const {
    return state_->management.endpoint();
}

base::Awaitable<void> ChallengeTarget::drain() {
    co_await state_->management.drain(drain_limit);
    co_await state_->dns.drain();
    co_await state_->tls.drain();
    for (const auto& server : state_->web)
        co_await server->drain(drain_limit);
}

} // namespace mpic::challenge_target
