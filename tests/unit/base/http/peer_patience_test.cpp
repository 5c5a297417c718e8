// SPDX-License-Identifier: Apache-2.0
#include "base/http/peer_patience.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace base::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class PeerPatienceTest : public testing::Test {
protected:
    /// Tries again each time as soon as it may; the pauses until the peer counts as away.
    std::vector<int> pauses() {
        std::vector<int> out;
        while (const auto pause = patience.refused(now)) {
            out.push_back(static_cast<int>(pause->count()));
            now += *pause;
        }
        return out;
    }

    PeerPatience patience;
    SteadyTime now{std::chrono::hours(1)};
};

TEST_F(PeerPatienceTest, APeerThatNeverAnsweredIsAwayAtOnce) {
    EXPECT_FALSE(patience.refused(now));
    EXPECT_FALSE(patience.refused(now + seconds(100)));
}

TEST_F(PeerPatienceTest, OneThatAnsweredLatelyIsTriedForSoLongAndThenAway) {
    patience.answered(now);
    now += seconds(60);
    EXPECT_EQ(pauses(), (std::vector<int>{50, 100, 200, 400, 500, 250}));
    EXPECT_EQ(pauses(), std::vector<int>()) << "those who come later are told at once";
    now += std::chrono::hours(1);
    EXPECT_EQ(pauses(), std::vector<int>());
}

TEST_F(PeerPatienceTest, OneThatAnsweredLongAgoIsAwayAtOnce) {
    patience.answered(now);
    EXPECT_FALSE(patience.refused(now + seconds(60) + milliseconds(1)));
}

TEST_F(PeerPatienceTest, AnAnswerBeginsItAnew) {
    patience.answered(now);
    const auto first = pauses();
    patience.answered(now);
    EXPECT_EQ(pauses(), first);
}

TEST_F(PeerPatienceTest, TimeThatNobodyTriesInCountsToo) {
    patience.answered(now);
    ASSERT_TRUE(patience.refused(now));
    EXPECT_TRUE(patience.refused(now + milliseconds(1'499)));
    EXPECT_FALSE(patience.refused(now + milliseconds(1'500)));
}

} // namespace
} // namespace base::http
