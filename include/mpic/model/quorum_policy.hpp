// SPDX-License-Identifier: Apache-2.0
#pragma once
// The dated policy: how many remote perspectives there must be on a given day, how many of them may
// fail to corroborate, and how far they must be spread (BR 3.2.2.9). The table is the floor:
// configuration may tighten it and nothing can loosen it.

#include "base/core/clock.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mpic {

/// One row of the dated table.
struct PolicyPhase {
    std::string name;    ///< "cabf-br-2026-12-15": shown in answers and audit records
    base::WallTime from; ///< in force from this instant, inclusive
    int minimum_remotes;
    int minimum_rirs;
    std::string section; ///< "BR 3.2.2.9"
};

/// What configuration may ask for beyond the floor. Values below the floor are refused when loaded.
struct Tightening {
    std::optional<int> minimum_remotes;
    std::optional<int> allowed_non_corroborations;
    std::optional<int> minimum_rirs;
    bool operator==(const Tightening&) const = default;
};

/// What one attempt with a given number of remotes must reach.
struct QuorumRule {
    std::string policy; ///< the phase's name
    int remotes = 0;    ///< asked in this attempt
    int required = 0;   ///< corroborations needed
    int minimum_rirs = 2;
    int minimum_remotes = 0; ///< the phase's own, tightened
    bool compliant = false;  ///< the policy is the CA/Browser Forum's, and its minimum is met
    bool operator==(const QuorumRule&) const = default;
};

class QuorumPolicy {
public:
    /// `cabf-br`: 4 remotes from 2026-06-15, 5 from 2026-12-15, 500 km, 2 RIRs; earlier rows too.
    [[nodiscard]] static QuorumPolicy cabf_br(Tightening tightening = {});
    /// The same numbers without the distance rule, never compliant: for demonstrations and tests.
    [[nodiscard]] static QuorumPolicy demo(Tightening tightening = {});
    /// By its configuration name.
    [[nodiscard]] static std::optional<QuorumPolicy> named(std::string_view name,
                                                           Tightening tightening);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::span<const PolicyPhase> phases() const { return phases_; }
    /// The phase in force at `at`; the earliest one for any time before it.
    [[nodiscard]] const PolicyPhase& phase_at(base::WallTime at) const;
    [[nodiscard]] int minimum_remotes(base::WallTime at) const; ///< tightened
    [[nodiscard]] int minimum_rirs(base::WallTime at) const;
    /// BR 3.2.2.9 "Quorum Requirements": 1 for 2..5 remotes, 2 for 6 and more; 0 below.
    [[nodiscard]] static int allowed_non_corroborations_floor(int remotes);
    [[nodiscard]] QuorumRule rule(base::WallTime at, int remotes) const;
    [[nodiscard]] double minimum_distance_km() const {
        return minimum_distance_km_;
    } ///< 0: no rule
    [[nodiscard]] bool is_cabf() const { return cabf_; }
    /// What of the tightening would loosen the floor, a sentence each; empty when fine. Measured by
    /// the strictest phase: a value that a coming date overtakes tightens nothing for long and is
    /// refused too.
    [[nodiscard]] std::vector<std::string> tightening_problems() const;

private:
    QuorumPolicy() = default;
    std::string name_;
    std::vector<PolicyPhase> phases_;
    Tightening tightening_;
    double minimum_distance_km_ = 0;
    bool cabf_ = false;
};

} // namespace mpic
