// SPDX-License-Identifier: Apache-2.0
// The target's DNS side over real sockets.
#include "target_fixture.hpp"

namespace {

using base::dns::Message;
using base::dns::Rcode;
using base::dns::RecordType;

class TargetDns : public test::TargetTest {
protected:
    static std::string first(const Message& message) {
        return message.answers.empty()
                   ? "none"
                   : rdata_text(message.answers[0].type, message.answers[0].rdata);
    }
};

TEST_F(TargetDns, PointsTheStartAtItsWebServer) {
    auto& target = start();
    const Message answer = ask("any.mpic.test", RecordType::a, test::iad);
    EXPECT_EQ(first(answer), target.http_endpoint().address.to_string());
    EXPECT_TRUE(answer.authoritative);
    EXPECT_TRUE(answer.recursion_available);
    EXPECT_FALSE(answer.authentic_data);
    EXPECT_EQ(answer.id, 4711);
}

TEST_F(TargetDns, HasAnAaaaRecordExactlyWhereItListens) {
    auto& target = start();
    const Message answer = ask("mpic.test", RecordType::aaaa, test::iad);
    const std::string response =
        http({test::address("::1"), target.http_endpoint().port},
             "GET / HTTP/1.1\r\nHost: mpic.test\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(answer.answers.empty(), !response.starts_with("HTTP/1.1 404")) << response;
}

TEST_F(TargetDns, TellsPerspectivesApartByTheirAddress) {
    start();
    put("/dns", R"({"name": "www.mpic.test", "type": "TXT", "values": ["real"]})");
    put("/dns",
        R"({"name": "www.mpic.test", "type": "TXT", "values": ["evil"], "perspectives": ["iad"]})");
    EXPECT_EQ(first(ask("www.mpic.test", RecordType::txt, test::iad)), "\"evil\"");
    EXPECT_EQ(first(ask("WWW.Mpic.Test", RecordType::txt, test::nrt)), "\"real\"");
    EXPECT_EQ(first(ask("www.mpic.test", RecordType::txt, test::nobody)), "\"real\"");
}

TEST_F(TargetDns, AnswersOverTcpOnTheSamePort) {
    start();
    put("/dns",
        R"({"name": "www.mpic.test", "type": "TXT", "values": ["evil"], "perspectives": ["iad"]})");
    const std::string question = encode(query("www.mpic.test", RecordType::txt));
    const auto responses = tcp({question, question}, test::iad);
    ASSERT_EQ(responses.size(), 2U);
    for (const std::string& response : responses)
        EXPECT_EQ(first(base::dns::decode(response).value()), "\"evil\"");
}

TEST_F(TargetDns, TruncatesOverUdpWhatDoesNotFit_Rfc2181_9) {
    start();
    const std::string value(2000, 'x');
    put("/dns", R"({"name": "big.mpic.test", "type": "TXT", "values": [")" + value + "\"]}");
    const Message over_udp = ask("big.mpic.test", RecordType::txt, test::iad);
    EXPECT_TRUE(over_udp.truncated);
    EXPECT_TRUE(over_udp.answers.empty());
    const auto responses = tcp({encode(query("big.mpic.test", RecordType::txt))}, test::iad);
    ASSERT_EQ(responses.size(), 1U);
    const Message over_tcp = base::dns::decode(responses[0]).value();
    EXPECT_FALSE(over_tcp.truncated);
    EXPECT_EQ(base::dns::parse_txt(over_tcp.answers.at(0).rdata), value);
}

TEST_F(TargetDns, WithoutEdnsUdpHolds512Octets_Rfc1035_4_2_1) {
    start();
    put("/dns", R"({"name": "big.mpic.test", "type": "TXT", "values": [")" + std::string(600, 'x')
                    + "\"]}");
    Message question = query("big.mpic.test", RecordType::txt);
    EXPECT_FALSE(base::dns::decode(udp(encode(question), test::iad).value())->truncated);
    question.edns.reset();
    const Message plain = base::dns::decode(udp(encode(question), test::iad).value()).value();
    EXPECT_TRUE(plain.truncated);
    EXPECT_FALSE(plain.edns.has_value());
}

TEST_F(TargetDns, AnswersWithTheRcodeSet) {
    start();
    put("/dns", R"({"name": "www.mpic.test", "rcode": "SERVFAIL", "perspectives": ["nrt"]})");
    EXPECT_EQ(ask("www.mpic.test", RecordType::caa, test::nrt).rcode, Rcode::servfail);
    EXPECT_EQ(ask("www.mpic.test", RecordType::caa, test::iad).rcode, Rcode::noerror);
    put("/dns", R"({"name": "www.mpic.test", "rcode": "NOERROR", "perspectives": ["nrt"]})");
    EXPECT_EQ(ask("www.mpic.test", RecordType::caa, test::nrt).rcode, Rcode::noerror);
}

TEST_F(TargetDns, KeepsSilentWhenTold) {
    start();
    put("/dns", R"({"name": "www.mpic.test", "drop": true, "perspectives": ["nrt"]})");
    EXPECT_FALSE(
        udp(encode(query("www.mpic.test", RecordType::a)), test::nrt, base::Milliseconds(100)));
    EXPECT_TRUE(udp(encode(query("www.mpic.test", RecordType::a)), test::iad));
}

TEST_F(TargetDns, DelaysAsToldWithoutHoldingOthersUp) {
    start();
    put("/dns", R"({"name": "slow.mpic.test", "delay-ms": 150})");
    const auto before = clock.steady();
    EXPECT_FALSE(
        udp(encode(query("slow.mpic.test", RecordType::a)), test::iad, base::Milliseconds(20)));
    EXPECT_TRUE(udp(encode(query("www.mpic.test", RecordType::a)), test::iad));
    EXPECT_LT(clock.steady() - before, base::Milliseconds(140));
    const auto start_of_slow = clock.steady();
    EXPECT_TRUE(udp(encode(query("slow.mpic.test", RecordType::a)), test::iad));
    EXPECT_GE(clock.steady() - start_of_slow, base::Milliseconds(150));
}

TEST_F(TargetDns, RefusesWhatIsNoQuery_Rfc1035_4_1_1) {
    start();
    const auto rcode = [this](const std::string& wire) {
        return base::dns::decode(udp(wire, test::iad).value())->rcode;
    };
    const std::string good = encode(query("mpic.test", RecordType::a));
    EXPECT_EQ(rcode(good.substr(0, good.size() - 14)), Rcode::formerr);
    Message update = query("mpic.test", RecordType::a);
    update.opcode = 5;
    EXPECT_EQ(rcode(encode(update)), Rcode::notimp);
    Message none = query("mpic.test", RecordType::a);
    none.questions.clear();
    EXPECT_EQ(rcode(encode(none)), Rcode::formerr);
    EXPECT_EQ(rcode(encode(query("mpic.test", RecordType{255}))), Rcode::notimp); // RFC 8482
    Message response = query("mpic.test", RecordType::a);
    response.response = true;
    EXPECT_FALSE(udp(encode(response), test::iad, base::Milliseconds(50)));
    EXPECT_FALSE(udp("short", test::iad, base::Milliseconds(50)));
}

TEST_F(TargetDns, WithoutResolversOtherNamesFail) {
    start();
    const Message answer = ask("www.example.com", RecordType::a, test::iad);
    EXPECT_EQ(answer.rcode, Rcode::servfail);
    EXPECT_EQ(answer.id, 4711);
}

TEST_F(TargetDns, WritesDownWhoAskedWhat) {
    start();
    ask("www.mpic.test", RecordType::caa, test::nrt);
    const test::Json seen = manage("GET", "/requests").body["requests"];
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0]["perspective"], "nrt");
    EXPECT_EQ(seen[0]["protocol"], "dns");
    EXPECT_EQ(seen[0]["name"], "www.mpic.test");
    EXPECT_EQ(seen[0]["type"], "CAA");
    EXPECT_TRUE(seen[0].contains("time"));
}

/// Somebody else's resolver: one TXT record, and everything it was asked.
class Upstream {
public:
    Upstream(boost::asio::io_context& loop, const base::Clock& clock, base::log::Logger& log)
        : server_(loop, clock, log, {test::nobody, 0},
                  [this](std::string wire, base::net::IpAddress, bool) {
                      return answer(*this, std::move(wire));
                  }) {
        server_.start();
    }
    [[nodiscard]] base::net::Endpoint endpoint() const { return server_.endpoint(); }
    [[nodiscard]] base::Awaitable<void> drain() { return server_.drain(); }

    std::vector<std::string> asked;
    bool silent = false;

private:
    static base::Awaitable<std::optional<std::string>> answer(Upstream& self, std::string wire) {
        Message message = base::dns::decode(wire).value();
        self.asked.push_back(message.questions.at(0).name.text());
        if (self.silent)
            co_return std::nullopt;
        message.response = true;
        message.authentic_data = true;
        message.answers.push_back({message.questions[0].name, RecordType::txt, 60,
                                   base::dns::txt_rdata("from upstream")});
        co_return encode(message);
    }

    mpic::challenge_target::DnsServer server_;
};

class TargetForwarding : public TargetDns {
protected:
    void TearDown() override {
        TargetDns::TearDown();
        test::run(loop, upstream.drain());
    }
    Upstream upstream{loop, clock, *log};
};

TEST_F(TargetForwarding, AsksTheResolversAboutOtherNames) {
    start({upstream.endpoint()});
    const Message answer = ask("www.example.com", RecordType::txt, test::iad);
    EXPECT_EQ(answer.id, 4711);
    EXPECT_EQ(first(answer), "\"from upstream\"");
    EXPECT_TRUE(answer.authentic_data); // passed on as it came
    EXPECT_EQ(upstream.asked, std::vector<std::string>{"www.example.com"});
}

TEST_F(TargetForwarding, KeepsItsOwnNamesToItself) {
    start({upstream.endpoint()});
    ask("www.mpic.test", RecordType::txt, test::iad);
    ask("unknown.test", RecordType::txt, test::iad);
    EXPECT_TRUE(upstream.asked.empty());
}

TEST_F(TargetForwarding, FollowsAliasesOutOfTheZone) {
    start({upstream.endpoint()});
    put("/dns", R"({"name": "www.mpic.test", "type": "CNAME", "values": ["www.example.com"]})");
    const Message answer = ask("www.mpic.test", RecordType::txt, test::iad);
    ASSERT_EQ(answer.answers.size(), 2U);
    EXPECT_EQ(answer.answers[0].type, RecordType::cname);
    EXPECT_EQ(answer.answers[1].owner.text(), "www.example.com");
    EXPECT_EQ(upstream.asked, std::vector<std::string>{"www.example.com"});
}

} // namespace
