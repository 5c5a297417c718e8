// SPDX-License-Identifier: Apache-2.0
#include "base/dns/recursive_resolver.hpp"

#include "dnssec_probe.hpp"
#include "interpret.hpp"
#include "query_case.hpp"
#include "server_channels.hpp"
#include "wire_reader.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace base::dns {

/// Shared by the resolver and its lookups under way, which outlast it by the moment they take to
/// end.
struct ResolverState {
    asio::io_context& loop;
    const Clock& clock;
    Random& random;
    RecursiveResolverOptions options;
    std::vector<std::shared_ptr<ServerChannels>> servers; ///< none once closed

    [[nodiscard]] std::uint16_t random_id() {
        return static_cast<std::uint16_t>(random.below(0x10000));
    }
};

namespace {

using StatePtr = std::shared_ptr<ResolverState>;

// A timed-out or refused query is sent again within one try at most this often; see ask_server().
constexpr int max_sends_per_try = 16;

/// A response as received, and how it was come by.
struct Exchange {
    std::string response;
    std::string resolver;
    int sends = 0;
};

std::string put_id(std::string message, std::uint16_t id) {
    message[0] = static_cast<char>(id >> 8);
    message[1] = static_cast<char>(id & 0xff);
    return message;
}

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

/// Nobody waits for a query that is over, however that came.
class Forget {
public:
    Forget(QueryChannel& channel, std::uint64_t number) : channel_(channel), number_(number) {}
    ~Forget() { channel_.forget(number_); }
    Forget(const Forget&) = delete;
    Forget& operator=(const Forget&) = delete;

private:
    QueryChannel& channel_;
    std::uint64_t number_;
};

std::unexpected<Failure> too_late(const ResolverState& state, const QueryChannel& channel,
                                  Deadline deadline) {
    if (deadline.passed(state.clock.steady()))
        return fail(FailureKind::dns_timeout,
                    fmt::format("{} did not answer within the time left", channel.server()));
    return fail(FailureKind::dns_timeout,
                fmt::format("{} did not answer within {} ms", channel.server(),
                            state.options.try_timeout.count()));
}

/// One try over one transport. Two things are sent again within it: a query that failed with its
/// port or connection, which may have broken for another query's sake (newer c-ares also drops a
/// connection that brought something malformed), once; and a query that c-ares gave up before the
/// try's time was over, as its newer versions do to servers that used to be fast.
/// `state`, `query` and `sends` are the awaiting frame's.
Awaitable<Result<std::string>> send(const ResolverState& state,
                                    std::shared_ptr<QueryChannel> channel, const std::string& query,
                                    Deadline deadline, int& sends) {
    const SteadyTime started = state.clock.steady();
    const auto early = state.options.try_timeout * 9 / 10;
    const Deadline until = deadline.within(started, state.options.try_timeout);
    if (deadline.passed(started))
        co_return too_late(state, *channel, deadline);
    bool broken_before = false;
    for (int i = 1;; ++i) {
        ++sends;
        QueryChannel::Sent sent = channel->send(query);
        const Forget at_the_end(*channel, sent.number);
        auto waited = co_await sent.response.wait_until(until, "DNS");
        if (!waited && waited.error().kind == FailureKind::timeout)
            co_return too_late(state, *channel, deadline);
        if (!waited)
            co_return std::unexpected(std::move(waited.error()));
        if (*waited || i == max_sends_per_try)
            co_return std::move(*waited);
        const FailureKind kind = waited->error().kind;
        const bool broken =
            kind == FailureKind::connection_refused || kind == FailureKind::dns_malformed;
        const bool again =
            broken ? !std::exchange(broken_before, true)
                   : kind == FailureKind::dns_timeout && state.clock.steady() - started < early;
        if (!again)
            co_return std::move(*waited);
    }
}

/// False when TC is set (RFC 1035 §4.1.1), or when the response fills the buffer and may be cut.
bool is_complete(std::string_view response) {
    constexpr char tc = 0x02;
    constexpr std::size_t buffer = 4096;
    return response.size() > 2 && (response[2] & tc) == 0 && response.size() < buffer;
}

/// Whether a UDP response may be taken: it is whole, and comes from somebody who saw the query.
bool is_settled(const ResolverState& state, std::string_view query, std::string_view response) {
    return is_complete(response) && (!state.options.mix_case || echoes_question(query, response));
}

bool another_server_may_answer(const Failure& failure) {
    return failure.kind == FailureKind::dns_timeout
           || failure.kind == FailureKind::connection_refused || failure.kind == FailureKind::io;
}

/// The servers in turn, as often as the options say, until one answers: over UDP, and over TCP when
/// that does not settle it (RFC 7766 §5).
Awaitable<Result<Exchange>> ask(StatePtr state, std::string query, Deadline deadline) {
    const std::uint16_t id = state->random_id();
    query = put_id(std::move(query), id);
    const std::string as_asked = query;
    if (state->options.mix_case)
        query = mix_case(std::move(query), state->random);
    int sends = 0;
    Failure last{FailureKind::cancelled, "the resolver was closed"};
    for (int round = 0; round < state->options.tries; ++round) {
        for (std::size_t i = 0; i < state->servers.size(); ++i) { // empty once closed
            const std::shared_ptr<ServerChannels> server = state->servers[i];
            if (sends > 0 && deadline.passed(state->clock.steady()))
                co_return std::unexpected(std::move(last));
            auto response = co_await send(*state, server->udp(), query, deadline, sends);
            int over_tcp = 0; // the same query, as far as the asker is concerned
            if (response && !is_settled(*state, query, *response))
                response = co_await send(*state, server->tcp(), query, deadline, over_tcp);
            if (response)
                co_return Exchange{put_question(std::move(*response), as_asked), server->server(),
                                   sends};
            last = std::move(response.error());
            if (!another_server_may_answer(last))
                co_return std::unexpected(std::move(last));
        }
    }
    if (sends > 1)
        last.detail += fmt::format(" ({} queries in all)", sends);
    co_return std::unexpected(std::move(last));
}

std::string describe(const Question& question) {
    return fmt::format("{} {}", to_string(question.type),
                       question.name.is_root() ? "." : question.name.text());
}

Awaitable<Result<Answer>> look_up(StatePtr state, Question question, Deadline deadline) {
    const SteadyTime started = state->clock.steady();
    const std::uint16_t id = state->random_id();
    auto exchange = co_await ask(state, encode(make_query(id, question)), deadline);
    if (!exchange)
        co_return fail(exchange.error().kind,
                       fmt::format("{}: {}", describe(question), exchange.error().detail));
    auto message = decode(put_id(std::move(exchange->response), id), state->options.max_records);
    if (!message)
        co_return fail(message.error().kind,
                       fmt::format("{}: {} from {}", describe(question), message.error().detail,
                                   exchange->resolver));
    auto answer = interpret(*message, question, id, state->options.max_chain);
    if (answer) {
        answer->resolver = std::move(exchange->resolver);
        answer->tries = exchange->sends;
        answer->elapsed = state->clock.steady() - started;
    }
    co_return answer;
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
        query.id = state->random_id();
        auto exchange = co_await dns::ask(state, encode(query), deadline);
        if (!exchange)
            co_return std::unexpected(std::move(exchange.error()));
        auto message =
            decode(put_id(std::move(exchange->response), query.id), state->options.max_records);
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
    const SteadyTime started = state->clock.steady();
    ResolverProber prober(state, deadline);
    DnssecProbe probe(prober);
    co_await probe.settle(*answer);
    answer->elapsed += state->clock.steady() - started;
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
    const std::uint16_t id = u16_at(query, 0);
    auto exchange = co_await ask(state, std::move(query), deadline);
    if (!exchange)
        co_return std::unexpected(std::move(exchange.error()));
    co_return put_id(std::move(exchange->response), id);
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
