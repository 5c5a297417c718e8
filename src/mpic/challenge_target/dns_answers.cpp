// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/dns_answers.hpp"

#include "base/async/deadline.hpp"
#include "mpic/challenge_target/zone.hpp"

#include <algorithm>
#include <utility>

namespace mpic::challenge_target {
namespace {

using base::dns::Message;
using base::dns::Rcode;

constexpr base::Milliseconds forward_limit{5'000};
constexpr std::size_t header_octets = 12;
constexpr std::size_t tcp_limit = 65'535;
constexpr std::size_t udp_limit_without_edns = 512; // RFC 1035 §4.2.1
constexpr std::size_t udp_limit_max = 4096;
constexpr std::size_t max_servers = 8; // what a RecursiveResolver takes
constexpr std::uint16_t type_any = 255;

/// Counts one forwarded question for as long as it lives, however its coroutine ends.
class InFlight {
public:
    explicit InFlight(std::size_t& count) : count_(count) { ++count_; }
    ~InFlight() { --count_; }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

private:
    std::size_t& count_;
};

std::unique_ptr<base::dns::RecursiveResolver>
make_resolver(base::asio::io_context& loop, const base::Clock& clock, base::Random& random,
              std::vector<base::net::Endpoint> servers) {
    if (servers.empty())
        return nullptr;
    servers.resize(std::min(servers.size(), max_servers));
    return std::make_unique<base::dns::RecursiveResolver>(
        loop, clock, random, base::dns::RecursiveResolverOptions{.servers = std::move(servers)});
}

std::size_t limit_for(const Message& query, bool tcp) {
    if (tcp)
        return tcp_limit;
    return query.edns ? std::clamp<std::size_t>(query.edns->udp_size, udp_limit_without_edns,
                                                udp_limit_max)
                      : udp_limit_without_edns;
}

std::string failed(const Message& query, Rcode rcode) {
    Message response = response_to(query);
    response.rcode = rcode;
    return encode(response);
}

/// For octets that are a header and then nothing that can be read.
std::optional<std::string> format_error(std::string_view wire) {
    const auto octet = [&wire](std::size_t at) { return static_cast<unsigned char>(wire[at]); };
    if (wire.size() < header_octets || (octet(2) & 0x80U) != 0)
        return std::nullopt;
    return encode(Message{.id = static_cast<std::uint16_t>(octet(0) << 8U | octet(1)),
                          .response = true,
                          .opcode = static_cast<std::uint8_t>((octet(2) >> 3U) & 0xfU),
                          .rcode = Rcode::formerr});
}

} // namespace

std::string perspective_at(const Sources& sources, const base::net::IpAddress& from) {
    const auto found = sources.find(from);
    return found == sources.end() ? std::string() : found->second;
}

DnsAnswers::DnsAnswers(base::asio::io_context& loop, const base::Clock& clock, const Views& views,
                       const Sources& sources, RequestLog& requests,
                       std::vector<base::net::Endpoint> forward_to)
    : clock_(clock),
      views_(views),
      sources_(sources),
      requests_(requests),
      resolver_(make_resolver(loop, clock, random_, std::move(forward_to))) {}

base::Awaitable<std::optional<std::string>>
DnsAnswers::respond(std::string wire, base::net::IpAddress from, bool tcp) {
    const auto query = base::dns::decode(wire);
    if (!query)
        co_return format_error(wire);
    if (query->response)
        co_return std::nullopt;
    if (query->opcode != 0)
        co_return failed(*query, Rcode::notimp);
    if (query->questions.size() != 1)
        co_return failed(*query, Rcode::formerr);
    const base::dns::Question question = query->questions.front();
    std::string perspective = perspective_at(sources_, from);
    requests_.add({clock_.wall(), perspective, from,
                   DnsRequest{question.name.text(), to_string(question.type), tcp}});
    const std::size_t limit = limit_for(*query, tcp);
    if (zone_of(question.name) != nullptr) {
        if (std::to_underlying(question.type) == type_any)
            co_return failed(*query, Rcode::notimp); // RFC 8482 lets a server refuse
        co_return co_await from_zone(*query, std::move(perspective), limit);
    }
    auto response = co_await forward(std::move(wire));
    if (response && response->size() <= limit)
        co_return response;
    const auto readable = response ? base::dns::decode(*response) : base::dns::decode("");
    co_return readable ? encode(*readable, limit) : failed(*query, Rcode::servfail);
}

base::Awaitable<std::optional<std::string>>
DnsAnswers::from_zone(Message query, std::string perspective, std::size_t limit) {
    ZoneAnswer answer = answer_from_zone(views_, perspective, query);
    if (answer.delay.count() > 0
        && !co_await base::sleep_until(base::Deadline::after(clock_.steady(), answer.delay)))
        co_return std::nullopt;
    if (answer.drop)
        co_return std::nullopt;
    if (answer.continue_at)
        co_await append_outside(answer.response,
                                {*answer.continue_at, query.questions.front().type});
    co_return encode(answer.response, limit);
}

base::Awaitable<void> DnsAnswers::append_outside(Message& response, base::dns::Question question) {
    const auto wire =
        co_await forward(encode(base::dns::make_query(response.id, std::move(question))));
    const auto rest = wire ? base::dns::decode(*wire) : base::dns::decode("");
    if (!rest) {
        response.rcode = Rcode::servfail;
        co_return;
    }
    response.rcode = rest->rcode;
    response.answers.insert(response.answers.end(), rest->answers.begin(), rest->answers.end());
    response.authority = rest->authority;
}

base::Awaitable<std::optional<std::string>> DnsAnswers::forward(std::string wire) {
    if (!resolver_ || forwarded_ >= max_forwarded)
        co_return std::nullopt;
    const InFlight counted(forwarded_);
    auto response = co_await resolver_->exchange(
        std::move(wire), base::Deadline::after(clock_.steady(), forward_limit));
    co_return response ? std::optional(std::move(*response)) : std::nullopt;
}

} // namespace mpic::challenge_target
