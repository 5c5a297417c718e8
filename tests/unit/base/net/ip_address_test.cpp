// SPDX-License-Identifier: Apache-2.0
// IP address text: strict in (RFC 4291 §2.2, dotted quad), canonical out (RFC 5952).

#include "base/net/ip_address.hpp"

#include <gtest/gtest.h>

namespace {

using base::net::Endpoint;
using base::net::Family;
using base::net::IpAddress;
using base::net::Prefix;

std::string text_of(std::string_view in) {
    const auto address = IpAddress::parse(in);
    return address ? address->to_string() : "nothing";
}

TEST(IpAddress, ReadsDottedQuads) {
    for (const auto* text :
         {"0.0.0.0", "127.0.0.1", "192.0.2.255", "255.255.255.255", "1.20.3.100"})
        EXPECT_EQ(text_of(text), text);
    EXPECT_EQ(IpAddress::parse("192.0.2.1")->family(), Family::ipv4);
    EXPECT_EQ(IpAddress::parse("192.0.2.1"), IpAddress::v4({192, 0, 2, 1}));
}

TEST(IpAddress, RefusesEveryOtherFormOfIPv4) {
    for (const auto* text : {"",           ".",          "127.1",      "127.0.1",      "1.2.3",
                             "1.2.3.4.5",  "1.2.3.",     ".1.2.3",     "1..2.3",       "256.0.0.1",
                             "1.2.3.256",  "1.2.3.1000", "010.0.0.1",  "1.2.3.04",     "00.0.0.0",
                             "0x7f.0.0.1", "0x7f000001", "2130706433", "017700000001", "127.0.0.1 ",
                             " 127.0.0.1", "+1.2.3.4",   "1.2.3.-4",   "1.2.3.4/32",   "1.2.3.4:80",
                             "1.2.3.4.",   "a.b.c.d",    "1.2.3.4\n",  "[1.2.3.4]",    "localhost",
                             "１.2.3.4"})
        EXPECT_EQ(text_of(text), "nothing") << text;
    EXPECT_EQ(text_of(std::string_view("1.2.3.4\0", 8)), "nothing");
    EXPECT_EQ(text_of(std::string_view("::1\0.example", 12)), "nothing");
}

TEST(IpAddress, RFC5952_WritesTheCanonicalForm) {
    const std::pair<const char*, const char*> cases[] = {
        {"2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"}, // §4.1, §4.2.1
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, // §4.2.2: one group is not shortened
        {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},       // §4.2.3: the longest run
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"}, // §4.2.3: the first of equals
        {"2001:DB8::AbCd", "2001:db8::abcd"},          // §4.3
        {"0:0:0:0:0:0:0:0", "::"},
        {"0:0:0:0:0:0:0:1", "::1"},
        {"1:0:0:0:0:0:0:0", "1::"},
        {"fe80:0:0:0:1:2:3:4", "fe80::1:2:3:4"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
        {"0:0:1::", "0:0:1::"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"}, // §5
        {"::FFFF:c000:0201", "::ffff:192.0.2.1"},
        {"::192.0.2.1", "::c000:201"},
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        {"::ffff:0:192.0.2.1", "::ffff:0:c000:201"},
    };
    for (const auto& [in, out] : cases) {
        EXPECT_EQ(text_of(in), out);
        EXPECT_EQ(IpAddress::parse(out), IpAddress::parse(in));
    }
}

TEST(IpAddress, RefusesMalformedIPv6) {
    for (const auto* text : {":",
                             ":::",
                             "1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:8:9",
                             "1::2::3",
                             "12345::",
                             "g::",
                             "::1%eth0",
                             "fe80::1%1",
                             "[::1]",
                             "::1/128",
                             "1:2:3:4:5:6:7:8::",
                             ":1:2:3:4:5:6:7:8",
                             "1:2:3:4:5:6:7:8:",
                             "::1.2.3",
                             "::1.2.3.256",
                             "::01.2.3.4",
                             "1.2.3.4::",
                             "1:2:3:4:5:6:7:1.2.3.4",
                             " ::1",
                             "::1 ",
                             "::-1",
                             "0x1::",
                             "0000000000000000000000000000000000000000000000000000::1"})
        EXPECT_EQ(text_of(text), "nothing") << text;
}

TEST(IpAddress, KnowsLoopback) {
    for (const auto* text : {"127.0.0.1", "127.255.0.3", "::1"})
        EXPECT_TRUE(IpAddress::parse(text)->is_loopback()) << text;
    for (const auto* text : {"126.0.0.1", "128.0.0.1", "::", "::2", "::ffff:127.0.0.1", "1::1"})
        EXPECT_FALSE(IpAddress::parse(text)->is_loopback()) << text;
}

TEST(IpAddress, GivesOctetsAndHostForm) {
    EXPECT_EQ(IpAddress::parse("1.2.3.4")->octets(), "\x01\x02\x03\x04");
    EXPECT_EQ(IpAddress::parse("::1")->octets().size(), 16U);
    EXPECT_EQ(IpAddress::parse("1.2.3.4")->to_host(), "1.2.3.4");
    EXPECT_EQ(IpAddress::parse("2001:DB8::1")->to_host(), "[2001:db8::1]");
    EXPECT_EQ(to_string(Family::ipv4), "ipv4");
    EXPECT_EQ(to_string(Family::ipv6), "ipv6");
    EXPECT_NE(IpAddress::v4({}), IpAddress::v6({}));
}

TEST(Endpoint, ReadsWhatItWrites) {
    for (const auto* text : {"192.0.2.1:53", "[2001:db8::1]:53", "127.0.0.1:0", "[::1]:65535"})
        EXPECT_EQ(Endpoint::parse(text)->to_string(), text);
}

TEST(Endpoint, BareAddressNeedsADefaultPort) {
    EXPECT_EQ(Endpoint::parse("192.0.2.1", 53)->to_string(), "192.0.2.1:53");
    EXPECT_EQ(Endpoint::parse("2001:db8::1", 53)->to_string(), "[2001:db8::1]:53");
    EXPECT_EQ(Endpoint::parse("[::1]:5353", 53)->to_string(), "[::1]:5353");
    EXPECT_FALSE(Endpoint::parse("192.0.2.1"));
    EXPECT_FALSE(Endpoint::parse("2001:db8::1"));
}

TEST(Endpoint, RefusesMalformedText) {
    for (const auto* text :
         {"", ":53", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:053", "192.0.2.1:+53",
          "192.0.2.1:5a", "[192.0.2.1]:53", "[::1]53", "::1]:53", "[::1:53", "[]:53",
          "localhost:53", "192.0.2.1:53:54", "192.0.2.1 :53"})
        EXPECT_FALSE(Endpoint::parse(text)) << text;
}

TEST(Prefix, ReadsWhatItWrites) {
    for (const auto* text : {"0.0.0.0/0", "10.0.0.0/8", "192.0.2.128/25", "192.0.2.1/32", "::/0",
                             "2001:db8::/32", "2001:30::/28", "::1/128"})
        EXPECT_EQ(Prefix::parse(text)->to_string(), text);
    EXPECT_EQ(Prefix::parse("192.0.2.1")->to_string(), "192.0.2.1/32");
    EXPECT_EQ(Prefix::parse("::1")->to_string(), "::1/128");
}

TEST(Prefix, RefusesHostBitsAndMalformedLengths) {
    for (const auto* text :
         {"192.0.2.1/24", "10.0.0.1/31", "2001:db8::1/32", "10.0.0.0/33", "::/129", "10.0.0.0/",
          "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8/8", "/8", "", "10/8"})
        EXPECT_FALSE(Prefix::parse(text)) << text;
}

TEST(Prefix, ContainsExactlyItsAddresses) {
    const auto contains = [](const char* prefix, const char* address) {
        return Prefix::parse(prefix)->contains(*IpAddress::parse(address));
    };
    EXPECT_TRUE(contains("172.16.0.0/12", "172.16.0.0"));
    EXPECT_TRUE(contains("172.16.0.0/12", "172.31.255.255"));
    EXPECT_FALSE(contains("172.16.0.0/12", "172.15.255.255"));
    EXPECT_FALSE(contains("172.16.0.0/12", "172.32.0.0"));
    EXPECT_TRUE(contains("0.0.0.0/0", "255.255.255.255"));
    EXPECT_FALSE(contains("0.0.0.0/0", "::"));
    EXPECT_TRUE(contains("2001:30::/28", "2001:3f:ffff::1"));
    EXPECT_FALSE(contains("2001:30::/28", "2001:40::"));
}

} // namespace
