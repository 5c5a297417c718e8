// SPDX-License-Identifier: Apache-2.0
#pragma once
// Perspectives that behave in all the ways the coordinator must bear: honest, hijacked, late,
// silent, and ones that cannot be reached or are somebody else.

#include "mpic/coordinator/perspective_client.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace test {

/// Answers with what `behave` makes of the question, after `delay` and when it is not `held`.
/// Records the questions.
class FakePerspective final : public mpic::coordinator::PerspectiveClient {
public:
    using Behaviour = std::function<mpic::Reply(const mpic::wire::AgentQuestion&)>;

    FakePerspective(base::asio::io_context& loop, Behaviour behave, base::Milliseconds delay = {})
        : loop_(loop), behave_(std::move(behave)), delay_(delay) {}

    std::unique_ptr<mpic::coordinator::Asking> ask(const mpic::wire::AgentQuestion& question,
                                                   base::Deadline, mpic::coordinator::Asker& asker,
                                                   std::size_t seat) override {
        asked.push_back(question);
        return std::make_unique<Question>(*this, question, asker, seat);
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
    class Question final : public mpic::coordinator::Asking {
    public:
        Question(FakePerspective& of, const mpic::wire::AgentQuestion& question,
                 mpic::coordinator::Asker& asker, std::size_t seat)
            : of_(of), question_(question), asker_(asker), seat_(seat), timer_(of.loop_) {
            wait(of.delay_);
        }
        [[nodiscard]] std::unique_ptr<mpic::Reply> given_up() const override {
            return std::make_unique<mpic::Reply>(
                mpic::NoReport{mpic::Outcome::timeout,
                               {base::FailureKind::timeout, "the agent did not report in time"},
                               base::as_ms(std::chrono::steady_clock::now() - begun_)});
        }

    private:
        void wait(base::Milliseconds pause) {
            timer_.expires_after(pause);
            timer_.async_wait([this](const boost::system::error_code& error) {
                if (error) // destroyed
                    return;
                if (of_.held)
                    wait(std::chrono::milliseconds(1));
                else
                    reply();
            });
        }
        void reply() {
            auto& asker = asker_; // which may destroy this question
            const auto seat = seat_;
            try {
                asker.replied(seat, std::make_unique<mpic::Reply>(of_.behave_(question_)));
            } catch (...) {
                asker.faulted(seat, std::current_exception());
            }
        }

        FakePerspective& of_;
        const mpic::wire::AgentQuestion& question_;
        mpic::coordinator::Asker& asker_;
        std::size_t seat_;
        std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
        boost::asio::steady_timer timer_;
    };

    base::asio::io_context& loop_;
    Behaviour behave_;
    base::Milliseconds delay_;
};

} // namespace test
