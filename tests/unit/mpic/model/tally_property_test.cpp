// SPDX-License-Identifier: Apache-2.0
// Properties of the decision over random attempts and replies (BR 3.2.2.9: the same answers give
// the same decision). Every case is repeatable from its seed, which a failure names.
#include "mpic/model/tally.hpp"

#include "mpic/model/codes.hpp"
#include "mpic/model/corroboration.hpp"
#include "support/random_matrix.hpp"

#include <gtest/gtest.h>

namespace {

using mpic::Attempt;
using mpic::Outcome;
using mpic::Reply;
using mpic::Tally;
using test::random_attempt;
using test::random_order;
using test::random_replies;
using test::random_reply;
using test::Replies;
using test::Says;
using test::silent;

TEST(TallyProperty, AnyOrderGivesTheSameDecisionAndDuplicatesChangeNothing) {
    for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
        base::SeededRandom random(seed);
        const Attempt attempt = random_attempt(random);
        const Replies all = random_replies(random, attempt);
        const mpic::Decision expected = mpic::decide(attempt, all);
        Tally tally(attempt);
        for (const std::size_t seat : random_order(random, all.size())) {
            tally.record(seat, *all[seat]);
            tally.record(seat, random_reply(random, attempt.seats[seat])); // too late
        }
        ASSERT_EQ(tally.phase(), Tally::Phase::decided) << "seed " << seed;
        ASSERT_TRUE(tally.decision() == expected) << "seed " << seed;
    }
}

TEST(TallyProperty, OnceCertainOkNeverChangesAndThePhaseNeverGoesBack) {
    int early_yes = 0;
    int early_no = 0;
    for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
        base::SeededRandom random(seed);
        const Attempt attempt = random_attempt(random);
        const Replies all = random_replies(random, attempt);
        Tally tally(attempt);
        Tally::Phase last = tally.phase();
        std::optional<bool> settled;
        for (const std::size_t seat : random_order(random, all.size())) {
            const Tally::Phase phase = tally.record(seat, *all[seat]);
            ASSERT_GE(phase, last) << "seed " << seed;
            last = phase;
            if (settled) {
                ASSERT_EQ(tally.decision().ok, *settled) << "seed " << seed;
            }
            if (phase == Tally::Phase::tighten && !settled) {
                settled = tally.decision().ok;
                ++(*settled ? early_yes : early_no);
            }
        }
    }
    EXPECT_GT(early_yes, 500); // the cases reach what they are to test
    EXPECT_GT(early_no, 500);
}

/// Every reply that could still make a difference: DCV passes (with one selection or the other) or
/// not, CAA is any set or none.
std::vector<Reply> possible_replies(const Attempt& attempt, const mpic::Seat& seat) {
    std::vector<Reply> possible = {silent(Outcome::timeout)};
    std::vector<std::uint64_t> ways = {0};
    if (attempt.asks_dcv)
        ways.push_back(1);
    if (attempt.asks_dcv && attempt.dcv_by_selection)
        ways.push_back(3);
    for (const std::uint64_t dcv : ways)
        for (std::uint64_t caa = 0; caa < (attempt.asks_caa ? 5U : 1U); ++caa) {
            Says says(seat.id);
            test::say_dcv(says, dcv);
            test::say_caa(says, caa);
            possible.emplace_back(says);
        }
    return possible;
}

struct Outlook {
    bool yes = false;
    bool no = false;
};

/// Which values `ok` takes over all completions from `seat` on.
void explore(const Attempt& attempt, Replies& replies, std::size_t seat, Outlook& outlook) {
    while (seat < replies.size() && replies[seat])
        ++seat;
    if (outlook.yes && outlook.no)
        return;
    if (seat == replies.size()) {
        (mpic::decide(attempt, replies).ok ? outlook.yes : outlook.no) = true;
        return;
    }
    for (const Reply& reply : possible_replies(attempt, attempt.seats[seat])) {
        replies[seat] = reply;
        explore(attempt, replies, seat + 1, outlook);
    }
    replies[seat].reset();
}

TEST(TallyProperty, CertainExactlyWhenAllCompletionsAgree) {
    int certain = 0;
    int open = 0;
    for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
        base::SeededRandom random(seed);
        const Attempt attempt = random_attempt(random);
        Replies replies = random_replies(random, attempt);
        const bool few_replies = !(attempt.asks_caa && attempt.dcv_by_selection);
        const std::size_t missing = 1 + random.below(seed % 10 == 0 && few_replies ? 3 : 2);
        const auto order = random_order(random, replies.size());
        for (std::size_t i = 0; i < missing && i < order.size(); ++i)
            replies[order[i]].reset();
        Outlook outlook;
        explore(attempt, replies, 0, outlook);
        const bool agreed = outlook.yes != outlook.no;
        ASSERT_EQ(mpic::is_certain(attempt, replies), agreed) << "seed " << seed;
        ++(agreed ? certain : open);
    }
    EXPECT_GT(certain, 1000);
    EXPECT_GT(open, 1000);
}

// The refusal and the diagnoses are for what is not ok only, and speak for every "no".
TEST(TallyProperty, EveryNoIsExplainedAndNoYesIs) {
    mpic::CheckRequest request = test::dns_request();
    request.caa = test::caa_request("ca.example").caa;
    int refused = 0;
    for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
        base::SeededRandom random(seed);
        const Attempt attempt = random_attempt(random);
        Replies replies = random_replies(random, attempt);
        replies[random.below(replies.size())].reset();
        const auto decision = mpic::decide(attempt, replies);
        const auto refusal = mpic::explain(request, attempt, replies, decision);
        ASSERT_EQ(refusal.has_value(), !decision.ok) << "seed " << seed;
        const auto diagnoses = mpic::diagnose(request, attempt, replies, decision);
        if (decision.ok) {
            ASSERT_TRUE(diagnoses.empty()) << "seed " << seed;
            continue;
        }
        ++refused;
        ASSERT_FALSE(refusal->error.empty()) << "seed " << seed;
        const mpic::Code* code = mpic::find_code(refusal->code);
        ASSERT_NE(code, nullptr) << refusal->code;
        for (const auto& diagnosis : diagnoses)
            ASSERT_EQ(mpic::find_code(diagnosis.code)->group, mpic::CodeGroup::diagnosis);
    }
    EXPECT_GT(refused, 1000);
}

} // namespace
