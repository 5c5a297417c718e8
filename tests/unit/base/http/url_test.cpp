// SPDX-License-Identifier: Apache-2.0
#include "base/http/url.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

namespace base::http {
namespace {

struct Accepted {
    std::string_view text, scheme, host;
    std::uint16_t port;
    std::string_view target, shown, host_header;
};

class UrlAccepted : public testing::TestWithParam<Accepted> {};

TEST_P(UrlAccepted, ParsesToItsParts) {
    const Accepted& want = GetParam();
    const auto url = parse_url(want.text);
    ASSERT_TRUE(url) << url.error().detail;
    EXPECT_EQ(url->scheme, want.scheme);
    EXPECT_EQ(url->host, want.host);
    EXPECT_EQ(url->port, want.port);
    EXPECT_EQ(url->target, want.target);
    EXPECT_EQ(url->to_string(), want.shown);
    EXPECT_EQ(url->host_header(), want.host_header);
    EXPECT_EQ(parse_url(url->to_string()), *url) << "what is shown parses to the same";
}

INSTANTIATE_TEST_SUITE_P(
    Rfc3986Section3, UrlAccepted,
    testing::Values(Accepted{"http://example.com", "http", "example.com", 80, "/",
                             "http://example.com/", "example.com"},
                    Accepted{"HTTPS://EXAMPLE.com/A?b#c", "https", "example.com", 443, "/A?b",
                             "https://example.com/A?b", "example.com"},
                    Accepted{"http://example.com:80/", "http", "example.com", 80, "/",
                             "http://example.com/", "example.com"},
                    Accepted{"http://example.com:443/", "http", "example.com", 443, "/",
                             "http://example.com:443/", "example.com:443"},
                    Accepted{"http://example.com:/x", "http", "example.com", 80, "/x",
                             "http://example.com/x", "example.com"},
                    Accepted{"http://example.com?q", "http", "example.com", 80, "/?q",
                             "http://example.com/?q", "example.com"},
                    Accepted{"http://example.com./x", "http", "example.com", 80, "/x",
                             "http://example.com/x", "example.com"},
                    Accepted{"http://a_b.xn--p1ai/x", "http", "a_b.xn--p1ai", 80, "/x",
                             "http://a_b.xn--p1ai/x", "a_b.xn--p1ai"},
                    Accepted{"http://192.0.2.1:8080/", "http", "192.0.2.1", 8080, "/",
                             "http://192.0.2.1:8080/", "192.0.2.1:8080"},
                    Accepted{"https://[2001:DB8:0::1]/", "https", "2001:db8::1", 443, "/",
                             "https://[2001:db8::1]/", "[2001:db8::1]"},
                    Accepted{"http://[::ffff:7f00:1]:81/", "http", "::ffff:127.0.0.1", 81, "/",
                             "http://[::ffff:127.0.0.1]:81/", "[::ffff:127.0.0.1]:81"},
                    Accepted{"http://1.2.3.4.example/%7Ex?a=%20|b", "http", "1.2.3.4.example", 80,
                             "/%7Ex?a=%20|b", "http://1.2.3.4.example/%7Ex?a=%20|b",
                             "1.2.3.4.example"}));

struct Refused {
    std::string_view name, text, why;
};

class UrlRefused : public testing::TestWithParam<Refused> {};

TEST_P(UrlRefused, SaysWhy) {
    const auto url = parse_url(GetParam().text);
    ASSERT_FALSE(url) << url->to_string();
    EXPECT_EQ(url.error().kind, FailureKind::invalid);
    EXPECT_NE(url.error().detail.find(GetParam().why), std::string::npos) << url.error().detail;
}

using namespace std::string_view_literals;

INSTANTIATE_TEST_SUITE_P(
    Table, UrlRefused,
    testing::Values(
        Refused{"Empty", "", "no scheme"}, Refused{"NoScheme", "example.com/x", "no scheme"},
        Refused{"OtherScheme", "ftp://example.com/", "scheme other than"},
        Refused{"Javascript", "javascript:alert(1)", "scheme other than"},
        Refused{"NoAuthority", "http:example.com", "no host"},
        Refused{"EmptyHost", "http:///x", "no host"}, Refused{"OnlyPort", "http://:80/", "host"},
        Refused{"Userinfo", "http://user@example.com/", "userinfo"},
        Refused{"UserinfoThatLooksLikeAHost", "http://example.com:80@evil.example/", "userinfo"},
        Refused{"Backslash", "http://example.com\\@evil.example/", "backslash"},
        Refused{"Space", "http://example.com/a b", "space"},
        Refused{"Tab", "http://example.com/a\tb", "control"},
        Refused{"LineFeed", "http://example.com/\r\nX: y", "control"},
        Refused{"Nul", "http://example.com/\0x"sv, "control"},
        Refused{"Utf8", "http://ex\xc3\xa4mple.com/", "outside ASCII"},
        Refused{"BadEscape", "http://example.com/%zz", "percent"},
        Refused{"CutEscape", "http://example.com/%4", "percent"},
        Refused{"EscapedHost", "http://ex%61mple.com/", "DNS name"},
        Refused{"EmptyLabel", "http://a..example/", "DNS name"},
        Refused{"HyphenFirst", "http://-a.example/", "DNS name"},
        Refused{"TwoTrailingDots", "http://example.com../", "DNS name"},
        Refused{"PortZero", "http://example.com:0/", "port"},
        Refused{"PortTooLarge", "http://example.com:65536/", "port"},
        Refused{"PortSigned", "http://example.com:+80/", "port"},
        Refused{"PortSixDigits", "http://example.com:000080/", "port"},
        Refused{"PortLetters", "http://example.com:80a/", "port"},
        Refused{"DecimalHost", "http://2130706433/", "strict dotted quad"},
        Refused{"OctalHost", "http://0177.0.0.1/", "strict dotted quad"},
        Refused{"HexHost", "http://0x7f.0.0.1/", "strict dotted quad"},
        Refused{"HexNumberHost", "http://0x7F000001/", "strict dotted quad"},
        Refused{"HexLastLabel", "http://127.0.0.0x1/", "strict dotted quad"},
        Refused{"ShortHost", "http://127.1/", "strict dotted quad"},
        Refused{"LeadingZeros", "http://010.0.0.1/", "strict dotted quad"},
        Refused{"OverLargeOctet", "http://127.0.0.256/", "strict dotted quad"},
        Refused{"TrailingDotAddress", "http://127.0.0.1./", "strict dotted quad"},
        Refused{"BracketedIpv4", "http://[127.0.0.1]/", "IPv6"},
        Refused{"Zone", "http://[fe80::1%25eth0]/", "IPv6"},
        Refused{"IpvFuture", "http://[v1.x]/", "IPv6"},
        Refused{"UnclosedBracket", "http://[::1/", "bracket"},
        Refused{"TextAfterBracket", "http://[::1]x/", "bracket"},
        Refused{"Ipv6WithoutBrackets", "http://::1/", "host"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Url, HasAtMost2048Characters) {
    const std::string start = "http://example.com/";
    EXPECT_TRUE(parse_url(start + std::string(2048 - start.size(), 'a')));
    EXPECT_FALSE(parse_url(start + std::string(2049 - start.size(), 'a')));
}

TEST(Url, HostsAreAtMost253CharactersInLabelsOf63) { // RFC 1035 §2.3.4
    const std::string label(63, 'a');
    const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
    EXPECT_TRUE(parse_url("http://" + longest + "/"));
    EXPECT_FALSE(parse_url("http://" + longest + "b/"));
    EXPECT_FALSE(parse_url("http://" + label + "a.example/"));
}

TEST(Url, KnowsAddressLiterals) {
    EXPECT_EQ(parse_url("http://192.0.2.7/")->address, net::IpAddress::parse("192.0.2.7"));
    EXPECT_EQ(parse_url("http://[2001:db8::7]/")->address, net::IpAddress::parse("2001:db8::7"));
    EXPECT_EQ(parse_url("http://example.com/")->address, std::nullopt);
}

struct Reference {
    std::string_view reference, resolved;
};
void PrintTo(const Reference& r, std::ostream* out) {
    *out << r.reference << " -> " << r.resolved;
}

class UrlReference : public testing::TestWithParam<Reference> {};

TEST_P(UrlReference, Resolves) {
    const auto base = parse_url("http://a/b/c/d;p?q");
    ASSERT_TRUE(base);
    const auto url = resolve_reference(*base, GetParam().reference);
    ASSERT_TRUE(url) << url.error().detail;
    EXPECT_EQ(url->to_string(), GetParam().resolved);
}

INSTANTIATE_TEST_SUITE_P( // fragments are dropped, and an empty path is "/"
    Rfc3986Section54_1Normal, UrlReference,
    testing::Values(Reference{"g", "http://a/b/c/g"}, Reference{"./g", "http://a/b/c/g"},
                    Reference{"g/", "http://a/b/c/g/"}, Reference{"/g", "http://a/g"},
                    Reference{"//g", "http://g/"}, Reference{"?y", "http://a/b/c/d;p?y"},
                    Reference{"g?y", "http://a/b/c/g?y"}, Reference{"#s", "http://a/b/c/d;p?q"},
                    Reference{"g#s", "http://a/b/c/g"}, Reference{"g?y#s", "http://a/b/c/g?y"},
                    Reference{";x", "http://a/b/c/;x"}, Reference{"g;x", "http://a/b/c/g;x"},
                    Reference{"g;x?y#s", "http://a/b/c/g;x?y"}, Reference{"", "http://a/b/c/d;p?q"},
                    Reference{".", "http://a/b/c/"}, Reference{"./", "http://a/b/c/"},
                    Reference{"..", "http://a/b/"}, Reference{"../", "http://a/b/"},
                    Reference{"../g", "http://a/b/g"}, Reference{"../..", "http://a/"},
                    Reference{"../../", "http://a/"}, Reference{"../../g", "http://a/g"}));

INSTANTIATE_TEST_SUITE_P(
    Rfc3986Section54_2Abnormal, UrlReference,
    testing::Values(Reference{"../../../g", "http://a/g"}, Reference{"../../../../g", "http://a/g"},
                    Reference{"/./g", "http://a/g"}, Reference{"/../g", "http://a/g"},
                    Reference{"g.", "http://a/b/c/g."}, Reference{".g", "http://a/b/c/.g"},
                    Reference{"g..", "http://a/b/c/g.."}, Reference{"..g", "http://a/b/c/..g"},
                    Reference{"./../g", "http://a/b/g"}, Reference{"./g/.", "http://a/b/c/g/"},
                    Reference{"g/./h", "http://a/b/c/g/h"}, Reference{"g/../h", "http://a/b/c/h"},
                    Reference{"g;x=1/./y", "http://a/b/c/g;x=1/y"},
                    Reference{"g;x=1/../y", "http://a/b/c/y"},
                    Reference{"g?y/./x", "http://a/b/c/g?y/./x"},
                    Reference{"g?y/../x", "http://a/b/c/g?y/../x"},
                    Reference{"g#s/./x", "http://a/b/c/g"},
                    Reference{"g#s/../x", "http://a/b/c/g"}));

INSTANTIATE_TEST_SUITE_P(
    OtherAuthorities, UrlReference,
    testing::Values(Reference{"https://b.example/x/../y", "https://b.example/y"},
                    Reference{"//b.example", "http://b.example/"},
                    Reference{"//b.example:8080/x?y", "http://b.example:8080/x?y"},
                    Reference{"//[2001:db8::1]/", "http://[2001:db8::1]/"},
                    Reference{"https://b.example?z", "https://b.example/?z"},
                    Reference{"/x:y", "http://a/x:y"}, Reference{"./x:y", "http://a/b/c/x:y"}));

class UrlReferenceRefused : public testing::TestWithParam<std::string_view> {};

TEST_P(UrlReferenceRefused, IsInvalid) {
    const auto url = resolve_reference(*parse_url("http://a/b/c/d;p?q"), GetParam());
    ASSERT_FALSE(url) << url->to_string();
    EXPECT_EQ(url.error().kind, FailureKind::invalid);
}

INSTANTIATE_TEST_SUITE_P(Rfc3986Section5, UrlReferenceRefused,
                         testing::Values("g:h", "http:g", "http:", "mailto:a@b.example", "///x",
                                         "//user@b.example/", "//127.1/", "\\\\b.example/",
                                         "//b.example:99999/", "/a b", "/a\r\nX: y", "x%"));

TEST(Url, AResolvedReferenceHasAtMost2048Characters) {
    const auto base = parse_url("http://example.com/" + std::string(1500, 'a') + "/");
    ASSERT_TRUE(base);
    EXPECT_TRUE(resolve_reference(*base, std::string(100, 'b')));
    EXPECT_FALSE(resolve_reference(*base, std::string(1500, 'b')));
}

TEST(Url, ATargetThatBeginsWithTwoSlashesIsAPathAndNoHost) {
    const auto base = parse_url("http://a.example//b.example/c?d");
    EXPECT_EQ(resolve_reference(*base, "x")->to_string(), "http://a.example//b.example/x");
    EXPECT_EQ(resolve_reference(*base, "?y")->to_string(), "http://a.example//b.example/c?y");
    EXPECT_EQ(resolve_reference(*base, "..//x")->to_string(), "http://a.example///x");
}

TEST(Url, AReferenceKeepsThePortOfItsBaseUnlessItNamesAHost) {
    const auto base = parse_url("https://a.example:8443/x");
    EXPECT_EQ(resolve_reference(*base, "/y")->to_string(), "https://a.example:8443/y");
    EXPECT_EQ(resolve_reference(*base, "//b.example/y")->to_string(), "https://b.example/y");
}

} // namespace
} // namespace base::http
