// SPDX-License-Identifier: Apache-2.0
#pragma once
// The addresses of one host, tried in turn until one answers: which may be connected to, how long
// each may take, and what is kept of those that failed.

#include "base/core/deadline.hpp"
#include "base/http/client.hpp"
#include "mpic/check/vantage.hpp"
#include "mpic/model/report.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpic::check {

/// What the host is to the check: an address that the applicant wants in a certificate is held
/// against more than one that a name or a redirect leads to (BR 1.6.1, "Reserved IP Address").
enum class HostUse { identifier, destination };

struct ConnectTo {
    std::uint16_t port = 0;            ///< where the connection is made
    HostUse use = HostUse::identifier; ///< of an address that is the host itself
    bool literal = false;              ///< the host is an address, not a name
};

class AddressTurns {
public:
    struct Turn {
        base::net::Endpoint to;
        std::optional<base::net::IpAddress> source; ///< of the same family
        base::SteadyTime start;
        base::Milliseconds connect{}; ///< for the connection
        base::Deadline until;         ///< for everything
    };

    /// `vantage` and `hop` must outlive it; `hop.tried` is kept.
    AddressTurns(const Vantage& vantage, HopEvidence& hop, ConnectTo to, base::Deadline deadline,
                 std::vector<base::net::IpAddress> addresses);

    /// The next address that may be connected to; those that may not are noted. Each is put to the
    /// address policy just before its turn. The time is shared out so that one black hole cannot
    /// use up that of the others. Nothing when all have had their turn, or time is up.
    [[nodiscard]] std::optional<Turn> next();
    /// The address answered: it is the hop's.
    void answered(const Turn& turn, base::http::ExchangePhase phase);
    void failed(const Turn& turn, const base::Failure& failure, base::http::ExchangePhase phase);
    /// Why none answered; `what` names the host for a person.
    [[nodiscard]] base::Failure failure(std::string_view what) const;

private:
    [[nodiscard]] base::Result<void> allowed(const base::net::IpAddress& address) const;
    [[nodiscard]] Turn turn_of(const base::net::IpAddress& address, base::SteadyTime now) const;
    void tried(const base::net::IpAddress& address, std::string_view outcome,
               base::http::ExchangePhase phase, base::SteadyTime::duration elapsed);

    const Vantage& vantage_;
    HopEvidence& hop_;
    ConnectTo to_;
    base::Deadline deadline_;
    std::vector<base::net::IpAddress> addresses_;
    std::size_t at_ = 0;
    std::vector<std::string> sentences_;
    std::optional<base::FailureKind> kind_; ///< of the last connection that failed
    std::size_t untried_ = 0;
};

} // namespace mpic::check
