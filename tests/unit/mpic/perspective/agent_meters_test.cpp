// SPDX-License-Identifier: Apache-2.0
#include "mpic/perspective/agent_meters.hpp"

#include "support/fake_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using base::http::Response;
using mpic::perspective::AgentMeters;
using testing::AllOf;
using testing::HasSubstr;

TEST(AgentMeters, CountsAnswersByClassAndWhatIsUnderWay) {
    base::log::Metrics metrics;
    test::FakeClock clock;
    AgentMeters meters(metrics);
    for (const unsigned status : {200U, 421U, 503U, 200U}) {
        AgentMeters::Question question(&meters, clock);
        EXPECT_THAT(metrics.expose(), HasSubstr("mpicd_agent_checks_in_flight 1\n"));
        clock.advance(std::chrono::milliseconds(40));
        question.answered(Response{.status = status});
    }
    {
        const AgentMeters::Question unanswered(&meters, clock);
    }
    EXPECT_THAT(metrics.expose(),
                AllOf(HasSubstr("mpicd_agent_checks_in_flight 0\n"),
                      HasSubstr("mpicd_agent_answers_total{status=\"2xx\"} 2\n"),
                      HasSubstr("mpicd_agent_answers_total{status=\"4xx\"} 1\n"),
                      HasSubstr("mpicd_agent_answers_total{status=\"5xx\"} 1\n"),
                      HasSubstr("mpicd_agent_question_seconds_bucket{le=\"0.05\"} 4\n"),
                      HasSubstr("mpicd_agent_question_seconds_bucket{le=\"0.025\"} 0\n")));
}

TEST(AgentMeters, NobodyNeedsToCount) {
    const test::FakeClock clock;
    AgentMeters::Question question(nullptr, clock);
    question.answered(Response{});
    EXPECT_EQ(question.started(), clock.steady());
}

} // namespace
