// SPDX-License-Identifier: Apache-2.0
#include "base/dns/name.hpp"
#include "base/dns/punycode.hpp"

#include <gtest/gtest.h>

#include <string>

namespace base::dns {
namespace {

struct Accepted {
    std::string text;
    std::string name;
};

class HostAccepted : public testing::TestWithParam<Accepted> {};

TEST_P(HostAccepted, BecomesTheName) {
    const auto host = host_from_user(GetParam().text);
    ASSERT_TRUE(host) << host.error().detail;
    EXPECT_EQ(host->text(), GetParam().name);
    EXPECT_EQ(host_from_user(host->text()), host) << "the result is accepted again, unchanged";
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostAccepted,
    testing::Values(
        Accepted{"www.example.com", "www.example.com"},
        Accepted{"www.example.com.", "www.example.com"}, // one final dot
        Accepted{"WWW.EXAMPLE.COM", "www.example.com"},  // RFC 4343
        Accepted{"brand", "brand"},                      // a TLD itself
        Accepted{"bücher.example.com", "xn--bcher-kva.example.com"},
        Accepted{"BÜCHER.example.com", "xn--bcher-kva.example.com"},
        Accepted{"bu\u0308cher.example.com", "xn--bcher-kva.example.com"}, // NFD
        Accepted{"XN--BCHER-KVA.example.com", "xn--bcher-kva.example.com"},
        Accepted{"faß.example", "xn--fa-hia.example"},                // UTS #46 non-transitional
        Accepted{"日本語。example．jp", "xn--wgv71a119e.example.jp"}, // UTS #46's other full stops
        Accepted{"ｗｗｗ.example.com", "www.example.com"},
        Accepted{"xn--ls8h.example", "xn--ls8h.example"}, // a P-label, though no IDNA2008 A-label
        // Looks like nonsense, but is Punycode for a text in Latin and Canadian syllabics.
        Accepted{"xn--zzzz-invalid.example", "xn--zzzz-invalid.example"},
        Accepted{"a--b.example", "a--b.example"}, // hyphens at 2 and 3
        Accepted{"1.example", "1.example"}, Accepted{"0x7f.example", "0x7f.example"},
        Accepted{std::string(63, 'a') + ".example", std::string(63, 'a') + ".example"}));

struct Refused {
    std::string text;
    std::string why;
};

class HostRefused : public testing::TestWithParam<Refused> {};

TEST_P(HostRefused, SaysWhy) {
    const auto host = host_from_user(GetParam().text);
    ASSERT_FALSE(host) << host->text();
    EXPECT_EQ(host.error().kind, FailureKind::invalid);
    EXPECT_NE(host.error().detail.find(GetParam().why), std::string::npos) << host.error().detail;
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostRefused,
    testing::Values(
        Refused{"", "empty"}, Refused{".", "a label is empty"},
        Refused{"a..example.com", "a label is empty"},
        Refused{"www.example.com..", "a label is empty"}, Refused{".example.com", "empty"},
        Refused{std::string(64, 'a') + ".example.com", "63 are allowed"},
        Refused{[] {
                    std::string text;
                    for (int i = 0; i < 42; ++i)
                        text += "abcde.";
                    return text + "xy";
                }(),
                "254 characters long"},
        Refused{std::string(2000, 'a'), "2000 octets long"},
        Refused{"a_b.example.com", "holds \"_\""}, // BR 7.1.2.7.12
        Refused{"ü_b.example.com", "holds \"_\""}, Refused{"a b.example.com", "holds \" \""},
        Refused{"*.example.com", "holds \"*\""}, Refused{"example.com/x", "holds \"/\""},
        Refused{"example.com:80", "holds \":\""}, Refused{"a\\.b.example", "holds"},
        Refused{std::string("a\0b.com", 7), "UTF-8"}, Refused{"a\xff.com", "UTF-8"},
        Refused{"-a.example.com", "hyphen"}, Refused{"a-.example.com", "hyphen"},
        Refused{"-ü.example.com", "IDNA"},
        Refused{"ab--cd.example.com", "positions 3 and 4"}, // a reserved LDH label
        Refused{"ab--.example.com", "hyphen"}, Refused{"xn--.example.com", "hyphen"},
        Refused{"xn--99999999.example.com", "Punycode"}, // an integer without an end
        Refused{"xn--abc-.example.com", "hyphen"},
        Refused{"xn--bcher-kva9.example.com", "Punycode"}, Refused{"☃.example.com", "IDNA"},
        Refused{"a\u200db.example.com", "IDNA"}, // RFC 5892 A.2
        Refused{"אa.example.com", "IDNA"},       // RFC 5893
        Refused{"1.2.3.4", "an IP address is not a name here"},
        Refused{"2001:db8::1", "an IP address is not a name here"},
        Refused{"[2001:db8::1]", "an IP address is not a name here"},
        Refused{"1.2.3", "number \"3\""}, Refused{"1.2.3.4.", "number \"4\""},
        Refused{"example.123", "number \"123\""}, Refused{"1.2.3.0x4", "number \"0x4\""},
        Refused{"0x7f000001", "number"}, Refused{"１.２.３.４", "number \"4\""}));

TEST(HostFromUser, OneLabelOnlyWhenAllowed) {
    EXPECT_TRUE(host_from_user("com", true));
    const auto refused = host_from_user("com", false);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("only one label"), std::string::npos);
    EXPECT_TRUE(host_from_user("example.com", false));
}

// RFC 3492 §7.1, lower-cased where the sample has upper case.
TEST(Punycode, Rfc3492Samples) {
    EXPECT_EQ(punycode_decode("ihqwcrb4cv8a8dqg056pqjye"), std::u32string(U"他们为什么不说中文"));
    EXPECT_EQ(punycode_decode("proprostnemluvesky-uyb24dma41a"),
              std::u32string(U"pro\u010dprost\u011bnemluv\u00ed\u010desky"));
    EXPECT_EQ(punycode_decode("3b-ww4c5e180e575a65lsy2b"), std::u32string(U"3年b組金八先生"));
    EXPECT_EQ(punycode_decode("d9juau41awczczp"), std::u32string(U"そのスピードで"));
    EXPECT_EQ(punycode_decode("ls8h"), std::u32string(U"\U0001f4a9"));
}

TEST(Punycode, RefusesWhatNoEncoderMakes) {
    EXPECT_FALSE(punycode_decode(""));
    EXPECT_FALSE(punycode_decode("abc-")) << "all basic";
    EXPECT_FALSE(punycode_decode("-abc-")) << "a hyphen is no digit";
    EXPECT_FALSE(punycode_decode("99999999")) << "an integer without an end";
    EXPECT_FALSE(punycode_decode("9999999999a")) << "beyond U+10FFFF";
    EXPECT_FALSE(punycode_decode(std::string(59, '9')));
}

} // namespace
} // namespace base::dns
