// SPDX-License-Identifier: Apache-2.0
#include "mpic/coordinator/http_perspective_client.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>

namespace mpic::coordinator {

namespace {

using base::Failure;
using base::FailureKind;

/// Who is to blame decides the outcome: a wrong identity is the operator's configuration, silence
/// is time, everything else means that the agent cannot be used now.
Outcome outcome_of(FailureKind kind) {
    switch (kind) {
    case FailureKind::tls_identity:
        return Outcome::misconfigured;
    case FailureKind::timeout:
    case FailureKind::cancelled:
        return Outcome::timeout;
    default:
        return Outcome::unreachable;
    }
}

base::http::Request make_request(const wire::AgentQuestion& question, std::string_view perspective,
                                 base::Milliseconds budget) {
    base::http::Request request;
    request.method = "POST";
    request.target = std::string(wire::agent_check_path);
    request.headers.add("Content-Type", "application/json");
    if (!question.traceparent.empty())
        request.headers.add("traceparent", question.traceparent);
    request.body = wire::encode_question(question, perspective, budget);
    return request;
}

/// The agent says 403 to a coordinator it does not know and 421 to another perspective's question.
bool is_identity_refusal(unsigned status) {
    return status == 403 || status == 421;
}

std::string status_sentence(unsigned status) {
    return fmt::format("the agent answered HTTP status {}", status);
}

std::string wrong_name_sentence(const std::string& named, const std::string& wanted) {
    return fmt::format("the agent reports as perspective \"{}\", not as \"{}\"",
                       base::excerpt(named, 64), wanted);
}

/// Counts one exchange while it lives.
class UnderWay {
public:
    explicit UnderWay(std::size_t& count) : count_(count) { ++count_; }
    ~UnderWay() { --count_; }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

private:
    std::size_t& count_;
};

/// What was asked must be answered: a report without it decides nothing. Where a policy was given,
/// a determined CAA says whether it permits (BR 4.2.2.1.1); an agent that knows of no policies does
/// not.
bool answers(const PerspectiveReport& report, const wire::AgentQuestion& question) {
    if (report.dcv.has_value() != question.dcv.has_value()
        || report.caa.has_value() != question.caa.has_value())
        return false;
    const bool policy = question.caa && question.caa->policy;
    return !policy || report.caa->permits || report.caa->finding.verdict == Verdict::undetermined;
}

} // namespace

HttpPerspectiveClient::HttpPerspectiveClient(std::string id, base::asio::io_context& loop,
                                             const base::Clock& clock,
                                             base::http::PoolOptions options)
    : id_(std::move(id)), clock_(clock), pool_(loop, clock, std::move(options)) {}

ClientLoad HttpPerspectiveClient::load() const {
    return {pool_.open_connections(), questions_};
}

base::Awaitable<base::Result<void>> HttpPerspectiveClient::probe(base::Deadline deadline) {
    base::http::Request request;
    request.target = std::string(wire::agent_health_path);
    const UnderWay counted(questions_);
    const auto response = co_await pool_.send(std::move(request), deadline);
    if (!response)
        co_return std::unexpected(response.error());
    if (is_identity_refusal(response->status))
        co_return base::fail(FailureKind::tls_identity, status_sentence(response->status));
    if (response->status == 404) // an agent of an older version: it is there, and knows us
        co_return base::Result<void>();
    if (response->status != 200)
        co_return base::fail(FailureKind::peer_malformed, status_sentence(response->status));
    const auto named = wire::decode_agent_health(response->body);
    if (!named)
        co_return std::unexpected(named.error());
    if (*named != id_)
        co_return base::fail(FailureKind::tls_identity, wrong_name_sentence(*named, id_));
    co_return base::Result<void>();
}

class HttpPerspectiveClient::Question final : public Asking, base::http::Pool::Caller {
public:
    Question(HttpPerspectiveClient& client, const wire::AgentQuestion& question, Asker& asker,
             std::size_t seat, base::SteadyTime started, base::Deadline deadline)
        : client_(client),
          question_(question),
          asker_(asker),
          seat_(seat),
          started_(started),
          deadline_(deadline),
          counted_(client.questions_) {}

    [[nodiscard]] base::Result<void> send(base::Milliseconds budget) {
        auto asked =
            client_.pool_.ask(make_request(question_, client_.id_, budget), deadline_, *this);
        if (!asked)
            return std::unexpected(std::move(asked.error()));
        asked_ = std::move(*asked);
        return {};
    }

    void answered(base::Result<base::http::Response> response) noexcept override {
        Asker& asker = asker_; // which may destroy this question
        const auto seat = seat_;
        try {
            asker.replied(seat, client_.judge(std::move(response), question_, started_));
        } catch (...) {
            asker.faulted(seat, std::current_exception());
        }
    }

    [[nodiscard]] std::unique_ptr<Reply> given_up() const override {
        const bool late = deadline_.passed(client_.clock_.steady());
        const auto why = late ? FailureKind::timeout : FailureKind::cancelled;
        return client_.judge(std::unexpected(asked_.given_up(why)), question_, started_);
    }

private:
    HttpPerspectiveClient& client_;
    const wire::AgentQuestion& question_;
    Asker& asker_;
    std::size_t seat_;
    base::SteadyTime started_;
    base::Deadline deadline_;
    UnderWay counted_;
    base::http::Pool::Asked asked_;
};

std::unique_ptr<Asking> HttpPerspectiveClient::ask(const wire::AgentQuestion& question,
                                                   base::Deadline deadline, Asker& asker,
                                                   std::size_t seat) {
    const auto started = clock_.steady();
    const auto budget = std::chrono::duration_cast<base::Milliseconds>(deadline.remaining(started));
    base::Result<void> sent = base::fail(FailureKind::timeout, "no time was left to ask the agent");
    auto asking = std::make_unique<Question>(*this, question, asker, seat, started, deadline);
    if (budget.count() >= 1)
        sent = asking->send(budget);
    if (sent)
        return asking;
    asker.replied(seat, judge(std::unexpected(std::move(sent.error())), question, started));
    return nullptr;
}

std::unique_ptr<Reply> HttpPerspectiveClient::judge(base::Result<base::http::Response>&& response,
                                                    const wire::AgentQuestion& question,
                                                    base::SteadyTime started) const {
    const auto no_report = [&](Outcome outcome, Failure failure) {
        return std::make_unique<Reply>(
            NoReport{outcome, std::move(failure), base::as_ms(clock_.steady() - started)});
    };
    if (!response)
        return no_report(outcome_of(response.error().kind), std::move(response.error()));
    if (response->status != 200) {
        const bool identity = is_identity_refusal(response->status);
        return no_report(identity ? Outcome::misconfigured : Outcome::unreachable,
                         {identity ? FailureKind::tls_identity : FailureKind::peer_malformed,
                          status_sentence(response->status)});
    }
    auto report = wire::decode_report(response->body, question.attempt_id);
    if (!report)
        return no_report(Outcome::unreachable, std::move(report.error()));
    if (report->perspective != id_)
        return no_report(Outcome::misconfigured, {FailureKind::tls_identity,
                                                  wrong_name_sentence(report->perspective, id_)});
    if (!answers(*report, question))
        return no_report(
            Outcome::unreachable,
            {FailureKind::peer_malformed, "the agent's report does not answer what was asked"});
    return std::make_unique<Reply>(std::move(*report));
}

} // namespace mpic::coordinator
