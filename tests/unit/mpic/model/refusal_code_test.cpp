// SPDX-License-Identifier: Apache-2.0
// The precedence that corroboration.hpp states, one row per step.
#include "mpic/model/codes.hpp"
#include "mpic/model/corroboration.hpp"

#include "support/matrix.hpp"

#include <gtest/gtest.h>

namespace {

using base::FailureKind;
using mpic::Outcome;
using mpic::Rir;
using test::Replies;
using test::Says;
using test::silent;

const std::string other = "0 issue \"other.example\"";

Says fine(const std::string& id) {
    return Says(id).dcv_passed().caa_permits();
}
Says forbidden(const std::string& id) {
    return Says(id).dcv_passed().caa_forbids("example.com", other);
}

struct Step {
    std::string_view code;
    mpic::Reply primary;
    std::vector<mpic::Reply> remotes; ///< the first ones; the others are fine
    std::vector<Rir> rirs = {};
};

const Step steps[] = {
    {"primary-unavailable", silent(Outcome::timeout), {silent(Outcome::timeout)}},
    {"primary-unavailable", Says("not-cdg").dcv_passed().caa_permits(), {}},
    {"dnssec-bogus",
     Says("cdg").txt_failed(FailureKind::dns_bogus, "SERVFAIL").caa_forbids("example.com", other),
     {}},
    {"dnssec-bogus", Says("cdg").dcv_passed().caa_failed(FailureKind::dns_bogus, "SERVFAIL"), {}},
    {"caa-forbids", Says("cdg").txt({}).caa_forbids("example.com", other), {}},
    {"caa-forbids",
     Says("cdg").txt_failed(FailureKind::dns_timeout).caa_forbids("example.com", other),
     {}},
    {"primary-rejected", Says("cdg").txt({}).caa_failed(FailureKind::dns_timeout), {}},
    {"primary-undetermined", Says("cdg").dcv_passed().caa_failed(FailureKind::dns_timeout), {}},
    {"caa-forbids", fine("cdg"), {forbidden("iad"), forbidden("fra").txt({})}},
    {"dcv-not-corroborated",
     fine("cdg"),
     {forbidden("iad").txt({}), Says("fra").txt({}).caa_failed(FailureKind::dns_timeout)}},
    {"caa-not-corroborated",
     fine("cdg"),
     {forbidden("iad"), Says("fra").dcv_passed().caa_failed(FailureKind::dns_timeout)}},
    {"dcv-not-corroborated", fine("cdg"), {silent(Outcome::timeout), silent(Outcome::timeout)}},
    {"rir-diversity", fine("cdg"), {}, std::vector<Rir>(5, Rir::arin)},
};

TEST(RefusalCode, FollowsTheStatedPrecedence) {
    for (std::size_t i = 0; i < std::size(steps); ++i) {
        SCOPED_TRACE(i);
        const Step& step = steps[i];
        const auto attempt =
            test::make_attempt({.caa = true, .caa_by_permission = true, .rirs = step.rirs});
        Replies all{step.primary};
        all.insert(all.end(), step.remotes.begin(), step.remotes.end());
        for (std::size_t seat = all.size(); seat < attempt.seats.size(); ++seat)
            all.emplace_back(fine(attempt.seats[seat].id));
        mpic::CheckRequest request = test::dns_request();
        request.caa = test::caa_request("ca.example").caa;
        const auto why = mpic::explain(request, attempt, all, mpic::decide(attempt, all));
        ASSERT_TRUE(why.has_value());
        EXPECT_EQ(why->code, step.code) << why->error;
        EXPECT_NE(mpic::find_code(why->code), nullptr);
        EXPECT_FALSE(why->error.empty());
    }
}

TEST(RefusalCode, BogusByStateCountsToo) {
    const auto attempt = test::make_attempt();
    Says primary("cdg");
    primary.txt_failed(FailureKind::dns_servfail, "SERVFAIL");
    primary.report().dcv->dnssec = base::dns::DnssecState::bogus;
    const Replies all = test::replies(attempt, {primary});
    EXPECT_EQ(mpic::explain(test::dns_request(), attempt, all, mpic::decide(attempt, all))->code,
              "dnssec-bogus");
}

// A remote that validates and meets Bogus is an ordinary non-corroboration (BR 4.2.2.2.6).
TEST(RefusalCode, BogusAtARemoteIsNotThePrimarys) {
    const auto attempt = test::make_attempt();
    const Replies all = test::replies(
        attempt, {Says("cdg").dcv_passed(), Says("iad").txt_failed(FailureKind::dns_bogus),
                  Says("fra").txt_failed(FailureKind::dns_bogus), Says("nrt").dcv_passed()});
    EXPECT_EQ(mpic::explain(test::dns_request(), attempt, all, mpic::decide(attempt, all))->code,
              "dcv-not-corroborated");
}

} // namespace
