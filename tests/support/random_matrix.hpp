// SPDX-License-Identifier: Apache-2.0
#pragma once
// Random attempts and replies for property tests; every case is repeatable from its seed.

#include "base/core/random.hpp"
#include "support/matrix.hpp"

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace test {

inline bool chance(base::Random& random, std::uint64_t percent) {
    return random.below(100) < percent;
}

/// 0 or 1 primary, 2 to 8 remotes in few regions, any parts; half of them by the policy's rule,
/// half by one that the policy would never give.
inline mpic::Attempt random_attempt(base::Random& random) {
    const std::size_t remotes = 2 + random.below(7);
    const std::uint64_t parts = 1 + random.below(3);
    std::vector<mpic::Rir> rirs;
    const std::uint64_t regions = 1 + random.below(4);
    for (std::size_t i = 0; i < remotes; ++i)
        rirs.push_back(static_cast<mpic::Rir>(random.below(regions)));
    mpic::Attempt attempt = make_attempt({.primary = chance(random, 50),
                                          .remotes = remotes,
                                          .dcv = (parts & 1U) != 0,
                                          .caa = (parts & 2U) != 0,
                                          .caa_by_permission = chance(random, 50),
                                          .rirs = rirs,
                                          .now = at("2025-09-15")});
    attempt.dcv_by_selection = chance(random, 50);
    if (chance(random, 50)) {
        attempt.rule.required = static_cast<int>(random.below(remotes + 1));
        attempt.rule.minimum_rirs = static_cast<int>(random.below(4));
        attempt.rule.minimum_remotes = static_cast<int>(remotes - 1 + random.below(3));
    }
    return attempt;
}

/// What a perspective can say of DCV: it passes, with one selection, another or none, or does not.
inline constexpr std::uint64_t dcv_ways = 5;
inline void say_dcv(Says& says, std::uint64_t way) {
    if (way == 1) {
        says.txt({"\"evil\""});
    } else if (way == 2) {
        says.txt_failed(base::FailureKind::dns_timeout);
    } else {
        says.dcv_passed();
        says.report().dcv->selected = way == 0   ? std::vector<std::string>{"a"}
                                      : way == 3 ? std::vector<std::string>{"b"}
                                                 : std::vector<std::string>{};
    }
}

/// What it can say of CAA: four sets, a refusal, a failure.
inline constexpr std::uint64_t caa_ways = 6;
inline void say_caa(Says& says, std::uint64_t way) {
    static const std::vector<std::string> none = {};
    static const std::vector<std::string> some = {"0 issue \"a.example\""};
    if (way == 0)
        says.caa_permits("", none);
    else if (way <= 3)
        says.caa_permits(way == 1 ? "example.com" : way == 2 ? "www.example.com" : "com", some);
    else if (way == 4)
        says.caa_forbids("example.com", some.front());
    else
        says.caa_failed(base::FailureKind::dns_servfail);
}

inline mpic::Reply random_reply(base::Random& random, const mpic::Seat& seat) {
    if (chance(random, 12))
        return silent(static_cast<mpic::Outcome>(3 + random.below(3)));
    Says says(chance(random, 2) ? "somebody-else" : seat.id);
    if (!chance(random, 3))
        say_dcv(says, chance(random, 75) ? 0 : random.below(dcv_ways));
    if (!chance(random, 3))
        say_caa(says, chance(random, 60) ? 1 : random.below(caa_ways));
    return says;
}

inline Replies random_replies(base::Random& random, const mpic::Attempt& attempt) {
    Replies all;
    for (const mpic::Seat& seat : attempt.seats)
        all.emplace_back(random_reply(random, seat));
    return all;
}

inline std::vector<std::size_t> random_order(base::Random& random, std::size_t size) {
    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t left = size; left > 1; --left)
        std::swap(order[left - 1], order[random.below(left)]);
    return order;
}

} // namespace test
