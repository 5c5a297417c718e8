// SPDX-License-Identifier: Apache-2.0
#pragma once
// One perspective's world in memory: zones, web servers, an address policy, and a clock that runs.

#include "base/core/clock.hpp"
#include "mpic/check/check.hpp"
#include "support/fake_exchanger.hpp"
#include "support/fake_handshaker.hpp"
#include "support/fake_resolver.hpp"
#include "support/run.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

inline base::dns::Name name(std::string_view text) {
    auto parsed = base::dns::Name::parse(text);
    if (!parsed)
        throw std::invalid_argument(parsed.error().detail);
    return *parsed;
}

inline base::net::IpAddress ip(std::string_view text) {
    return base::net::IpAddress::parse(text).value();
}

/// The subscribers' servers of these tests stand in the documentation prefixes, which are excepted
/// from the special-purpose registries here; every other special-purpose address stays refused.
struct World {
    base::asio::io_context loop;
    base::SystemClock clock;
    const base::Clock* now = nullptr; ///< what the check reads, where the date matters
    FakeResolver dns;
    FakeExchanger http{clock};
    FakeHandshaker tls{clock};
    base::net::AddressPolicy addresses{{base::net::Prefix::parse("192.0.2.0/24").value(),
                                        base::net::Prefix::parse("2001:db8::/32").value()}};
    mpic::check::CheckSettings settings;

    [[nodiscard]] mpic::check::Vantage vantage() {
        return {dns, http, tls, addresses, now ? *now : clock, settings};
    }
    [[nodiscard]] base::Deadline deadline(base::Milliseconds budget) const {
        return base::Deadline::after(clock.steady(), budget);
    }

    mpic::CaaReport caa(mpic::CaaQuestion question,
                        base::Milliseconds budget = std::chrono::seconds(10)) {
        const auto from = vantage();
        return run(loop, mpic::check::check_caa(from, std::move(question), deadline(budget)));
    }
    mpic::DcvReport dcv(mpic::DcvQuestion question,
                        base::Milliseconds budget = std::chrono::seconds(10)) {
        const auto from = vantage();
        return run(loop, mpic::check::check_dcv(from, std::move(question), deadline(budget)));
    }

    void add_caa(std::string_view owner, std::uint8_t flags, std::string tag, std::string value) {
        dns.add_rdata(owner, base::dns::RecordType::caa,
                      base::dns::caa_rdata({flags, std::move(tag), std::move(value)}));
    }
    void add_alias(std::string_view owner, std::string_view target) {
        dns.add(owner, base::dns::RecordType::cname, target);
    }
};

} // namespace test
