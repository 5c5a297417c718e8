// SPDX-License-Identifier: Apache-2.0
#pragma once
// Who may ask what, and how often.

#include "base/core/clock.hpp"
#include "base/http/server.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpic::api {

struct ClientOptions {
    std::string id;
    /// SHA-256 of a bearer token in hex; `mpicd token new` makes both. Several allow a rotation.
    std::vector<std::string> token_sha256;
    /// SANs of client certificates that are this client.
    std::vector<std::string> certificate_identities;
    std::vector<std::string> methods; ///< allowed; empty: all
    double requests_per_second = 0;   ///< 0: unlimited
    double burst = 0;                 ///< requests at once; at least 1 where a rate is set
    std::size_t max_in_flight = 0;    ///< 0: unlimited
};

/// A token bucket without a lock: one atomic instant (generic cell rate algorithm). Any thread.
class RateLimit {
public:
    RateLimit(double per_second, double burst);
    /// Nothing when the request may go, or how long to wait.
    [[nodiscard]] std::optional<base::SteadyTime::duration> take(base::SteadyTime now);

private:
    std::int64_t interval_ns_;
    std::int64_t tolerance_ns_;
    std::atomic<std::int64_t> theoretical_arrival_ns_{0};
};

class Client {
public:
    explicit Client(ClientOptions options);
    [[nodiscard]] const ClientOptions& options() const { return options_; }
    [[nodiscard]] bool allows(std::string_view method) const;
    [[nodiscard]] std::optional<base::SteadyTime::duration> take(base::SteadyTime now);
    /// False when max_in_flight is reached; else leave() must follow.
    [[nodiscard]] bool enter();
    void leave();

private:
    ClientOptions options_;
    std::optional<RateLimit> rate_;
    std::atomic<std::size_t> in_flight_{0};
};

/// Immutable once made; a reload makes a new one.
class Clients {
public:
    explicit Clients(std::vector<ClientOptions> clients);
    /// By bearer token (hashed, compared in constant time against every entry) or by client
    /// certificate. Null when nobody matches.
    [[nodiscard]] std::shared_ptr<Client> authenticate(std::string_view authorization,
                                                       const base::http::Peer& peer) const;

private:
    std::vector<std::shared_ptr<Client>> clients_; // shared: a request may outlive a reload
};

} // namespace mpic::api
