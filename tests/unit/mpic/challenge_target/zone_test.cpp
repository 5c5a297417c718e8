// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/zone.hpp"

#include <gtest/gtest.h>

namespace {

using base::dns::Message;
using base::dns::Name;
using base::dns::Rcode;
using base::dns::Record;
using base::dns::RecordType;
using mpic::challenge_target::answer_from_zone;
using mpic::challenge_target::Behaviour;
using mpic::challenge_target::Views;
using mpic::challenge_target::ZoneAnswer;

Name name(std::string_view text) {
    return Name::parse(text).value();
}

class Zone : public testing::Test {
protected:
    void set(std::string_view at, RecordType type, std::vector<std::string> values,
             const std::vector<std::string>& perspectives = {}) {
        mpic::challenge_target::Rdata rdata;
        for (const std::string& value : values)
            rdata.push_back(rdata_from_text(type, value).value());
        ASSERT_TRUE(views.set(perspectives, name(at), type, rdata));
    }
    ZoneAnswer ask(std::string_view at, RecordType type, const std::string& perspective = "") {
        return answer_from_zone(views, perspective, base::dns::make_query(7, {name(at), type}));
    }
    /// "owner TYPE value" of each answer.
    static std::vector<std::string> text(const ZoneAnswer& answer) {
        std::vector<std::string> out;
        for (const Record& record : answer.response.answers)
            out.push_back(record.owner.text() + " " + to_string(record.type) + " "
                          + rdata_text(record.type, record.rdata));
        return out;
    }
    static void expect_denial(const ZoneAnswer& answer, Rcode rcode) {
        EXPECT_EQ(answer.response.rcode, rcode);
        EXPECT_TRUE(answer.response.answers.empty());
        ASSERT_EQ(answer.response.authority.size(), 1U); // RFC 2308 §2
        EXPECT_EQ(answer.response.authority[0].type, RecordType::soa);
        EXPECT_EQ(answer.response.authority[0].owner.text(), "test");
    }

    Views views{mpic::challenge_target::start_records(
        {*base::net::IpAddress::parse("127.0.0.53"), *base::net::IpAddress::parse("::1")})};
    using Lines = std::vector<std::string>;
};

TEST_F(Zone, StartsWithAddressesAndNothingElse) {
    EXPECT_EQ(text(ask("mpic.test", RecordType::a)), Lines{"mpic.test A 127.0.0.53"});
    EXPECT_EQ(text(ask("www.mpic.test", RecordType::a)), Lines{"www.mpic.test A 127.0.0.53"});
    EXPECT_EQ(text(ask("a.b.c.mpic.test", RecordType::aaaa)), Lines{"a.b.c.mpic.test AAAA ::1"});
    expect_denial(ask("www.mpic.test", RecordType::txt), Rcode::noerror);
    expect_denial(ask("mpic.test", RecordType::caa), Rcode::noerror);
    expect_denial(ask("test", RecordType::caa), Rcode::noerror);
    expect_denial(ask("other.test", RecordType::a), Rcode::nxdomain);
}

TEST_F(Zone, SpeaksAsAnAuthorityThatIsAskedAsAResolver) {
    const Message answer = ask("www.mpic.test", RecordType::a).response;
    EXPECT_EQ(answer.id, 7);
    EXPECT_TRUE(answer.response);
    EXPECT_TRUE(answer.authoritative);
    EXPECT_TRUE(answer.recursion_available);
    EXPECT_TRUE(answer.recursion_desired);
    EXPECT_FALSE(answer.authentic_data); // asked for, but nothing is validated here
    EXPECT_EQ(answer.questions.size(), 1U);
    EXPECT_TRUE(answer.edns.has_value());
}

TEST_F(Zone, AnswersForItsSoa) {
    const ZoneAnswer answer = ask("test", RecordType::soa);
    ASSERT_EQ(answer.response.answers.size(), 1U);
    EXPECT_EQ(answer.response.answers[0].type, RecordType::soa);
}

TEST_F(Zone, ATextRecordDoesNotTakeTheWebServerAway) {
    set("www.mpic.test", RecordType::txt, {"token"});
    EXPECT_EQ(text(ask("www.mpic.test", RecordType::txt)), Lines{"www.mpic.test TXT \"token\""});
    EXPECT_EQ(text(ask("www.mpic.test", RecordType::a)), Lines{"www.mpic.test A 127.0.0.53"});
    EXPECT_EQ(text(ask("below.www.mpic.test", RecordType::a)),
              Lines{"below.www.mpic.test A 127.0.0.53"});
}

TEST_F(Zone, AnAddressSetAtANameReplacesTheStartsOwn) {
    set("www.mpic.test", RecordType::a, {"127.0.0.99"});
    EXPECT_EQ(text(ask("www.mpic.test", RecordType::a)), Lines{"www.mpic.test A 127.0.0.99"});
    EXPECT_EQ(text(ask("www.mpic.test", RecordType::aaaa)), Lines{"www.mpic.test AAAA ::1"});
    set("www.mpic.test", RecordType::aaaa, {});
    expect_denial(ask("www.mpic.test", RecordType::aaaa), Rcode::noerror);
}

TEST_F(Zone, WildcardsHoldBelowTheClosestEncloser_Rfc4592_3_3_1) {
    set("*.w.mpic.test", RecordType::txt, {"wild"});
    set("exists.w.mpic.test", RecordType::caa, {"0 issue \"ca.example\""});
    EXPECT_EQ(text(ask("a.w.mpic.test", RecordType::txt)), Lines{"a.w.mpic.test TXT \"wild\""});
    EXPECT_EQ(text(ask("a.b.w.mpic.test", RecordType::txt)), Lines{"a.b.w.mpic.test TXT \"wild\""});
    expect_denial(ask("exists.w.mpic.test", RecordType::txt), Rcode::noerror);
    expect_denial(ask("a.exists.w.mpic.test", RecordType::txt), Rcode::nxdomain);
    expect_denial(ask("a.w.mpic.test", RecordType::caa), Rcode::noerror);
}

TEST_F(Zone, NamesOutsideThePlaygroundExistOnceSet) {
    set("a.other.test", RecordType::txt, {"x"});
    EXPECT_EQ(text(ask("a.other.test", RecordType::txt)), Lines{"a.other.test TXT \"x\""});
    expect_denial(ask("a.other.test", RecordType::a), Rcode::noerror);
    expect_denial(ask("other.test", RecordType::a), Rcode::noerror); // an empty non-terminal
    expect_denial(ask("b.other.test", RecordType::a), Rcode::nxdomain);
}

TEST_F(Zone, FollowsAliases) {
    set("www.mpic.test", RecordType::cname, {"a.mpic.test"});
    set("a.mpic.test", RecordType::cname, {"b.other.test"});
    EXPECT_EQ(text(ask("www.mpic.test", RecordType::cname)),
              Lines{"www.mpic.test CNAME a.mpic.test"});
    const ZoneAnswer dangling = ask("www.mpic.test", RecordType::txt);
    EXPECT_EQ(dangling.response.rcode, Rcode::nxdomain); // RFC 6604 §3: the last name's
    EXPECT_EQ(text(dangling),
              (Lines{"www.mpic.test CNAME a.mpic.test", "a.mpic.test CNAME b.other.test"}));
    set("b.other.test", RecordType::txt, {"end"});
    EXPECT_EQ(text(ask("www.mpic.test", RecordType::txt)).back(), "b.other.test TXT \"end\"");
}

TEST_F(Zone, AliasLoopsEnd) {
    set("x.mpic.test", RecordType::cname, {"y.mpic.test"});
    set("y.mpic.test", RecordType::cname, {"x.mpic.test"});
    EXPECT_EQ(text(ask("x.mpic.test", RecordType::a)).size(), 2U);
    set("self.mpic.test", RecordType::cname, {"self.mpic.test"});
    EXPECT_EQ(text(ask("self.mpic.test", RecordType::a)).size(), 1U);
}

TEST_F(Zone, AliasesOutOfTheZoneAreLeftToTheResolvers) {
    set("www.mpic.test", RecordType::cname, {"www.example.com"});
    const ZoneAnswer answer = ask("www.mpic.test", RecordType::a);
    ASSERT_TRUE(answer.continue_at.has_value());
    EXPECT_EQ(answer.continue_at->text(), "www.example.com");
    EXPECT_EQ(text(answer), Lines{"www.mpic.test CNAME www.example.com"});
}

TEST_F(Zone, DnameMovesEverythingBelow_Rfc6672) {
    set("old.mpic.test", RecordType::dname, {"new.mpic.test"});
    set("a.new.mpic.test", RecordType::txt, {"moved"});
    EXPECT_EQ(text(ask("a.old.mpic.test", RecordType::txt)),
              (Lines{"old.mpic.test DNAME new.mpic.test", "a.old.mpic.test CNAME a.new.mpic.test",
                     "a.new.mpic.test TXT \"moved\""}));
    expect_denial(ask("old.mpic.test", RecordType::txt), Rcode::noerror);
}

TEST_F(Zone, ADnameThatMakesTheNameTooLongIsYxdomain_Rfc6672_2_2) {
    const std::string label(61, 'x');
    set("s.mpic.test", RecordType::dname, {label + "." + label + "." + label + ".mpic.test"});
    const ZoneAnswer answer = ask(label + ".s.mpic.test", RecordType::txt);
    EXPECT_EQ(answer.response.rcode, Rcode{6});
    EXPECT_EQ(answer.response.answers.size(), 1U);
}

TEST_F(Zone, RcodesDelaysAndSilenceAreForEveryType) {
    ASSERT_TRUE(views.set({"iad"}, name("www.mpic.test"),
                          Behaviour{.rcode = Rcode::servfail, .delay = base::Milliseconds(5)}));
    for (const RecordType type : {RecordType::a, RecordType::txt, RecordType::caa}) {
        const ZoneAnswer hit = ask("www.mpic.test", type, "iad");
        EXPECT_EQ(hit.response.rcode, Rcode::servfail);
        EXPECT_TRUE(hit.response.answers.empty());
        EXPECT_EQ(hit.delay, base::Milliseconds(5));
        EXPECT_EQ(ask("www.mpic.test", type, "fra").response.rcode, Rcode::noerror);
    }
    ASSERT_TRUE(views.set({}, name("quiet.mpic.test"), Behaviour{.drop = true}));
    EXPECT_TRUE(ask("quiet.mpic.test", RecordType::a).drop);
    set("alias.mpic.test", RecordType::cname, {"quiet.mpic.test"});
    EXPECT_TRUE(ask("alias.mpic.test", RecordType::a).drop);
}

TEST_F(Zone, AViewMayHaveAnAliasOfItsOwn) {
    set("www.mpic.test", RecordType::cname, {"evil.mpic.test"}, {"iad"});
    set("evil.mpic.test", RecordType::txt, {"attacker"});
    EXPECT_EQ(text(ask("www.mpic.test", RecordType::txt, "iad")).back(),
              "evil.mpic.test TXT \"attacker\"");
    expect_denial(ask("www.mpic.test", RecordType::txt, "fra"), Rcode::noerror);
}

} // namespace
