// SPDX-License-Identifier: Apache-2.0
#include "mpic/api/clients.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"

#include <algorithm>
#include <utility>

namespace mpic::api {
namespace {

/// The token of "Bearer TOKEN" (RFC 6750 §2.1, RFC 9110 §11.4: the scheme in any case), or nothing.
std::optional<std::string_view> bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer";
    if (authorization.size() <= scheme.size()
        || !base::ascii_iequals(authorization.substr(0, scheme.size()), scheme)
        || authorization[scheme.size()] != ' ')
        return std::nullopt;
    authorization.remove_prefix(scheme.size());
    const std::size_t begin = authorization.find_first_not_of(' ');
    if (begin == std::string_view::npos)
        return std::nullopt;
    return authorization.substr(begin, authorization.find_last_not_of(' ') - begin + 1);
}

bool has_identity(const ClientOptions& options, const std::vector<std::string>& identities) {
    return std::ranges::any_of(identities, [&](const std::string& shown) {
        return std::ranges::any_of(options.certificate_identities, [&](const std::string& wanted) {
            return base::ascii_iequals(shown, wanted);
        });
    });
}

} // namespace

Client::Client(ClientOptions options) : options_(std::move(options)) {
    for (std::string& hash : options_.token_sha256)
        hash = base::ascii_lower(hash);
    if (options_.requests_per_second > 0)
        rate_.emplace(options_.requests_per_second, options_.burst);
}

bool Client::allows(std::string_view method) const {
    return options_.methods.empty()
           || std::ranges::find(options_.methods, method) != options_.methods.end();
}

std::optional<base::SteadyTime::duration> Client::take(base::SteadyTime now) {
    return rate_ ? rate_->take(now) : std::nullopt;
}

bool Client::enter() {
    const std::size_t before = in_flight_.fetch_add(1, std::memory_order_relaxed);
    if (options_.max_in_flight == 0 || before < options_.max_in_flight)
        return true;
    leave();
    return false;
}

void Client::leave() {
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
}

Clients::Clients(std::vector<ClientOptions> clients) {
    for (ClientOptions& options : clients)
        clients_.push_back(std::make_shared<Client>(std::move(options)));
}

std::shared_ptr<Client> Clients::authenticate(std::string_view authorization,
                                              const base::http::Peer& peer) const {
    std::shared_ptr<Client> found;
    if (authorization.empty()) {
        for (const auto& client : clients_)
            if (!found && has_identity(client->options(), peer.identities))
                found = client;
        return found;
    }
    // Wrong credentials are not made good by a certificate: the client meant to be somebody else.
    const auto token = bearer_token(authorization);
    if (!token)
        return nullptr;
    const std::string hash = base::hex(base::sha256(*token));
    for (const auto& client : clients_)
        for (const std::string& wanted : client->options().token_sha256)
            if (base::constant_time_equal(hash, wanted))
                found = client; // and on: the time taken does not tell which entry it was
    return found;
}

} // namespace mpic::api
