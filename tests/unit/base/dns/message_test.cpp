// SPDX-License-Identifier: Apache-2.0
#include "base/dns/message.hpp"

#include "base/core/random.hpp"
#include "support/dns_records.hpp"

#include <gtest/gtest.h>

#include <string>

namespace base::dns {
namespace {

using namespace std::string_literals;
using test::name;
using test::question;
using test::record;

// id 7, QR RD RA, one question.
std::string header(int answers, int authority = 0, int additional = 0) {
    return "\0\7\x81\x80\0\1\0"s + static_cast<char>(answers) + '\0' + static_cast<char>(authority)
           + '\0' + static_cast<char>(additional);
}

const std::string www_caa = "\3www\7example\3com\0\1\1\0\1"s; // www.example.com CAA IN, at 12

std::string rr(std::string owner, std::string type, std::string rdata, std::string cls = "\0\1"s) {
    return owner + type + cls + "\0\0\1\x2c"s + static_cast<char>(rdata.size() >> 8)
           + static_cast<char>(rdata.size() & 0xff) + rdata;
}

Message sample() {
    Message m = make_query(4711, question("www.example.com", RecordType::caa));
    m.response = true;
    m.recursion_available = true;
    m.answers = {record("www.example.com", RecordType::cname, "h.cdn.test", 60),
                 record("h.cdn.test", RecordType::caa, R"(0 issue "ca.example")"),
                 record("h.cdn.test", RecordType::caa, R"(128 tbs "\000\255")")};
    m.authority = {test::soa("example.com"), record("com", RecordType::ns, "ns.example.com")};
    m.additional = {record("ns.example.com", RecordType::aaaa, "2001:db8::1")};
    m.edns =
        Edns{.udp_size = 4096, .dnssec_ok = true, .errors = {{22, "no server answered"}, {6, ""}}};
    return m;
}

TEST(MessageCodec, MakesTheQueryThisProgramSends) {
    const std::string wire = encode(make_query(0x1234, question("a.b", RecordType::caa), true));
    EXPECT_EQ(wire, "\x12\x34\x01\x30\0\1\0\0\0\0\0\1"s + "\1a\1b\0\1\1\0\1"s
                        + "\0\0\x29\x04\xd0\0\0\0\0\0\0"s); // RD AD CD; EDNS 1232
}

TEST(MessageCodec, TheUsualQueryInOnePieceIsTheSame) {
    for (const char* name : {"www.example.com", "com", "."})
        for (const auto type : {RecordType::caa, RecordType::txt}) {
            const Question asked = question(name, type);
            EXPECT_EQ(query_wire(asked), encode(make_query(0, asked))) << name;
        }
}

TEST(MessageCodec, OfTheSectionsThatAnAnswerDoesNotNeedOnlyTypesAreKept) {
    const Message all = sample();
    const std::string wire = encode(all);
    const auto read = decode(wire, 4096, Name(), Keep::answer);
    ASSERT_TRUE(read) << read.error().detail;
    Message wanted = all;
    wanted.authority = {Record{.type = RecordType::soa}, Record{.type = RecordType::ns}};
    wanted.additional.clear();
    EXPECT_EQ(*read, wanted);
}

TEST(MessageCodec, WhatIsNotKeptIsReadAsStrictly) {
    const std::string wire = encode(sample());
    std::string broken = wire;
    for (std::size_t at = 0; at < wire.size(); ++at)
        for (const char octet : {'\0', '\x0c', '\x3f', '\xc0', '\xff'}) {
            broken[at] = octet;
            const auto all = decode(broken);
            const auto answer = decode(broken, 4096, Name(), Keep::answer);
            ASSERT_EQ(answer.has_value(), all.has_value()) << "octet " << at;
            if (!all) {
                ASSERT_EQ(answer.error(), all.error()) << "octet " << at;
            } else {
                ASSERT_EQ(answer->answers, all->answers) << "octet " << at;
                ASSERT_EQ(answer->edns, all->edns) << "octet " << at;
                ASSERT_EQ(answer->authority.size(), all->authority.size()) << "octet " << at;
            }
            broken[at] = wire[at];
        }
}

TEST(MessageCodec, ReadsWhatItWrites) {
    const Message m = sample();
    const std::string wire = encode(m);
    EXPECT_EQ(decode(wire), m);
    EXPECT_LT(wire.size(), 350U) << "owners are compressed against the question";
}

TEST(MessageCodec, ReadsEveryCompressedNameOfRfc1035) {
    // MX, NS, PTR, CNAME and SOA RDATA whose names point at the question's.
    const std::string to_com = "\xc0\x18"s;
    const std::string soa = "\2ns"s + to_com + "\xc0\x0c"s + std::string(20, '\5');
    const std::string wire =
        header(4, 1) + www_caa + rr("\xc0\x0c"s, "\0\5"s, "\1x"s + to_com)
        + rr("\xc0\x10"s, "\0\2"s, to_com) + rr("\1Y"s + to_com, "\0\x0c"s, "\xc0\x0c"s)
        + rr("\xc0\x10"s, "\0\x0f"s, "\0\5"s + to_com) + rr("\xc0\x10"s, "\0\6"s, soa);
    const auto m = decode(wire);
    ASSERT_TRUE(m) << m.error().detail;
    EXPECT_EQ(m->answers[0], record("www.example.com", RecordType::cname, "x.com"));
    EXPECT_EQ(m->answers[1], record("example.com", RecordType::ns, "com"));
    EXPECT_EQ(m->answers[2], record("y.com", RecordType::ptr, "www.example.com"));
    EXPECT_EQ(m->answers[3], record("example.com", RecordType::mx, "5 com"));
    EXPECT_EQ(m->authority[0].rdata,
              "\2ns\3com\0"s + "\3www\7example\3com\0"s + std::string(20, '\5'));
}

TEST(MessageCodec, KeepsTheRdataOfOtherTypesAsItIs) { // RFC 3597 §4
    const auto m = decode(header(1) + www_caa + rr("\xc0\x0c"s, "\xff\0"s, "\xc0\x0c\xff"s));
    ASSERT_TRUE(m) << m.error().detail;
    EXPECT_EQ(m->answers[0].rdata, "\xc0\x0c\xff"s);
}

TEST(MessageCodec, ATtlWithItsHighestBitIsZero) { // RFC 2181 §8
    std::string answer = rr("\xc0\x0c"s, "\0\x10"s, "\1x"s);
    answer[6] = '\x80';
    EXPECT_EQ(decode(header(1) + www_caa + answer)->answers[0].ttl, 0U);
}

struct Bad {
    std::string what;
    std::string wire;
};

class Malformed : public testing::TestWithParam<Bad> {};

TEST_P(Malformed, IsRefused) {
    const auto m = decode(GetParam().wire);
    ASSERT_FALSE(m) << GetParam().what;
    EXPECT_EQ(m.error().kind, FailureKind::dns_malformed) << m.error().detail;
}

const std::string opt = "\0\0\x29\x04\xd0\0\0\0\0\0\0"s;

INSTANTIATE_TEST_SUITE_P(
    Table, Malformed,
    testing::Values(
        Bad{"nothing", ""}, Bad{"eleven octets", std::string(11, '\0')},
        Bad{"octets after the sections", header(0) + www_caa + "x"},
        Bad{"a pointer to itself", header(1) + www_caa + rr("\xc0\x21"s, "\0\x10"s, "\1x"s)},
        Bad{"a pointer forwards", header(1) + www_caa + rr("\xc0\x30"s, "\0\x10"s, "\1x"s)},
        Bad{"a pointer into the header", header(1) + www_caa + rr("\xc0\x02"s, "\0\x10"s, "\1x"s)},
        Bad{"pointers that point at each other",
            header(1) + www_caa + rr("\1a\xc0\x21"s, "\0\x10"s, "\1x"s)},
        Bad{"half a pointer", header(1) + www_caa + "\xc0"},
        Bad{"an extended label type", header(1) + www_caa + rr("\x41x\0"s, "\0\x10"s, "\1x"s)},
        Bad{"a name of 256 octets", header(1) + "\x3f"s + std::string(63, 'a') + "\x3f"
                                        + std::string(63, 'b') + "\x3f" + std::string(63, 'c')
                                        + "\x3f" + std::string(63, 'd') + "\0\0\1\0\1"s},
        Bad{"RDATA beyond the message", header(1) + www_caa + "\xc0\x0c\0\x10\0\1\0\0\0\0\0\5\1x"s},
        Bad{"a CNAME that ends before its RDATA",
            header(1) + www_caa + rr("\xc0\x0c"s, "\0\5"s, "\1x\0\0"s)},
        Bad{"a CNAME that goes beyond its RDATA",
            header(2) + www_caa + rr("\xc0\x0c"s, "\0\5"s, "\1"s) + rr("x\0"s, "\0\x10"s, "\1x"s)},
        Bad{"a SOA that is too short", header(1) + www_caa + rr("\xc0\x0c"s, "\0\6"s, "\0\0\1"s)},
        Bad{"a record of class CH",
            header(1) + www_caa + rr("\xc0\x0c"s, "\0\x10"s, "\1x"s, "\0\3"s)},
        Bad{"a question of class CH", header(0) + "\1x\0\0\x10\0\3"s},
        Bad{"two OPT", header(0, 0, 2) + www_caa + opt + opt}, // RFC 6891 §6.1.1
        Bad{"OPT among the answers", header(1) + www_caa + opt},
        Bad{"OPT of another owner", header(0, 0, 1) + www_caa + "\1x" + opt},
        Bad{"an option beyond OPT",
            header(0, 0, 1) + www_caa + "\0\0\x29\x04\xd0\0\0\0\0\0\4\0\x0f\0\5"s},
        Bad{"an EDE without its code",
            header(0, 0, 1) + www_caa + "\0\0\x29\x04\xd0\0\0\0\0\0\5\0\x0f\0\1\0"s}));

TEST(MessageCodec, NamesSectionAndOctet) {
    const auto m = decode(header(1) + www_caa + rr("\xc0\x30"s, "\0\x10"s, "\1x"s));
    ASSERT_FALSE(m);
    EXPECT_EQ(m.error().detail, "malformed DNS message: answer section: a compression pointer does "
                                "not point backwards to a name at octet 33");
}

TEST(MessageCodec, EveryCutIsMalformed) {
    const std::string wire = encode(sample());
    for (std::size_t size = 0; size < wire.size(); ++size) {
        const auto m = decode(std::string_view(wire).substr(0, size));
        ASSERT_FALSE(m) << size;
        ASSERT_EQ(m.error().kind, FailureKind::dns_malformed);
    }
}

TEST(MessageCodec, TooManyRecordsAreALimitNotAMistake) {
    Message m = sample();
    m.answers.assign(100, record("www.example.com", RecordType::txt, "x"));
    EXPECT_TRUE(decode(encode(m), 105));
    const auto refused = decode(encode(m), 50);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, FailureKind::dns_truncated);
}

TEST(MessageCodec, OverTheSizeLimitItSaysTruncated) { // RFC 2181 §9
    Message m = sample();
    m.answers.assign(100, record("www.example.com", RecordType::txt, std::string(100, 'x')));
    const auto cut = decode(encode(m, 1232));
    ASSERT_TRUE(cut);
    EXPECT_TRUE(cut->truncated);
    EXPECT_TRUE(cut->answers.empty());
    EXPECT_EQ(cut->questions, m.questions);
    EXPECT_EQ(cut->edns, m.edns);
    EXPECT_EQ(decode(encode(m)), m);
    m.answers.assign(1000, record("www.example.com", RecordType::txt, std::string(100, 'x')));
    EXPECT_LE(encode(m).size(), 65535U);
    EXPECT_TRUE(decode(encode(m))->truncated);
}

TEST(MessageCodec, AnRcodeAbove15NeedsOpt) { // RFC 6891 §6.1.3
    Message m = sample();
    m.edns.reset();
    m.rcode = Rcode::badvers;
    const auto read = decode(encode(m));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->rcode, Rcode::badvers);
    EXPECT_TRUE(read->edns);
}

TEST(MessageCodec, ExtendedErrorsLoseATerminatingNull) { // RFC 8914 §2
    Message m = sample();
    m.edns->errors = {{6, "no signatures\0"s}};
    EXPECT_EQ(decode(encode(m))->edns->errors.front().text, "no signatures");
}

TEST(ExtendedErrors, HaveTheRegistrysName) {
    EXPECT_EQ(to_string(ExtendedError{6, "no\nsignatures"}),
              R"(DNSSEC Bogus (6): no\x0asignatures)");
    EXPECT_EQ(to_string(ExtendedError{23, ""}), "Network Error (23)");
    EXPECT_EQ(to_string(ExtendedError{49152, "x"}), "Extended DNS Error (49152): x");
}

TEST(Rcodes, NamesAndNumbers) {
    EXPECT_EQ(to_string(Rcode::servfail), "SERVFAIL");
    EXPECT_EQ(to_string(Rcode{11}), "RCODE11");
    EXPECT_EQ(rcode_from("nxdomain"), Rcode::nxdomain);
    EXPECT_EQ(rcode_from("RCODE11"), Rcode{11});
    EXPECT_FALSE(rcode_from("RCODE4096"));
    EXPECT_FALSE(rcode_from("OK"));
}

// --- properties, over messages from a seed
// ---------------------------------------------------------

class Generator {
public:
    explicit Generator(std::uint64_t seed) : random_(seed) {}

    Message message() {
        Message m;
        m.id = static_cast<std::uint16_t>(random_.next());
        m.response = chance();
        m.opcode = static_cast<std::uint8_t>(random_.below(16));
        m.authoritative = chance();
        m.truncated = chance();
        m.recursion_desired = chance();
        m.recursion_available = chance();
        m.authentic_data = chance();
        m.checking_disabled = chance();
        if (chance())
            m.edns = edns();
        m.rcode = Rcode{static_cast<std::uint16_t>(random_.below(m.edns ? 4096 : 16))};
        for (std::uint64_t i = random_.below(3); i > 0; --i)
            m.questions.push_back({this->name(), type()});
        for (auto* section : {&m.answers, &m.authority, &m.additional})
            for (std::uint64_t i = random_.below(6); i > 0; --i)
                section->push_back(this->record());
        return m;
    }

private:
    bool chance() { return random_.below(2) == 1; }
    std::string octets(std::uint64_t most) {
        std::string out(random_.below(most + 1), '\0');
        random_.fill(std::as_writable_bytes(std::span(out)));
        return out;
    }
    Name name() {
        // Few labels, so that names share suffixes and compression has work to do.
        static const std::vector<std::string> labels{"a", "b", "www", "\0.\xff"s,
                                                     std::string(63, 'x')};
        std::vector<std::string> out;
        for (std::uint64_t i = random_.below(4); i > 0; --i)
            out.push_back(labels[random_.below(labels.size())]);
        return Name::from_labels(out).value();
    }
    RecordType type() {
        static constexpr RecordType types[] = {
            RecordType::a,   RecordType::cname, RecordType::soa, RecordType::mx,
            RecordType::txt, RecordType::dname, RecordType::caa, RecordType{65280}};
        return types[random_.below(std::size(types))];
    }
    Record record() {
        Record r{name(), type(), static_cast<std::uint32_t>(random_.below(0x80000000)), octets(40)};
        if (r.type == RecordType::cname || r.type == RecordType::dname)
            r.rdata = name_rdata(name());
        if (r.type == RecordType::mx)
            r.rdata = "\0\1"s + name_rdata(name());
        if (r.type == RecordType::soa)
            r.rdata = name_rdata(name()) + name_rdata(name()) + std::string(20, '\2');
        return r;
    }
    Edns edns() {
        Edns out{.version = static_cast<std::uint8_t>(random_.below(2)),
                 .udp_size = static_cast<std::uint16_t>(random_.next()),
                 .dnssec_ok = chance()};
        for (std::uint64_t i = random_.below(3); i > 0; --i)
            out.errors.push_back({static_cast<std::uint16_t>(random_.next()), octets(20) + "."});
        return out;
    }

    SeededRandom random_;
};

TEST(MessageProperty, DecodeIsTheInverseOfEncode) {
    Generator generator(1);
    for (int i = 0; i < 3000; ++i) {
        const Message m = generator.message();
        const auto read = decode(encode(m));
        ASSERT_TRUE(read) << i << ": " << read.error().detail;
        ASSERT_EQ(*read, m) << i;
    }
}

TEST(MessageProperty, DamagedMessagesNeverConfuseTheCodec) {
    Generator generator(2);
    SeededRandom random(3);
    int readable = 0;
    for (int i = 0; i < 5000; ++i) {
        std::string wire = encode(generator.message());
        for (int damage = 0; damage < 3; ++damage)
            wire[random.below(wire.size())] = static_cast<char>(random.below(256));
        const auto m = decode(wire);
        if (!m)
            continue;
        ++readable;
        const auto again = decode(encode(*m));
        ASSERT_TRUE(again) << i << ": " << again.error().detail;
        ASSERT_EQ(*again, *m) << i;
    }
    EXPECT_GT(readable, 100) << "the test would say nothing";
}

} // namespace
} // namespace base::dns
