// SPDX-License-Identifier: Apache-2.0
#pragma once
// Perspectives that behave in all the ways the coordinator must bear: honest, hijacked, late,
// silent, and ones that cannot be reached or are somebody else.

#include "base/async/deadline.hpp"
#include "mpic/coordinator/perspective_client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace test {

/// Answers with what `behave` makes of the question, after `delay` and when it is not `held`; with
/// a timeout when the deadline is earlier. Records the questions.
class FakePerspective final : public mpic::coordinator::PerspectiveClient {
public:
    using Behaviour = std::function<mpic::Reply(const mpic::wire::AgentQuestion&)>;

    explicit FakePerspective(Behaviour behave, base::Milliseconds delay = {})
        : behave_(std::move(behave)), delay_(delay) {}

    base::Awaitable<std::unique_ptr<mpic::Reply>> ask(const mpic::wire::AgentQuestion& question,
                                                      base::Deadline deadline) override {
        asked.push_back(question);
        const auto now = std::chrono::steady_clock::now();
        const auto ready = base::Deadline::after(now, delay_);
        auto slept = co_await base::sleep_until(ready.earlier(deadline));
        while (held && slept && !deadline.passed(std::chrono::steady_clock::now()))
            slept = co_await base::sleep_until(base::Deadline::after(
                std::chrono::steady_clock::now(), std::chrono::milliseconds(1)));
        if (deadline < ready || !slept || held)
            co_return std::make_unique<mpic::Reply>(
                mpic::NoReport{mpic::Outcome::timeout,
                               {base::FailureKind::timeout, "the agent did not report in time"},
                               base::as_ms(std::chrono::steady_clock::now() - now)});
        co_return std::make_unique<mpic::Reply>(behave_(question));
    }

    /// Succeeds unless a test sets `probe_failure`.
    base::Awaitable<base::Result<void>> probe(base::Deadline) override {
        ++probed;
        if (probe_failure)
            co_return std::unexpected(*probe_failure);
        co_return base::Result<void>();
    }

    std::vector<mpic::wire::AgentQuestion> asked;
    std::optional<base::Failure> probe_failure;
    int probed = 0;
    bool held = false;

private:
    Behaviour behave_;
    base::Milliseconds delay_;
};

} // namespace test
