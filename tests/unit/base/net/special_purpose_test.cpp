// SPDX-License-Identifier: Apache-2.0
// The special-purpose registries and the policy drawn from them.

#include "base/net/special_purpose.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

namespace {

using base::FailureKind;
using base::net::AddressPolicy;
using base::net::IpAddress;
using base::net::Prefix;

// The blocks of the two registries, written down a second time and by their reachability.
const std::set<std::string_view> not_reachable =
    {
        "0.0.0.0/8",          "0.0.0.0/32",      "10.0.0.0/8",     "100.64.0.0/10",
        "127.0.0.0/8",        "169.254.0.0/16",  "172.16.0.0/12",  "192.0.0.0/24",
        "192.0.0.0/29",       "192.0.0.8/32",    "192.0.0.170/32", "192.0.0.171/32",
        "192.0.2.0/24",       "192.88.99.0/24",  "192.88.99.2/32", "192.168.0.0/16",
        "198.18.0.0/15",      "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
        "255.255.255.255/32", "::1/128",         "::/128",         "::ffff:0:0/96",
        "64:ff9b:1::/48",     "100::/64",        "100:0:0:1::/64", "2001::/23",
        "2001::/32",          "2001:2::/48",     "2001:10::/28",   "2001:db8::/32",
        "2002::/16",          "3fff::/20",       "5f00::/16",      "fc00::/7",
        "fe80::/10",          "224.0.0.0/4",     "ff00::/8", // not in the registries: multicast
};
const std::set<std::string_view> reachable = {
    "192.0.0.9/32",    "192.0.0.10/32", "192.31.196.0/24", "192.52.193.0/24",   "192.175.48.0/24",
    "64:ff9b::/96",    "2001:1::1/128", "2001:1::2/128",   "2001:1::3/128",     "2001:3::/32",
    "2001:4:112::/48", "2001:20::/28",  "2001:30::/28",    "2620:4f:8000::/48",
};

TEST(SpecialPurpose, TableIsTheRegistriesAsOfItsDate) {
    std::set<std::string_view> no;
    std::set<std::string_view> yes;
    for (const auto& block : base::net::special_purpose_blocks()) {
        EXPECT_TRUE(Prefix::parse(block.prefix)) << block.prefix;
        EXPECT_TRUE((block.globally_reachable ? yes : no).insert(block.prefix).second);
        EXPECT_FALSE(block.name.empty());
        EXPECT_TRUE(block.reference.starts_with("RFC ")) << block.prefix;
    }
    EXPECT_EQ(no, not_reachable);
    EXPECT_EQ(yes, reachable);
    EXPECT_EQ(base::net::special_purpose_registry_date(), "2025-10-09");
}

// The top-level blocks as the requirements on reserved addresses list them (BR 1.6.1), a third time
// and from another source; the registries' entries within them may be more.
const std::set<std::string_view> required_blocks = {
    "0.0.0.0/8",         "10.0.0.0/8",         "100.64.0.0/10",   "127.0.0.0/8",
    "169.254.0.0/16",    "172.16.0.0/12",      "192.0.0.0/24",    "192.0.2.0/24",
    "192.31.196.0/24",   "192.52.193.0/24",    "192.88.99.0/24",  "192.168.0.0/16",
    "192.175.48.0/24",   "198.18.0.0/15",      "198.51.100.0/24", "203.0.113.0/24",
    "240.0.0.0/4",       "255.255.255.255/32", "::/128",          "::1/128",
    "::ffff:0:0/96",     "64:ff9b::/96",       "64:ff9b:1::/48",  "100::/64",
    "100:0:0:1::/64",    "2001::/23",          "2001:db8::/32",   "2002::/16",
    "2620:4f:8000::/48", "3fff::/20",          "5f00::/16",       "fc00::/7",
    "fe80::/10",
};
const std::set<std::string_view> multicast = {"224.0.0.0/4", "ff00::/8"};

TEST(SpecialPurpose, HasEveryRequiredBlockAndNothingOutsideOfThem) {
    std::set<std::string_view> table;
    for (const auto& block : base::net::special_purpose_blocks())
        table.insert(block.prefix);
    for (const auto required : required_blocks)
        EXPECT_TRUE(table.contains(required)) << required;
    for (const auto prefix : table) {
        const auto inner = *Prefix::parse(prefix);
        const bool within = std::ranges::any_of(required_blocks, [&](auto outer) {
            const auto block = *Prefix::parse(outer);
            return block.bits <= inner.bits && block.contains(inner.address);
        });
        EXPECT_TRUE(within || multicast.contains(prefix)) << prefix;
    }
}

TEST(SpecialPurpose, MostSpecificBlockWins) {
    const std::pair<const char*, const char*> cases[] = {
        {"0.0.0.0", "0.0.0.0/32"},
        {"0.0.0.1", "0.0.0.0/8"},
        {"192.0.0.1", "192.0.0.0/29"},
        {"192.0.0.8", "192.0.0.8/32"},
        {"192.0.0.9", "192.0.0.9/32"},
        {"192.0.0.11", "192.0.0.0/24"},
        {"192.88.99.2", "192.88.99.2/32"},
        {"255.255.255.255", "255.255.255.255/32"},
        {"255.255.255.254", "240.0.0.0/4"},
        {"239.1.2.3", "224.0.0.0/4"},
        {"2001::1", "2001::/32"},
        {"2001:1::1", "2001:1::1/128"},
        {"2001:1::4", "2001::/23"},
        {"2001:2:0:5::", "2001:2::/48"},
        {"2001:2:1::", "2001::/23"},
        {"2001:1f:ffff::", "2001:10::/28"},
        {"2001:2f::", "2001:20::/28"},
        {"2001:1ff::", "2001::/23"},
        {"64:ff9b::1", "64:ff9b::/96"},
        {"64:ff9b:1:2::", "64:ff9b:1::/48"},
        {"fdff::1", "fc00::/7"},
        {"febf::1", "fe80::/10"},
        {"ff02::1", "ff00::/8"},
    };
    for (const auto& [address, prefix] : cases) {
        const auto* block = base::net::special_purpose(*IpAddress::parse(address));
        ASSERT_NE(block, nullptr) << address;
        EXPECT_EQ(block->prefix, prefix) << address;
    }
}

TEST(SpecialPurpose, OrdinaryAddressesAreInNoBlock) {
    for (const auto* address :
         {"8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
          "172.32.0.1", "192.0.1.0", "198.20.0.0", "223.255.255.255", "2600::1",
          "2001:200::", "2003::", "2a00::1", "3ffe::1"})
        EXPECT_EQ(base::net::special_purpose(*IpAddress::parse(address)), nullptr) << address;
}

bool may(const char* address, const AddressPolicy& policy = AddressPolicy()) {
    return policy.may_connect(*IpAddress::parse(address)).has_value();
}

TEST(AddressPolicy, FirstAndLastAddressOfEveryUnreachableBlockIsRefused) {
    for (const auto text : not_reachable) {
        const auto prefix = *Prefix::parse(text);
        std::string octets(prefix.address.octets());
        EXPECT_FALSE(AddressPolicy().may_connect(prefix.address)) << text;
        for (std::size_t i = 0; i < octets.size() * 8; ++i)
            if (i >= static_cast<std::size_t>(prefix.bits))
                octets[i / 8] = static_cast<char>(octets[i / 8] | (0x80 >> (i % 8)));
        std::array<std::uint8_t, 16> last{};
        std::ranges::copy(octets, last.begin());
        const auto address = prefix.address.is_v6()
                                 ? IpAddress::v6(last)
                                 : IpAddress::v4({last[0], last[1], last[2], last[3]});
        ASSERT_TRUE(prefix.contains(address));
        EXPECT_FALSE(AddressPolicy().may_connect(address)) << address.to_string();
    }
}

TEST(AddressPolicy, GloballyReachableAddressesAreAllowed) {
    for (const auto* address :
         {"8.8.8.8", "2606:4700::1111", "192.0.0.9", "192.31.196.7", "192.52.193.1", "192.175.48.1",
          "2001:1::1", "2001:3::1", "2001:4:112::1", "2001:20::1", "2001:30::1", "2620:4f:8000::1"})
        EXPECT_TRUE(may(address)) << address;
}

TEST(AddressPolicy, LooksThroughEveryEmbeddingOfIPv4) {
    const std::pair<const char*, bool> cases[] = {
        {"64:ff9b::8.8.8.8", true}, // NAT64, RFC 6052
        {"64:ff9b::127.0.0.1", false},
        {"64:ff9b::10.0.0.1", false},
        {"64:ff9b::169.254.169.254", false},
        {"64:ff9b::224.0.0.1", false},
        {"64:ff9b::0.0.0.0", false},
        {"64:ff9b::192.0.0.9", true},
        {"64:ff9b:1::8.8.8.8", false}, // local-use NAT64, RFC 8215
        {"::ffff:8.8.8.8", false},     // v4-mapped: never on the wire, RFC 4291 §2.5.5.2
        {"::ffff:127.0.0.1", false},
        {"::ffff:169.254.169.254", false},
        {"::127.0.0.1", false}, // v4-compatible, RFC 4291 §2.5.5.1
        {"::8.8.8.8", false},
        {"2002:808:808::1", false}, // 6to4 of 8.8.8.8: not marked globally reachable
        {"2002:a00:1::1", false},   // 6to4 of 10.0.0.1
        {"2002:7f00:1::1", false},
        {"2001:0:808:808::f7f7:f7f7", false}, // Teredo
        {"2001:0:808:808::f5ff:fffe", false}, // Teredo of 10.0.0.1
    };
    for (const auto& [address, allowed] : cases)
        EXPECT_EQ(may(address), allowed) << address;
}

TEST(AddressPolicy, RefusesIPv6OutsideOfGlobalUnicast) {
    for (const auto* address : {"fec0::1", "4000::1", "8000::1", "::2", "1::1", "200::1"})
        EXPECT_FALSE(may(address)) << address;
}

// BR 1.6.1 "Reserved IP Address": any entry, also one that is globally reachable.
TEST(AddressPolicy, NoEntryOfTheRegistriesIdentifies) {
    for (const auto& block : base::net::special_purpose_blocks()) {
        const auto first = Prefix::parse(block.prefix).value().address;
        const auto result = AddressPolicy().may_identify(first);
        ASSERT_FALSE(result) << block.prefix;
        EXPECT_EQ(result.error().kind, base::FailureKind::address_refused) << block.prefix;
    }
    EXPECT_TRUE(AddressPolicy().may_identify(*IpAddress::parse("8.8.8.8")));
    EXPECT_TRUE(AddressPolicy().may_identify(*IpAddress::parse("2606:4700::1111")));
    const AddressPolicy test_network({*Prefix::parse("127.0.0.0/8")});
    EXPECT_TRUE(test_network.may_identify(*IpAddress::parse("127.0.0.1")));
    EXPECT_FALSE(test_network.may_identify(*IpAddress::parse("192.0.0.9")));
}

TEST(AddressPolicy, SaysWhichBlockRefuses) {
    const auto text = [](const char* address) {
        const auto result = AddressPolicy().may_connect(*IpAddress::parse(address));
        EXPECT_EQ(result.error().kind, FailureKind::address_refused);
        return result.error().detail;
    };
    EXPECT_EQ(text("10.1.2.3"), "10.1.2.3 is in Private-Use (10.0.0.0/8, RFC 1918)");
    EXPECT_EQ(text("fd00::1"), "fd00::1 is in Unique-Local (fc00::/7, RFC 4193)");
    EXPECT_EQ(
        text("64:ff9b::7f00:1"),
        "64:ff9b::7f00:1 is in IPv4-IPv6 Translat. (64:ff9b::/96, RFC 6052), and 127.0.0.1 is in "
        "Loopback (127.0.0.0/8, RFC 1122 §3.2.1.3)");
    EXPECT_EQ(text("fec0::1"),
              "fec0::1 is outside of IPv6 Global Unicast (2000::/3, RFC 4291 §2.4)");
}

TEST(AddressPolicy, ExceptionsAllowExactlyWhatTheyName) {
    const AddressPolicy policy({*Prefix::parse("127.0.0.0/24"), *Prefix::parse("fd00::/64")});
    EXPECT_TRUE(may("127.0.0.7", policy));
    EXPECT_FALSE(may("127.0.1.7", policy));
    EXPECT_TRUE(may("fd00::7", policy));
    EXPECT_FALSE(may("fd00:0:0:1::7", policy));
    EXPECT_FALSE(may("::1", policy));
    EXPECT_FALSE(may("::ffff:127.0.0.7", policy));
    EXPECT_TRUE(may("8.8.8.8", policy));
}

} // namespace
