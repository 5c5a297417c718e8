// SPDX-License-Identifier: Apache-2.0
// contact: BR 3.2.2.4.13, .14, .16, .17 and Appendix A, and their ends.

#include "base/core/time_text.hpp"
#include "http_world.hpp"
#include "set_clock.hpp"

#include <gtest/gtest.h>

namespace test {
namespace {

using base::dns::RecordType;
using mpic::ContactKind;
using mpic::ContactSource;
using mpic::Verdict;
using Contacts = std::vector<std::string>;

constexpr auto email_owner = "_validation-contactemail.www.example.com";

struct ContactWorld : World {
    SetClock clock{base::parse_rfc3339("2026-11-22T12:00:00Z").value()};
    ContactWorld() { now = &clock; }
    mpic::DcvReport caa_contact(ContactKind kind, std::string expected = "") {
        return dcv(mpic::ContactQuestion{.owner = name("www.example.com"),
                                         .kind = kind,
                                         .source = ContactSource::caa,
                                         .expected = std::move(expected)});
    }
    mpic::DcvReport txt_contact(std::string_view owner = email_owner,
                                ContactKind kind = ContactKind::email, std::string expected = "") {
        return dcv(mpic::ContactQuestion{.owner = name(owner),
                                         .kind = kind,
                                         .source = ContactSource::txt,
                                         .expected = std::move(expected)});
    }
};

TEST(ContactCaa, TheRelevantSetIsFoundByTheClimb) { // Appendix A.1, RFC 8659 §3
    ContactWorld world;
    world.add_caa("example.com", 0, "contactemail", "Security@Example.COM");
    world.add_caa("example.com", 128, "ContactEmail", "admin@example.com");
    world.add_caa("example.com", 0, "contactphone", "+33 1 23 45 67 89");
    world.add_caa("example.com", 0, "issue", "ca.example");
    const auto report = world.caa_contact(ContactKind::email);
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(report.selected, (Contacts{"Security@example.com", "admin@example.com"}));
    EXPECT_EQ(world.caa_contact(ContactKind::phone).selected, Contacts{"+33123456789"});
}

TEST(ContactCaa, ANearerSetHidesTheParents) {
    ContactWorld world;
    world.add_caa("example.com", 0, "contactemail", "a@example.com");
    world.add_caa("www.example.com", 0, "iodef", "mailto:b@example.com");
    expect_finding(world.caa_contact(ContactKind::email), Verdict::rejected, "record-absent");
}

TEST(ContactCaa, OneOfAnotherFormIsAsGoodAsNone) {
    ContactWorld world;
    world.add_caa("www.example.com", 0, "contactemail", "mailto:a@example.com ");
    expect_finding(world.caa_contact(ContactKind::email), Verdict::rejected, "contact-unusable");
    world.add_caa("www.example.com", 0, "contactemail", "a@example.com");
    EXPECT_EQ(world.caa_contact(ContactKind::email).selected, Contacts{"a@example.com"});
}

TEST(ContactCaa, AFailedClimbIsUndetermined) {
    ContactWorld world;
    world.dns.set_rcode("example.com", base::dns::Rcode::servfail);
    const auto report = world.caa_contact(ContactKind::email);
    expect_finding(report, Verdict::undetermined, "dns-servfail");
    EXPECT_FALSE(report.lookups.list().empty());
}

TEST(ContactTxt, TheWholeRecordIsTheContact) { // Appendix A.2
    ContactWorld world;
    world.dns.add(email_owner, RecordType::txt, "a@example.com");
    world.dns.add(email_owner, RecordType::txt, "contact: b@example.com");
    const auto report = world.txt_contact();
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(report.selected, Contacts{"a@example.com"});
    EXPECT_EQ(world.dns.asked_text(), Contacts{std::string("TXT ") + email_owner});
}

TEST(ContactTxt, PhoneNumbersAreComparedWithoutTheirSeparators) {
    ContactWorld world;
    constexpr auto owner = "_validation-contactphone.www.example.com";
    world.dns.add(owner, RecordType::txt, "+1 (555) 010-9999");
    const auto report = world.txt_contact(owner, ContactKind::phone, "+15550109999");
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(report.selected, Contacts{"+15550109999"});
    expect_finding(world.txt_contact(owner, ContactKind::phone, "+15550100000"), Verdict::rejected,
                   "record-mismatch");
}

TEST(ContactTxt, AbsenceAndFailure) {
    ContactWorld world;
    expect_finding(world.txt_contact(), Verdict::rejected, "dns-nxdomain");
    world.dns.add(email_owner, RecordType::a, "192.0.2.1");
    expect_finding(world.txt_contact(), Verdict::rejected, "record-absent");
    world.dns.add_rdata(email_owner, RecordType::txt, "\x09short");
    expect_finding(world.txt_contact(), Verdict::undetermined, "dns-malformed");
    world.dns.set_rcode(email_owner, base::dns::Rcode::servfail);
    expect_finding(world.txt_contact(), Verdict::undetermined, "dns-servfail");
}

TEST(Contact, EndsOnItsDate) { // BR 3.2.2.4.13, .14: 2028-03-15; .16, .17: 2027-03-15
    struct Row {
        ContactKind kind;
        const char* last;
        const char* first;
    };
    for (const Row& row :
         {Row{ContactKind::email, "2028-03-14T23:59:59.999999Z", "2028-03-15T00:00:00Z"},
          Row{ContactKind::phone, "2027-03-14T23:59:59.999999Z", "2027-03-15T00:00:00Z"}}) {
        ContactWorld world;
        world.add_caa("www.example.com", 0, "contactemail", "a@example.com");
        world.add_caa("www.example.com", 0, "contactphone", "+15550109999");
        world.clock.set_wall(base::parse_rfc3339(row.last).value());
        expect_finding(world.caa_contact(row.kind), Verdict::passed, "ok");
        world.clock.set_wall(base::parse_rfc3339(row.first).value());
        expect_finding(world.caa_contact(row.kind), Verdict::rejected, "method-sunset");
    }
}

} // namespace
} // namespace test
