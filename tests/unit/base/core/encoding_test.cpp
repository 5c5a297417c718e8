// SPDX-License-Identifier: Apache-2.0
#include "base/core/encoding.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace std::string_literals;

struct Rfc4648Vector {
    const char* bytes;
    const char* base64;
    const char* base32; // without the padding, lower case
    const char* hex;
};

constexpr Rfc4648Vector rfc4648_vectors[] = {
    {"", "", "", ""},
    {"f", "Zg==", "my", "66"},
    {"fo", "Zm8=", "mzxq", "666f"},
    {"foo", "Zm9v", "mzxw6", "666f6f"},
    {"foob", "Zm9vYg==", "mzxw6yq", "666f6f62"},
    {"fooba", "Zm9vYmE=", "mzxw6ytb", "666f6f6261"},
    {"foobar", "Zm9vYmFy", "mzxw6ytboi", "666f6f626172"},
};

TEST(Encoding, Rfc4648Section10Vectors) {
    for (const auto& v : rfc4648_vectors) {
        EXPECT_EQ(base::base64(v.bytes), v.base64);
        EXPECT_EQ(base::base32_lower(v.bytes), v.base32);
        EXPECT_EQ(base::hex(v.bytes), v.hex);
        EXPECT_EQ(base::from_base64(v.base64), v.bytes);
        EXPECT_EQ(base::from_hex(v.hex), v.bytes);
    }
}

TEST(Encoding, EveryOctetGoesThereAndBack) {
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    EXPECT_EQ(base::from_base64(base::base64(all)), all);
    EXPECT_EQ(base::from_hex(base::hex(all)), all);
}

TEST(Encoding, OctetsOfEveryLengthGoThereAndBack) {
    std::string octets;
    for (std::size_t length = 0; length <= 70; ++length) {
        EXPECT_EQ(base::from_base64(base::base64(octets)), octets);
        EXPECT_EQ(base::from_hex(base::hex(octets)), octets);
        EXPECT_EQ(base::base64(octets).size(), (length + 2) / 3 * 4);
        EXPECT_EQ(base::base64url(octets).size(), (length * 4 + 2) / 3);
        EXPECT_EQ(base::base32_lower(octets).size(), (length * 8 + 4) / 5);
        octets += static_cast<char>(255 - length * 37 % 256);
    }
}

TEST(Base64url, Rfc4648Section5HasItsOwnAlphabetAndNoPadding) {
    EXPECT_EQ(base::base64("\xfb\xff\xfe"), "+//+");
    EXPECT_EQ(base::base64url("\xfb\xff\xfe"), "-__-");
    EXPECT_EQ(base::base64url("f"), "Zg");
    // The thumbprint of RFC 7638 §3.1, from its octets to its text.
    EXPECT_EQ(base::base64url(*base::from_hex(
                  "3736cbb1787cb8309c77ee8c3705c5e16ffb9e859715901f1e4c59b11182f57b")),
              "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST(FromBase64, RefusesEveryDeviation) {
    for (const char* text : {
             "Zg",       // padding missing (RFC 4648 §3.2)
             "Zg=",      // half of it
             "Zm9v====", // too much of it
             "====",
             "=",
             "Z===",
             "Zh==",   // bits beyond the data (§3.5)
             "Zm9=",   // likewise
             "Zm9v\n", // white space (§3.3)
             " Zm9v",
             "Zm9 v",
             "Zg==Zg==",
             "-__-",
         })
        EXPECT_EQ(base::from_base64(text), std::nullopt) << text;
    EXPECT_EQ(base::from_base64("Zm9\0"s), std::nullopt);
}

TEST(FromHex, TakesBothCasesAndNothingElse) {
    EXPECT_EQ(base::from_hex("aAfF"), "\xaa\xff");
    for (const char* text : {"a", "0x00", "0g", " 00", "00 "})
        EXPECT_EQ(base::from_hex(text), std::nullopt) << text;
}

TEST(IsUtf8, Rfc3629Section4) {
    for (const auto& text : {""s, "plain"s, "\0"s, "é"s, "€"s, "\U0001F512"s, "\xf4\x8f\xbf\xbf"s,
                             "\xed\x9f\xbf"s, "\xee\x80\x80"s, "\x7f"s})
        EXPECT_TRUE(base::is_utf8(text)) << base::hex(text);
    for (const auto& text : {
             "\x80"s,
             "\xc3"s,
             "\xc3("s,
             "\xe2\x82"s,
             "\xf0\x9f\x94"s,
             "\xc0\xaf"s,
             "\xc1\x81"s,
             "\xe0\x9f\xbf"s,
             "\xf0\x8f\xbf\xbf"s, // overlong
             "\xed\xa0\x80"s,
             "\xed\xbf\xbf"s, // surrogates
             "\xf4\x90\x80\x80"s,
             "\xf5\x80\x80\x80"s,
             "\xff"s, // above U+10FFFF
             "ok\xfe"s,
         })
        EXPECT_FALSE(base::is_utf8(text)) << base::hex(text);
}

TEST(Utf8Prefix, EndsBeforeTheFirstOctetThatIsNoPartOfACharacter) {
    EXPECT_EQ(base::utf8_prefix(""), 0U);
    EXPECT_EQ(base::utf8_prefix("aé€\U0001F512"), 10U);
    EXPECT_EQ(base::utf8_prefix("aé\xff\xfe"), 3U);
    EXPECT_EQ(base::utf8_prefix("aé\xe2\x82"), 3U);
    EXPECT_EQ(base::utf8_prefix("\xed\xa0\x80"), 0U);
}

TEST(AsciiCase, TouchesLettersOnly) {
    EXPECT_EQ(base::ascii_lower("WWW.Example.COM-[@`{]"), "www.example.com-[@`{]");
    EXPECT_EQ(base::ascii_lower("\xc3\x89"), "\xc3\x89");
    EXPECT_TRUE(base::ascii_iequals("Content-Type", "content-type"));
    EXPECT_FALSE(base::ascii_iequals("Content-Type", "content-typ"));
    EXPECT_FALSE(base::ascii_iequals("[", "{"));
    EXPECT_TRUE(base::ascii_iequals("", ""));
}

TEST(Excerpt, EscapesWhatALogOrJsonCouldMisread) {
    EXPECT_EQ(base::excerpt("plain text"), "plain text");
    EXPECT_EQ(base::excerpt("a\"b\\c"), "a\\\"b\\\\c");
    EXPECT_EQ(base::excerpt("\0\r\n\x1b[31m\x7f"s), "\\x00\\x0d\\x0a\\x1b[31m\\x7f");
    EXPECT_EQ(base::excerpt("\xc3\xa9"), "\\xc3\\xa9");
}

TEST(Excerpt, CutsByInputOctetsAndSaysHowManyAreGone) {
    EXPECT_EQ(base::excerpt("abcdef", 6), "abcdef");
    EXPECT_EQ(base::excerpt("abcdefg", 6), "abcdef…(+1 bytes)");
    EXPECT_EQ(base::excerpt("\n\n\n", 2), "\\x0a\\x0a…(+1 bytes)");
    EXPECT_EQ(base::excerpt(std::string(1000, 'x')), std::string(100, 'x') + "…(+900 bytes)");
    EXPECT_EQ(base::excerpt("abc", 0), "…(+3 bytes)");
}

TEST(JoinAnd, ReadsAsASentenceDoes) {
    EXPECT_EQ(base::join_and({}), "");
    EXPECT_EQ(base::join_and({"FRA"}), "FRA");
    EXPECT_EQ(base::join_and({"FRA", "NRT"}), "FRA and NRT");
    EXPECT_EQ(base::join_and({"FRA", "NRT", "IAD"}), "FRA, NRT and IAD");
}

} // namespace
