// SPDX-License-Identifier: Apache-2.0
#include "base/dns/recursive_resolver.hpp"

#include "base/async/one_shot.hpp"
#include "dnssec_probe.hpp"
#include "inquiry.hpp"
#include "interpret.hpp"
#include "resolver_state.hpp"

#include <fmt/format.h>

#include <list>
#include <stdexcept>
#include <utility>

namespace base::dns {

namespace {

using StatePtr = std::shared_ptr<ResolverState>;

constexpr std::uint16_t asked_id = 0; // an inquiry chooses the one on the wire

void check_options(const RecursiveResolverOptions& options) {
    if (options.servers.empty() || options.servers.size() > 8)
        throw std::invalid_argument("a resolver needs 1 to 8 servers");
    if (options.tries < 1 || options.tries > 10)
        throw std::invalid_argument("a resolver needs 1 to 10 tries per server");
    if (options.try_timeout < Milliseconds(1) || options.try_timeout > std::chrono::minutes(1))
        throw std::invalid_argument("a resolver needs a time per try from 1 ms to 1 min");
    if (options.max_chain < 0 || options.max_records < 1)
        throw std::invalid_argument("a resolver's limits must not be negative");
    for (const net::Endpoint& server : options.servers) {
        if (server.port == 0)
            throw std::invalid_argument("a resolver's server has port 0");
        if (options.source && options.source->family() != server.address.family())
            throw std::invalid_argument(
                fmt::format("the source address {} cannot reach the server {}",
                            options.source->to_string(), server.to_string()));
    }
}

/// Inquiries side by side; the awaiting frame's.
class Inquiries {
public:
    explicit Inquiries(StatePtr state) : state_(std::move(state)), all_ended_(state_->loop) {}

    void add(std::string query, Deadline deadline) {
        inquiries_.emplace_back(state_, std::move(query), deadline);
    }
    /// Starts them. There is an outcome when all have ended, or when the caller is cancelled; then
    /// stop() has to follow.
    Awaitable<Result<bool>> ended() {
        under_way_ = inquiries_.size() + 1; // one until all are started
        for (Inquiry& inquiry : inquiries_)
            inquiry.start([this] { one_ended(); });
        one_ended();
        return all_ended_.wait();
    }
    /// Those still under way come out as cancelled.
    void stop() {
        for (Inquiry& inquiry : inquiries_)
            inquiry.stop();
    }
    std::list<Inquiry>& all() { return inquiries_; }

private:
    void one_ended() {
        if (--under_way_ == 0)
            all_ended_.set(true);
    }

    StatePtr state_;
    std::list<Inquiry> inquiries_; // they do not move
    OneShot<bool> all_ended_;
    std::size_t under_way_ = 0;
};

Awaitable<Result<Exchange>> ask(StatePtr state, std::string query, Deadline deadline) {
    Inquiries inquiries(std::move(state));
    inquiries.add(std::move(query), deadline);
    (void)co_await inquiries.ended();
    inquiries.stop();
    co_return std::move(inquiries.all().front().outcome());
}

std::string describe(const Question& question) {
    return fmt::format("{} {}", to_string(question.type),
                       question.name.is_root() ? "." : question.name.text());
}

Result<Answer> read_answer(const ResolverState& state, const Question& question,
                           Result<Exchange>& exchange) {
    if (!exchange)
        return fail(exchange.error().kind,
                    fmt::format("{}: {}", describe(question), exchange.error().detail));
    const auto message =
        decode(exchange->response, state.options.max_records, question.name, Keep::answer);
    if (!message)
        return fail(message.error().kind, fmt::format("{}: {} from {}", describe(question),
                                                      message.error().detail, exchange->resolver));
    auto answer = interpret(*message, question, asked_id, state.options.max_chain);
    if (answer) {
        answer->resolver = std::move(exchange->resolver);
        answer->tries = exchange->sends;
    }
    return answer;
}

Awaitable<std::vector<TimedAnswer>> look_up_all(StatePtr state, std::vector<Question> questions,
                                                Deadline deadline) {
    Inquiries inquiries(state);
    for (const Question& question : questions)
        inquiries.add(query_wire(question), deadline);
    (void)co_await inquiries.ended();
    inquiries.stop();
    std::vector<TimedAnswer> out;
    out.reserve(questions.size());
    auto inquiry = inquiries.all().begin();
    for (const Question& question : questions) {
        out.push_back({read_answer(*state, question, inquiry->outcome()), inquiry->elapsed()});
        ++inquiry;
    }
    co_return out;
}

Awaitable<Result<Answer>> look_up(StatePtr state, Question question, Deadline deadline) {
    auto lookups = co_await look_up_all(state, {std::move(question)}, deadline);
    co_return std::move(lookups.front().result);
}

class ResolverProber final : public Prober {
public:
    ResolverProber(StatePtr state, Deadline deadline)
        : state_(std::move(state)), deadline_(deadline) {}

    Awaitable<Result<Message>> ask(Message query) override {
        return probe(state_, deadline_, std::move(query));
    }

private:
    static Awaitable<Result<Message>> probe(StatePtr state, Deadline deadline, Message query) {
        auto exchange = co_await dns::ask(state, encode(query), deadline);
        if (!exchange)
            co_return std::unexpected(std::move(exchange.error()));
        auto message = decode(exchange->response, state->options.max_records);
        if (!message)
            co_return message;
        auto checked = check_response(*message, query.questions.front(), query.id);
        if (!checked)
            co_return std::unexpected(std::move(checked.error()));
        co_return message;
    }

    StatePtr state_;
    Deadline deadline_;
};

Awaitable<Result<Answer>> look_up_with_dnssec(StatePtr state, Question question,
                                              Deadline deadline) {
    auto answer = co_await look_up(state, std::move(question), deadline);
    if (!answer)
        co_return answer;
    ResolverProber prober(state, deadline);
    DnssecProbe probe(prober);
    co_await probe.settle(*answer);
    co_return answer;
}

Awaitable<ZoneProof> prove_zone_insecure(StatePtr state, Name name, Deadline deadline) {
    ResolverProber prober(state, deadline);
    DnssecProbe probe(prober);
    co_return co_await probe.zone(std::move(name));
}

Awaitable<Result<std::string>> exchange_raw(StatePtr state, std::string query, Deadline deadline) {
    if (query.size() < 12 || query.size() > 0xffff)
        co_return fail(FailureKind::invalid, "not a DNS message");
    auto exchange = co_await ask(state, std::move(query), deadline);
    if (!exchange)
        co_return std::unexpected(std::move(exchange.error()));
    co_return std::move(exchange->response);
}

} // namespace

RecursiveResolver::RecursiveResolver(asio::io_context& loop, const Clock& clock, Random& random,
                                     RecursiveResolverOptions options) {
    check_options(options);
    state_ =
        std::make_shared<ResolverState>(ResolverState{loop, clock, random, std::move(options), {}});
    for (const net::Endpoint& server : state_->options.servers)
        state_->servers.push_back(std::make_shared<ServerChannels>(
            loop, AresChannel::Options{.server = server,
                                       .source = state_->options.source,
                                       .try_timeout = state_->options.try_timeout}));
}

RecursiveResolver::~RecursiveResolver() {
    // The lookups under way still hold the state and a channel; they end by what close() tells
    // them.
    for (const auto& server : state_->servers)
        server->close();
    state_->servers.clear();
}

Awaitable<Result<Answer>> RecursiveResolver::lookup(Question question, Deadline deadline) {
    return look_up(state_, std::move(question), deadline);
}

Awaitable<std::vector<TimedAnswer>> RecursiveResolver::lookup_all(std::vector<Question> questions,
                                                                  Deadline deadline) {
    return look_up_all(state_, std::move(questions), deadline);
}

Awaitable<Result<Answer>> RecursiveResolver::lookup_with_dnssec(Question question,
                                                                Deadline deadline) {
    return look_up_with_dnssec(state_, std::move(question), deadline);
}

Awaitable<ZoneProof> RecursiveResolver::prove_insecure(Name name, Deadline deadline) {
    return prove_zone_insecure(state_, std::move(name), deadline);
}

Awaitable<Result<std::string>> RecursiveResolver::exchange(std::string query, Deadline deadline) {
    return exchange_raw(state_, std::move(query), deadline);
}

} // namespace base::dns
