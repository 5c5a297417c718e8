// SPDX-License-Identifier: Apache-2.0
#pragma once
// The `caa` case of run.sh as values: three lookups at a primary and each of four remotes.

#include "mpic/model/corroboration.hpp"
#include "mpic/wire/agent_protocol.hpp"
#include "support/sample_attempt.hpp"

#include <string>
#include <utility>

namespace bench {

inline const mpic::CheckRequest& request() {
    static const mpic::CheckRequest made = [] {
        const auto name = base::dns::Name::parse("w17.bench.example").value();
        mpic::CheckRequest out;
        out.request_id = "f94db9cb9d6e2538c26c4b74e5de9242";
        out.method = "caa";
        out.target = mpic::Target{name};
        out.caa = mpic::CaaQuestion{.domain = name, .wildcard = false, .policy = {}};
        return out;
    }();
    return made;
}

inline mpic::wire::AgentQuestion question() {
    return {.attempt_id = "f94db9cb9d6e2538c26c4b74e5de9242",
            .perspective = "fra",
            .budget = std::chrono::milliseconds(19'998),
            .request_id = request().request_id,
            .traceparent = {},
            .dcv = {},
            .caa = request().caa};
}

inline mpic::PerspectiveReport report(std::string perspective) {
    auto out = test::passing_report(request(), std::move(perspective));
    out.caa->lookups = {test::sample_lookup("w17.bench.example", "CAA"),
                        test::sample_lookup("bench.example", "CAA"),
                        test::sample_lookup("example", "CAA")};
    out.caa->lookups.edit()[1].records = {"0 issue \"letsencrypt.org\""};
    out.caa->lookups.edit()[1].record_count = 1;
    return out;
}

/// Without the fifth remote of the sample attempt.
inline mpic::Attempt attempt() {
    mpic::Attempt out = test::sample_attempt(request());
    out.seats.pop_back();
    return out;
}

inline mpic::Corroboration corroboration() {
    mpic::Tally tally(attempt());
    for (std::size_t seat = 0; seat < tally.attempt().seats.size(); ++seat)
        tally.record(seat, report(tally.attempt().seats[seat].id));
    return make_corroboration(request(), tally);
}

} // namespace bench
