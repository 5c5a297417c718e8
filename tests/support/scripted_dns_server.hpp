// SPDX-License-Identifier: Apache-2.0
#pragma once
// A real DNS server on 127.0.0.1, over UDP and TCP on one ephemeral port, that answers as the
// test's handler says: with a message, raw octets, after a while, truncated, not at all. It keeps a
// log.
//
//   test::ScriptedDnsServer server(loop);
//   server.on_query([](const auto& query) { return query.answer({record}); });
//
// Lives on the loop of what it tests. It does not outlive the loop.

#include "base/core/clock.hpp"
#include "base/dns/message.hpp"
#include "base/net/ip_address.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// What goes back for one query. Several datagrams may, in order.
struct DnsReply {
    std::vector<std::string> octets; ///< none: silence
    base::Milliseconds delay{0};
    bool close = false;          ///< TCP: close the connection instead of answering
    bool from_elsewhere = false; ///< UDP: send from another port
};

struct DnsQuery {
    base::dns::Message message;
    std::string octets;
    bool tcp = false;
    base::net::Endpoint source;

    [[nodiscard]] const base::dns::Question& question() const { return message.questions.front(); }

    /// A response of a recursive resolver to this query, for the test to change.
    [[nodiscard]] base::dns::Message response() const {
        base::dns::Message out;
        out.id = message.id;
        out.response = true;
        out.recursion_desired = message.recursion_desired;
        out.recursion_available = true;
        out.checking_disabled = message.checking_disabled;
        out.questions = message.questions;
        if (message.edns)
            out.edns = base::dns::Edns{.dnssec_ok = message.edns->dnssec_ok};
        return out;
    }
    /// UDP answers that do not fit the asker's EDNS size go out truncated.
    [[nodiscard]] DnsReply reply(const base::dns::Message& response) const {
        const std::size_t udp_limit = message.edns ? message.edns->udp_size : 512;
        return {.octets = {base::dns::encode(response, tcp ? 65535 : udp_limit)}};
    }
    [[nodiscard]] DnsReply answer(std::vector<base::dns::Record> records) const {
        auto out = response();
        out.answers = std::move(records);
        return reply(out);
    }
    [[nodiscard]] DnsReply rcode(base::dns::Rcode rcode) const {
        auto out = response();
        out.rcode = rcode;
        return reply(out);
    }
    [[nodiscard]] static DnsReply silence() { return {}; }
};

class ScriptedDnsServer {
public:
    using Handler = std::function<DnsReply(const DnsQuery&)>;

    explicit ScriptedDnsServer(boost::asio::io_context& loop)
        : state_(std::make_shared<State>(loop)) {
        state_->open();
        receive(state_);
        accept(state_);
    }
    ~ScriptedDnsServer() { state_->close(); }
    ScriptedDnsServer(const ScriptedDnsServer&) = delete;
    ScriptedDnsServer& operator=(const ScriptedDnsServer&) = delete;

    void on_query(Handler handler) { state_->handler = std::move(handler); }
    [[nodiscard]] base::net::Endpoint endpoint() const {
        return {base::net::IpAddress::v4({127, 0, 0, 1}), state_->udp.local_endpoint().port()};
    }
    [[nodiscard]] const std::vector<DnsQuery>& log() const { return state_->log; }
    /// "UDP CAA www.example.com", in the order of arrival.
    [[nodiscard]] std::vector<std::string> log_text() const {
        std::vector<std::string> out;
        for (const DnsQuery& query : log())
            out.push_back(
                (query.tcp ? "TCP " : "UDP ") + base::dns::to_string(query.question().type)
                + (query.message.checking_disabled ? " +cd " : " ") + query.question().name.text());
        return out;
    }

private:
    using Tcp = boost::asio::ip::tcp;
    using Udp = boost::asio::ip::udp;
    using Error = boost::system::error_code;

    struct State {
        explicit State(boost::asio::io_context& l) : loop(l), udp(l), elsewhere(l), acceptor(l) {}

        void open() {
            const auto local = boost::asio::ip::address_v4::loopback();
            for (int tries = 0;; ++tries) { // until UDP has the port that TCP was given
                acceptor = Tcp::acceptor(loop, {local, 0});
                udp = Udp::socket(loop, Udp::v4());
                Error error;
                udp.bind({local, acceptor.local_endpoint().port()}, error);
                if (!error)
                    break;
                if (tries == 100)
                    throw boost::system::system_error(error);
            }
            elsewhere = Udp::socket(loop, {local, 0});
        }
        void close() {
            handler = nullptr;
            Error ignored;
            udp.close(ignored);
            acceptor.close(ignored);
            for (const auto& weak : connections)
                if (const auto socket = weak.lock())
                    socket->close(ignored);
        }

        boost::asio::io_context& loop;
        Udp::socket udp;
        Udp::socket elsewhere;
        Tcp::acceptor acceptor;
        std::vector<std::weak_ptr<Tcp::socket>> connections;
        Handler handler;
        std::vector<DnsQuery> log;
        std::array<char, 65536> datagram{};
        Udp::endpoint from;
    };
    using StatePtr = std::shared_ptr<State>;

    template <class Endpoint>
    static base::net::Endpoint source_of(const Endpoint& from) {
        return {base::net::IpAddress::v4(from.address().to_v4().to_bytes()), from.port()};
    }

    static DnsReply handle(State& state, std::string octets, bool tcp, base::net::Endpoint source) {
        auto message = base::dns::decode(octets);
        if (!message || message->questions.empty())
            return {};
        state.log.push_back({std::move(*message), std::move(octets), tcp, source});
        if (!state.handler)
            return {};
        return state.handler(DnsQuery(state.log.back()));
    }

    /// Calls `then` after `delay`, on the loop.
    template <class Then>
    static void later(State& state, base::Milliseconds delay, Then then) {
        auto timer = std::make_shared<boost::asio::steady_timer>(state.loop, delay);
        timer->async_wait([timer, then = std::move(then)](Error error) {
            if (!error)
                then();
        });
    }

    static void receive(const StatePtr& state) {
        state->udp.async_receive_from(
            boost::asio::buffer(state->datagram), state->from,
            [state](Error error, std::size_t count) {
                if (error)
                    return;
                DnsReply reply =
                    handle(*state, {state->datagram.data(), count}, false, source_of(state->from));
                const auto to = state->from;
                later(*state, reply.delay, [state, reply = std::move(reply), to] {
                    auto& socket = reply.from_elsewhere ? state->elsewhere : state->udp;
                    Error ignored; // the asker may have gone
                    for (const std::string& octets : reply.octets)
                        socket.send_to(boost::asio::buffer(octets), to, 0, ignored);
                });
                receive(state);
            });
    }

    static void accept(const StatePtr& state) {
        state->acceptor.async_accept([state](Error error, Tcp::socket socket) {
            if (error)
                return;
            auto connection = std::make_shared<Tcp::socket>(std::move(socket));
            state->connections.push_back(connection);
            read(state, connection);
            accept(state);
        });
    }

    static void read(const StatePtr& state, const std::shared_ptr<Tcp::socket>& connection) {
        auto length = std::make_shared<std::array<unsigned char, 2>>();
        boost::asio::async_read(
            *connection, boost::asio::buffer(*length),
            [state, connection, length](Error error, std::size_t) {
                if (error)
                    return;
                auto octets = std::make_shared<std::string>(
                    static_cast<std::size_t>((*length)[0] << 8 | (*length)[1]), '\0');
                boost::asio::async_read(*connection, boost::asio::buffer(*octets),
                                        [state, connection, octets](Error failed, std::size_t) {
                                            if (!failed)
                                                respond(state, connection, std::move(*octets));
                                        });
            });
    }

    static void respond(const StatePtr& state, const std::shared_ptr<Tcp::socket>& connection,
                        std::string octets) {
        Error ignored;
        const auto from = connection->remote_endpoint(ignored);
        DnsReply reply = handle(*state, std::move(octets), true, source_of(from));
        later(*state, reply.delay, [state, connection, reply = std::move(reply)] {
            Error gone;
            if (reply.close) {
                connection->close(gone);
                return;
            }
            for (const std::string& message : reply.octets) {
                std::string framed{static_cast<char>(message.size() >> 8),
                                   static_cast<char>(message.size() & 0xff)};
                framed += message;
                boost::asio::write(*connection, boost::asio::buffer(framed), gone);
            }
        });
        read(state, connection);
    }

    StatePtr state_;
};

} // namespace test
