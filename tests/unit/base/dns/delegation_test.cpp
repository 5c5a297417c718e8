// SPDX-License-Identifier: Apache-2.0
#include "base/dns/delegation.hpp"

#include "base/core/encoding.hpp"
#include "support/denials.hpp"

#include <gtest/gtest.h>

#include <string>

namespace base::dns {
namespace {

using enum RecordType;
using Kind = Delegation::Kind;
using test::name;
using test::nsec3_of;
using test::nsec3_over;
using test::nsec_of;

Message ds_response(std::vector<Record> authority, bool ad, Rcode rcode = Rcode::noerror) {
    Message m;
    m.response = true;
    m.authentic_data = ad;
    m.rcode = rcode;
    m.questions = {test::question("example.com", ds)};
    m.authority = std::move(authority);
    return m;
}

Kind kind(const Message& m, std::string_view apex = "com") {
    return read_delegation(m, name("example.com"), name(apex)).kind;
}

// RFC 5155 appendix A: salt aabbccdd, 12 iterations.
TEST(Nsec3, HashesOfRfc5155AppendixA) {
    const std::string salt = *from_hex("aabbccdd");
    const std::pair<const char*, const char*> rows[] = {
        {"example", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"},
        {"a.example", "35mthgpgcu1qg68fab165klnsnk3dpvl"},
        {"ai.example", "gjeqe526plbf1g8mklp59enfd789njgi"},
        {"ns1.example", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
        {"*.w.example", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"},
        {"x.w.example", "b4um86eghhds6nea196smvmlo4ors995"},
        {"xx.example", "t644ebqk9bibcna874givr6joj62mlhv"},
    };
    for (const auto& [owner, hash] : rows)
        EXPECT_EQ(test::base32hex(nsec3_hash(name(owner), salt, 12)), hash) << owner;
}

TEST(Nsec3, SpansAreARing) { // RFC 5155 §1.3
    const std::string low(20, '\x10');
    const std::string high(20, '\xf0');
    const std::string hash = nsec3_hash(name("x.com"), "", 0);
    ASSERT_TRUE(low < hash && hash < high) << "the name does not suit the test";
    const auto record = [](const std::string& from, const std::string& to) {
        return parse_nsec3(test::nsec3_between("com", from, to, {ns})).value();
    };
    EXPECT_TRUE(record(low, high).covers(name("x.com")));
    EXPECT_FALSE(record(high, low).covers(name("x.com")));
    EXPECT_TRUE(record(low, low).covers(name("x.com"))) << "the only record covers all but itself";
    EXPECT_FALSE(record(hash, hash).covers(name("x.com")));
    EXPECT_FALSE(record(hash, high).covers(name("x.com")));
    EXPECT_FALSE(record(low, hash).covers(name("x.com")));
    EXPECT_TRUE(record(high, test::beside(hash, 1)).covers(name("x.com")))
        << "across the end of the ring";
    EXPECT_FALSE(record(low, high).covers(name("x.net"))) << "another zone's name";
}

TEST(Nsec3, ParametersThatValidatorsRefuse) {
    const auto with = [](std::uint16_t iterations) {
        return parse_nsec3(nsec3_of("com", "x.com", {ns}, {.iterations = iterations}));
    };
    EXPECT_TRUE(with(150));
    EXPECT_FALSE(with(151)); // RFC 9276 §3.2
    auto record = nsec3_of("com", "x.com", {ns});
    record.rdata[0] = 2;
    EXPECT_FALSE(parse_nsec3(record));
    record = nsec3_of("com", "x.com", {ns});
    record.owner = name("zz.com");
    EXPECT_FALSE(parse_nsec3(record));
    record = nsec3_of("com", "x.com", {ns});
    for (std::size_t size = 0; size < record.rdata.size(); ++size) {
        auto cut = record;
        cut.rdata.resize(size);
        if (size != 26) // without any bitmap it is an empty non-terminal's
            EXPECT_FALSE(parse_nsec3(cut)) << size;
    }
}

TEST(Nsec, TypeBitmap) { // RFC 4034 §4.3's example
    const std::string rdata = name_rdata(name("host.example.com"))
                              + *from_hex("0006400100000003041b000000000000000000000000000000"
                                          "000000000000000000000020");
    const auto types = nsec_types(rdata);
    ASSERT_TRUE(types) << types.error().detail;
    EXPECT_EQ(*types, (TypeSet{a, mx, rrsig, nsec, RecordType{1234}}));
    EXPECT_FALSE(nsec_types(rdata.substr(0, rdata.size() - 1)));
    EXPECT_FALSE(nsec_types(""));
    EXPECT_FALSE(nsec_types(name_rdata(name("a")) + *from_hex("0000"))) << "an empty window";
    EXPECT_FALSE(nsec_types(name_rdata(name("a")) + *from_hex("000140000140"))) << "twice window 0";
}

TEST(Delegation, ADsWithAdIsSecure) {
    auto m = ds_response({}, true);
    m.answers = {{name("example.com"), ds, 300, "xxxx"}};
    EXPECT_EQ(kind(m), Kind::secure);
    m.authentic_data = false;
    EXPECT_EQ(kind(m), Kind::unknown);
}

TEST(Delegation, NsecWithNsAndNeitherDsNorSoaIsInsecure) { // RFC 4035 §5.2
    const auto m = ds_response({test::soa("com"), nsec_of("example.com", {ns, rrsig, nsec})}, true);
    EXPECT_EQ(read_delegation(m, name("example.com"), name("com")),
              (Delegation{Kind::insecure, "no DS at example.com, proved by NSEC and AD"}));
}

TEST(Delegation, WithoutAdNsecProvesNothing) {
    EXPECT_EQ(kind(ds_response({nsec_of("example.com", {ns})}, false)), Kind::unknown);
}

TEST(Delegation, NoDataWithAdAloneIsNoProofOfACut) {
    EXPECT_EQ(kind(ds_response({test::soa("com")}, true)), Kind::no_cut);
    EXPECT_EQ(kind(ds_response({nsec_of("example.com", {a, txt})}, true)), Kind::no_cut) << "no NS";
    EXPECT_EQ(kind(ds_response({nsec_of("example.com", {ns, ds})}, true)), Kind::no_cut)
        << "the bitmap has DS";
    EXPECT_EQ(kind(ds_response({nsec_of("example.com", {ns, RecordType::soa})}, true)),
              Kind::no_cut)
        << "the child's own record (RFC 6840 §4.1)";
    EXPECT_EQ(kind(ds_response({nsec_of("aaa.com", {ns})}, true)), Kind::no_cut)
        << "another name's record";
}

TEST(Delegation, MatchingNsec3) { // RFC 5155 §8.9
    const test::Nsec3Shape salted{.iterations = 5, .salt = "ab"};
    EXPECT_EQ(kind(ds_response({nsec3_of("com", "example.com", {ns}, salted)}, true)),
              Kind::insecure);
    EXPECT_EQ(kind(ds_response({nsec3_of("com", "example.com", {ns}, salted)}, false)),
              Kind::unknown);
    EXPECT_EQ(kind(ds_response({nsec3_of("com", "example.com", {ns, ds})}, true)), Kind::no_cut);
    EXPECT_EQ(kind(ds_response({nsec3_of("com", "example.com", {a})}, true)), Kind::no_cut);
    EXPECT_EQ(kind(ds_response({nsec3_of("com", "other.com", {ns})}, true)), Kind::no_cut);
    EXPECT_EQ(kind(ds_response({nsec3_of("example.com", "example.com", {ns})}, true)), Kind::no_cut)
        << "a record of the child's zone says nothing of its delegation";
}

TEST(Delegation, OptOutSpanWithItsClosestEncloser) { // RFC 5155 §8.9 and §9.2
    const auto encloser = nsec3_of("com", "com", {ns, RecordType::soa});
    const auto span = nsec3_over("com", "example.com", {.opt_out = true});
    EXPECT_EQ(kind(ds_response({encloser, span}, false)), Kind::insecure) << "AD must not be there";
    EXPECT_EQ(kind(ds_response({encloser, span}, true)), Kind::insecure) << "but may";
    EXPECT_EQ(kind(ds_response({encloser, span}, false, Rcode::nxdomain)), Kind::insecure);
    EXPECT_EQ(kind(ds_response({span}, false)), Kind::unknown) << "no closest encloser";
    EXPECT_EQ(kind(ds_response({encloser}, false)), Kind::unknown);
    EXPECT_EQ(kind(ds_response({encloser, nsec3_over("com", "example.com")}, false)), Kind::unknown)
        << "a span without Opt-Out denies the name, and would come with AD";
    EXPECT_EQ(
        kind(ds_response({encloser, nsec3_over("com", "other.com", {.opt_out = true})}, false)),
        Kind::unknown);
    EXPECT_EQ(kind(ds_response({encloser, span}, false), ""), Kind::unknown)
        << "com was not reached by the chain of trust";
}

TEST(Delegation, OptOutSpanHigherUp) {
    // b.com is not in the chain of hashes, so it is the next closer name of a.b.com.
    const auto m = ds_response({nsec3_of("com", "com", {ns, RecordType::soa}),
                                nsec3_over("com", "b.com", {.opt_out = true})},
                               false);
    EXPECT_EQ(
        read_delegation(m, name("a.b.com"), name("com")),
        (Delegation{Kind::insecure, "no DS at a.b.com, proved by an NSEC3 opt-out span of com"}));
}

TEST(Delegation, AliasesAndFailures) {
    auto alias = ds_response({}, false);
    alias.answers = {test::record("example.com", cname, "x.test")};
    EXPECT_EQ(kind(alias), Kind::no_cut);
    EXPECT_EQ(kind(ds_response({}, false, Rcode::servfail)), Kind::unknown);
    EXPECT_EQ(kind(ds_response({nsec_of("example.com", {ns})}, true, Rcode::refused)),
              Kind::unknown);
    EXPECT_EQ(kind(ds_response({}, true, Rcode::nxdomain)), Kind::no_cut);
    EXPECT_EQ(kind(ds_response({}, false)), Kind::unknown);
}

} // namespace
} // namespace base::dns
