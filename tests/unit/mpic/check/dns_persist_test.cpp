// SPDX-License-Identifier: Apache-2.0
// dns-persist-01: BR 3.2.2.4.22 and 3.2.2.5.8. The record's grammar is RFC 8659 §4.2.

#include "mpic/check/persist_judge.hpp"

#include "base/core/time_text.hpp"
#include "http_world.hpp"
#include "set_clock.hpp"

#include <gtest/gtest.h>

namespace test {
namespace {

using base::dns::RecordType;
using mpic::Verdict;
using mpic::check::PersistMatch;

constexpr auto owner = "_validation-persist.example.com";
constexpr auto account = "https://ca.example/acct/1";

mpic::PersistQuestion question(std::string policy = "") {
    return {.host = name("example.com"),
            .owner = name(owner),
            .issuer_domains = {"ca.example", "ca.test"},
            .account_uri = account,
            .policy = std::move(policy)};
}

const auto noon = base::parse_rfc3339("2026-11-22T12:00:00Z").value(); // 1795348800

PersistMatch judged(std::string_view text, base::WallTime now = noon, std::string policy = "") {
    return mpic::check::judge_persistent(question(std::move(policy)), text, now);
}

TEST(PersistJudge, ValuesOfEveryKind) {
    const std::pair<std::string, PersistMatch> rows[] = {
        {"ca.example; accounturi=https://ca.example/acct/1", PersistMatch::matches},
        {"CA.Example;accounturi=https://ca.example/acct/1", PersistMatch::matches},
        {" ca.test ; accounturi = https://ca.example/acct/1 ", PersistMatch::matches},
        // Unknown parameters are ignored, as is their place.
        {"ca.example; x=1; AccountURI=https://ca.example/acct/1; y=", PersistMatch::matches},
        {"ca.example; accounturi=https://ca.example/acct/1; policy=wildcard",
         PersistMatch::matches},
        {"other.test; accounturi=https://ca.example/acct/1", PersistMatch::other_issuer},
        {"sub.ca.example; accounturi=https://ca.example/acct/1", PersistMatch::other_issuer},
        {"; accounturi=https://ca.example/acct/1", PersistMatch::other_issuer},
        {"", PersistMatch::other_issuer},
        {"ca.example", PersistMatch::other_account},
        {"ca.example; accounturi=https://ca.example/acct/2", PersistMatch::other_account},
        {"ca.example; accounturi=https://ca.example/acct/1/", PersistMatch::other_account},
        {"ca.example; accounturi=HTTPS://ca.example/acct/1", PersistMatch::other_account},
        {"ca.example; accounturi=https://ca.example/acct/1; accounturi=https://ca.example/acct/1",
         PersistMatch::unusable},
        // Outside the grammar.
        {"ca.example accounturi=https://ca.example/acct/1", PersistMatch::unusable},
        {"ca.example; accounturi=https://ca.example/acct/1;", PersistMatch::unusable},
        {"ca.example.; accounturi=https://ca.example/acct/1", PersistMatch::unusable},
        {"\"ca.example; accounturi=https://ca.example/acct/1\"", PersistMatch::unusable},
    };
    for (const auto& [text, expected] : rows)
        EXPECT_EQ(judged(text), expected) << text;
}

TEST(PersistJudge, PersistUntilIsTheLastUsableSecond) {
    const auto with = [](std::string_view until, base::WallTime now) {
        return judged(std::string("ca.example; accounturi=") + account
                          + "; persistUntil=" + std::string(until),
                      now);
    };
    using std::chrono::microseconds;
    EXPECT_EQ(with("1795348801", noon), PersistMatch::matches);
    EXPECT_EQ(with("1795348800", noon), PersistMatch::matches) << "equal is still usable";
    EXPECT_EQ(with("1795348800", noon + microseconds(1)), PersistMatch::expired);
    EXPECT_EQ(with("1795348799", noon), PersistMatch::expired);
    EXPECT_EQ(with("0", noon), PersistMatch::expired);
    EXPECT_EQ(with("00001795348801", noon), PersistMatch::matches);
    EXPECT_EQ(with("99999999999999999999999999", noon), PersistMatch::matches);
    for (const auto* wrong : {"", "-1", "+1795348801", "1795348801.5", "0x6b0", "tomorrow"})
        EXPECT_EQ(with(wrong, noon), PersistMatch::unusable) << wrong;
    EXPECT_EQ(with("1795348801; persistuntil=1795348801", noon), PersistMatch::unusable);
}

TEST(PersistJudge, APolicyIsLookedAtWhenItIsAskedFor) {
    const std::string base = std::string("ca.example; accounturi=") + account;
    EXPECT_EQ(judged(base, noon, "wildcard"), PersistMatch::other_policy);
    EXPECT_EQ(judged(base + "; policy=other", noon, "wildcard"), PersistMatch::other_policy);
    EXPECT_EQ(judged(base + "; policy=wildcard", noon, "wildcard"), PersistMatch::matches);
    EXPECT_EQ(judged(base + "; policy=wildcard; policy=wildcard", noon), PersistMatch::unusable);
}

struct PersistWorld : World {
    SetClock clock{noon};
    PersistWorld() { now = &clock; }
    mpic::DcvReport ask() { return dcv(question()); }
};

TEST(DnsPersist, OneConformingRecordSufficesAndNamesTheAccount) {
    PersistWorld world;
    world.dns.add(owner, RecordType::txt, "v=spf1 -all");
    world.dns.add(owner, RecordType::txt, "other.test; accounturi=https://other.test/1");
    world.dns.add(owner, RecordType::txt, std::string("ca.example; accounturi=") + account);
    const auto report = world.ask();
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(report.selected, std::vector<std::string>{account});
    EXPECT_EQ(world.dns.asked_text(), std::vector<std::string>{std::string("TXT ") + owner});
}

TEST(DnsPersist, StringsAreJoinedAndAliasesFollowed) {
    PersistWorld world;
    world.add_alias(owner, "persist.provider.test");
    const std::string half = "ca.example; acc";
    const std::string rest = std::string("ounturi=") + account;
    world.dns.add_rdata("persist.provider.test", RecordType::txt,
                        static_cast<char>(half.size()) + half + static_cast<char>(rest.size())
                            + rest);
    expect_finding(world.ask(), Verdict::passed, "ok");
}

TEST(DnsPersist, WhatDoesNotFitIsARejectionThatSaysWhy) {
    const std::tuple<std::string, std::string, std::string> rows[] = {
        {"other.test", "record-mismatch", "no value for this issuer"},
        {"ca.example", "record-mismatch", "accounturi"},
        {"a b c", "record-mismatch", "RFC 8659"},
        {std::string("ca.example; accounturi=") + account + "; persistUntil=1", "record-expired",
         "persistUntil"},
    };
    for (const auto& [text, code, why] : rows) {
        PersistWorld world;
        world.dns.add(owner, RecordType::txt, text);
        const auto report = world.ask();
        expect_finding(report, Verdict::rejected, code);
        EXPECT_NE(report.finding.detail.find(why), std::string::npos) << report.finding.detail;
        EXPECT_TRUE(report.selected.empty());
    }
}

TEST(DnsPersist, TheClockDecides) {
    PersistWorld world;
    world.dns.add(owner, RecordType::txt,
                  std::string("ca.example; accounturi=") + account + "; persistUntil=1795348800");
    expect_finding(world.ask(), Verdict::passed, "ok");
    world.clock.set_wall(noon + std::chrono::seconds(1));
    expect_finding(world.ask(), Verdict::rejected, "record-expired");
}

TEST(DnsPersist, AbsenceAndFailure) {
    PersistWorld world;
    expect_finding(world.ask(), Verdict::rejected, "dns-nxdomain");
    world.dns.add(owner, RecordType::a, "192.0.2.1");
    expect_finding(world.ask(), Verdict::rejected, "record-absent");
    world.dns.set_rcode(owner, base::dns::Rcode::servfail);
    expect_finding(world.ask(), Verdict::undetermined, "dns-servfail");
}

TEST(DnsPersist, ARecordThatCannotBeReadMightHaveBeenIt) {
    PersistWorld world;
    world.dns.add_rdata(owner, RecordType::txt, "\x09short");
    expect_finding(world.ask(), Verdict::undetermined, "dns-malformed");
    world.dns.add(owner, RecordType::txt, std::string("ca.example; accounturi=") + account);
    expect_finding(world.ask(), Verdict::passed, "ok");
}

TEST(DnsPersist, AReservedAddressIsNoIdentifier) { // BR 4.2.2
    PersistWorld world;
    auto for_address = question();
    for_address.host = ip("10.0.0.1");
    expect_finding(world.dcv(for_address), Verdict::undetermined, "address-refused");
    EXPECT_TRUE(world.dns.asked().empty());
}

} // namespace
} // namespace test
