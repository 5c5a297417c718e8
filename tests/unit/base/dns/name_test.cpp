// SPDX-License-Identifier: Apache-2.0
#include "base/dns/name.hpp"

#include "support/dns_records.hpp"

#include <gtest/gtest.h>

#include <string>

namespace base::dns {
namespace {

using test::name;

std::string repeated(std::string_view piece, int times) {
    std::string out;
    for (int i = 0; i < times; ++i)
        out += piece;
    return out;
}

struct Parsed {
    std::string_view text;
    std::string_view canonical;
};

class NameParse : public testing::TestWithParam<Parsed> {};

TEST_P(NameParse, GivesTheCanonicalForm) {
    const auto parsed = Name::parse(GetParam().text);
    ASSERT_TRUE(parsed) << parsed.error().detail;
    EXPECT_EQ(parsed->text(), GetParam().canonical);
    EXPECT_EQ(Name::parse(parsed->text()), parsed) << "the text form reads back";
}

INSTANTIATE_TEST_SUITE_P(
    Table, NameParse,
    testing::Values(Parsed{"", ""}, Parsed{".", ""}, Parsed{"example.com", "example.com"},
                    Parsed{"example.com.", "example.com"},
                    Parsed{"WWW.Example.COM", "www.example.com"}, // RFC 4343 §3
                    Parsed{"_acme-challenge.a", "_acme-challenge.a"},
                    Parsed{"*.example", "*.example"},
                    Parsed{R"(a\.b.c)", R"(a\046b.c)"}, // RFC 1035 §5.1
                    Parsed{R"(a\\b)", R"(a\092b)"}, Parsed{R"(\000\255)", R"(\000\255)"},
                    Parsed{R"(a\065)", "aa"}, // the escape is folded too
                    Parsed{"a b", R"(a\032b)"}, Parsed{"\xc3\xbc", R"(\195\188)"}));

class NameRefused : public testing::TestWithParam<std::string> {};

TEST_P(NameRefused, IsInvalid) {
    const auto parsed = Name::parse(GetParam());
    ASSERT_FALSE(parsed) << parsed->text();
    EXPECT_EQ(parsed.error().kind, FailureKind::invalid);
    EXPECT_NE(parsed.error().detail.find("is not a domain name"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Table, NameRefused,
                         testing::Values("..", ".a", "a..b", "a..", R"(a\)", R"(a\25)", R"(a\256)",
                                         R"(a\2x5)", std::string(64, 'a'),
                                         repeated("a.", 127) + "b", repeated("a", 2000)));

TEST(NameLimits, Rfc1035Section234) {
    const std::string label(63, 'x');
    EXPECT_TRUE(Name::parse(label));
    const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'x');
    ASSERT_EQ(longest.size(), 253U);
    EXPECT_TRUE(Name::parse(longest));
    EXPECT_TRUE(Name::parse(longest + "."));
    EXPECT_FALSE(Name::parse(longest + "x"));
    const auto most_labels = Name::parse(repeated("a.", 127));
    ASSERT_TRUE(most_labels);
    EXPECT_EQ(most_labels->label_count(), 127U);
    // An octet counts once, however long its escape: 63 octets of \000 are a label.
    EXPECT_TRUE(Name::parse(repeated(R"(\000)", 63)));
    EXPECT_FALSE(Name::parse(repeated(R"(\000)", 64)));
}

TEST(Name, FromLabelsKeepsAnyOctet) {
    const auto made = Name::from_labels({std::string("A.\0", 3), "com"});
    ASSERT_TRUE(made);
    EXPECT_EQ(made->text(), R"(a\046\000.com)");
    EXPECT_EQ(made->label_count(), 2U);
    EXPECT_FALSE(Name::from_labels({""}));
    EXPECT_TRUE(Name::from_labels({})->is_root());
    // The dot inside a label is not the dot between labels.
    EXPECT_NE(*Name::from_labels({"a.b"}), *Name::from_labels({"a", "b"}));
}

TEST(Name, FromWireTakesWholeLabelsAndFoldsTheirCase) {
    const auto made = Name::from_wire("\3WwW\7eXample");
    ASSERT_TRUE(made);
    EXPECT_EQ(*made, name("www.example"));
    EXPECT_EQ(made->wire(), "\3www\7example");
    EXPECT_TRUE(Name::from_wire("")->is_root());
    for (const std::string_view broken : {"\4www", "\3www\1", "\100"})
        EXPECT_FALSE(Name::from_wire(broken)) << broken;
    EXPECT_FALSE(Name::from_wire(std::string("\1a\0\1b", 5))) << "a root in the middle";
    const std::string label = '\x3f' + std::string(63, 'x');
    const std::string most = label + label + label + '\x3d' + std::string(61, 'x');
    EXPECT_EQ(Name::from_wire(most)->text().size(), 253U); // RFC 1035 §2.3.4
    EXPECT_FALSE(Name::from_wire(label + label + label + '\x3e' + std::string(62, 'x')));
}

TEST(Name, ParentEndsAtTheRoot) {
    EXPECT_EQ(name("a.b.c").parent(), name("b.c"));
    EXPECT_TRUE(name("c").parent().is_root());
    EXPECT_TRUE(Name().parent().is_root());
}

TEST(Name, IsWithinComparesLabels) {
    EXPECT_TRUE(name("a.b").is_within(name("b")));
    EXPECT_TRUE(name("a.b").is_within(name("a.b")));
    EXPECT_TRUE(name("a.b").is_within(Name()));
    EXPECT_FALSE(name("b").is_within(name("a.b")));
    EXPECT_FALSE(name("xb").is_within(name("b"))) << "not a suffix of characters";
}

TEST(Name, SubstitutedKeepsWhatStandsBeforeTheSuffix) { // RFC 6672 §2.2
    EXPECT_EQ(*name("a.b.old.example").substituted(name("old.example"), name("new.test")),
              name("a.b.new.test"));
    EXPECT_EQ(*name("a.old").substituted(name("old"), Name()), name("a"));
    EXPECT_FALSE(name("a.b").substituted(name("b"), name(repeated("abcdefg.", 31) + "abcde")))
        << "255";
}

TEST(Name, PrefixedAddsLabelsWithinTheLimits) {
    EXPECT_EQ(*name("example.com").prefixed("_acme-challenge"),
              name("_acme-challenge.example.com"));
    EXPECT_EQ(*name("example.com").prefixed("a.b"), name("a.b.example.com"));
    EXPECT_EQ(*name("example.com").prefixed(""), name("example.com"));
    const Name longest = name(repeated("abcdefg.", 31) + "abcde"); // 253
    const auto beyond = longest.prefixed("_acme-challenge");
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().kind, FailureKind::invalid);
}

} // namespace
} // namespace base::dns
