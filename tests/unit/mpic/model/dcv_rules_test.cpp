// SPDX-License-Identifier: Apache-2.0
// Sections, ends and names of the ways of validation.

#include "mpic/model/dcv_rules.hpp"

#include "support/matrix.hpp"

#include <gtest/gtest.h>

namespace {

using base::dns::RecordType;
using mpic::ContactKind;
using mpic::ContactSource;
using mpic::DcvQuestion;

const base::net::IpAddress address = base::net::IpAddress::parse("192.0.2.7").value();
const mpic::HttpQuestion http{test::name("a.example"), "/x", "T"};
const mpic::DnsQuestion dns{test::name("_x.a.example"), RecordType::txt, "T"};
const mpic::TlsAlpnQuestion tls{test::name("a.example"), "d"};
const mpic::PersistQuestion persist{test::name("a.example"),
                                    test::name("_validation-persist.a.example"),
                                    {"ca.example"},
                                    "u:1",
                                    ""};
const mpic::ReverseQuestion reverse{address, {}};

mpic::ContactQuestion contact(ContactKind kind, ContactSource source) {
    return {test::name("a.example"), kind, source, ""};
}

std::string_view named(std::string method, DcvQuestion question, bool by_address = false) {
    mpic::CheckRequest request = test::http_request();
    request.method = std::move(method);
    request.dcv = std::move(question);
    if (by_address)
        request.target.host = address;
    return mpic::validation_method(request);
}

TEST(DcvRules, RecordsNameTheMethod) { // BR 5.4.1 (2)(2)
    EXPECT_EQ(named("http", http), "BR 3.2.2.4.18");
    EXPECT_EQ(named("http", http, true), "BR 3.2.2.5.1");
    EXPECT_EQ(named("website-change", http), "BR 3.2.2.4.18");
    EXPECT_EQ(named("website-change", http, true), "BR 3.2.2.5.1");
    EXPECT_EQ(named("http-acme", http), "http-01");
    EXPECT_EQ(named("dns", dns), "BR 3.2.2.4.7");
    EXPECT_EQ(named("dns-01", dns), "dns-01");
    EXPECT_EQ(named("dns-account-01", dns), "BR 3.2.2.4.21");
    EXPECT_EQ(named("dns-persist-01", persist), "BR 3.2.2.4.22");
    EXPECT_EQ(named("dns-persist-01", persist, true), "BR 3.2.2.5.8");
    EXPECT_EQ(named("tls-alpn-01", tls), "tls-alpn-01");
    EXPECT_EQ(named("ip-reverse", reverse, true), "BR 3.2.2.5.3");
    using enum ContactKind;
    EXPECT_EQ(named("contact", contact(email, ContactSource::caa)), "BR 3.2.2.4.13");
    EXPECT_EQ(named("contact", contact(email, ContactSource::txt)), "BR 3.2.2.4.14");
    EXPECT_EQ(named("contact", contact(phone, ContactSource::txt)), "BR 3.2.2.4.16");
    EXPECT_EQ(named("contact", contact(phone, ContactSource::caa)), "BR 3.2.2.4.17");
    EXPECT_EQ(mpic::validation_method(test::caa_request()), "");
}

TEST(DcvRules, TheRecordThatIsAskedFor) {
    const auto of = [](const DcvQuestion& question) {
        const auto asked = mpic::record_asked(question);
        return asked ? to_string(asked->type) + " " + asked->owner.text() : "-";
    };
    EXPECT_EQ(of(http), "-");
    EXPECT_EQ(of(tls), "-");
    EXPECT_EQ(of(dns), "TXT _x.a.example");
    EXPECT_EQ(of(persist), "TXT _validation-persist.a.example");
    EXPECT_EQ(of(reverse), "PTR 7.2.0.192.in-addr.arpa");
    EXPECT_EQ(of(contact(ContactKind::email, ContactSource::caa)), "CAA a.example");
    EXPECT_EQ(of(contact(ContactKind::email, ContactSource::txt)), "TXT a.example");
}

TEST(DcvRules, EachEitherConnectsOrAsksForARecord) {
    for (const DcvQuestion& question :
         {DcvQuestion(http), DcvQuestion(dns), DcvQuestion(tls), DcvQuestion(persist),
          DcvQuestion(reverse), DcvQuestion(contact(ContactKind::phone, ContactSource::txt))})
        EXPECT_NE(mpic::connects(question), mpic::record_asked(question).has_value());
}

// BR 3.2.2.4.13 to .17 and 3.2.2.5.3: the day from which each is forbidden.
TEST(DcvRules, EndsOnTheirDaysAndNotAMomentEarlier) {
    struct Row {
        DcvQuestion question;
        const char* end;
        const char* section;
    };
    using enum ContactKind;
    const Row rows[] = {
        {reverse, "2027-03-15T00:00:00Z", "BR 3.2.2.5.3"},
        {contact(phone, ContactSource::txt), "2027-03-15T00:00:00Z", "BR 3.2.2.4.16"},
        {contact(phone, ContactSource::caa), "2027-03-15T00:00:00Z", "BR 3.2.2.4.17"},
        {contact(email, ContactSource::caa), "2028-03-15T00:00:00Z", "BR 3.2.2.4.13"},
        {contact(email, ContactSource::txt), "2028-03-15T00:00:00Z", "BR 3.2.2.4.14"},
    };
    for (const Row& row : rows) {
        const base::WallTime end = test::at(row.end);
        EXPECT_EQ(mpic::sunset_refusal(row.question, end - std::chrono::microseconds(1)),
                  std::nullopt);
        const auto refusal = mpic::sunset_refusal(row.question, end);
        ASSERT_TRUE(refusal) << row.section;
        EXPECT_NE(refusal->find(row.section), std::string::npos);
        EXPECT_NE(refusal->find(std::string(row.end).substr(0, 10)), std::string::npos);
    }
    for (const DcvQuestion& question :
         {DcvQuestion(http), DcvQuestion(dns), DcvQuestion(tls), DcvQuestion(persist)})
        EXPECT_EQ(mpic::sunset_refusal(question, test::at("2099-01-01T00:00:00Z")), std::nullopt);
}

} // namespace
