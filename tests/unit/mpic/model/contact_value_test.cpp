// SPDX-License-Identifier: Apache-2.0
// Contacts by BR Appendix A: the whole text, in the form of RFC 6532 §3.2 or RFC 3966 §5.1.4.

#include "mpic/model/contact_value.hpp"

#include <gtest/gtest.h>

namespace {

using mpic::canonical_contact;
using mpic::ContactKind;

std::string email(std::string_view text) {
    return canonical_contact(ContactKind::email, text).value_or("-");
}
std::string phone(std::string_view text) {
    return canonical_contact(ContactKind::phone, text).value_or("-");
}

TEST(ContactValue, EmailAddresses) {
    EXPECT_EQ(email("a@example.com"), "a@example.com");
    EXPECT_EQ(email("A.B+c@Example.COM"), "A.B+c@example.com") << "only the domain is folded";
    EXPECT_EQ(email("\"a b\\\"c\"@example.com"), "\"a b\\\"c\"@example.com");
    EXPECT_EQ(email("\"a@b\"@example.com"), "\"a@b\"@example.com");
    EXPECT_EQ(email("пример@пример.испытание"), "пример@пример.испытание");
    EXPECT_EQ(email("!#$%&'*+-/=?^_`{|}~@x"), "!#$%&'*+-/=?^_`{|}~@x");
    EXPECT_EQ(email("a@[192.0.2.1]"), "a@[192.0.2.1]");
    EXPECT_EQ(email(std::string(64, 'a') + "@example.com").size(), 76U);
}

TEST(ContactValue, TextsThatAreNoEmailAddress) {
    for (const std::string& text : {std::string(),
                                    std::string("a"),
                                    std::string("@example.com"),
                                    std::string("a@"),
                                    std::string("a@b@c"),
                                    std::string(" a@example.com"),
                                    std::string("a@example.com "),
                                    std::string("a@example.com\n"),
                                    std::string("mailto:a@exa mple.com"),
                                    std::string("<a@example.com>"),
                                    std::string("A <a@example.com>"),
                                    std::string("a@example.com,b@example.com"),
                                    std::string("a..b@example.com"),
                                    std::string(".a@example.com"),
                                    std::string("a.@example.com"),
                                    std::string("a@.example.com"),
                                    std::string("a@example.com."),
                                    std::string("a@example..com"),
                                    std::string("a(c)@example.com"),
                                    std::string("a@exam(c)ple.com"),
                                    std::string("\"a@example.com"),
                                    std::string("\"a\"b@example.com"),
                                    std::string("\"a\\\"@example.com"),
                                    std::string("a b@example.com"),
                                    std::string("a@[192.0.2.1"),
                                    std::string("a@[]"),
                                    std::string("a\x80@example.com"),
                                    std::string("a@example.com\0x", 15),
                                    std::string(65, 'a') + "@example.com",
                                    "a@" + std::string(253, 'b')})
        EXPECT_EQ(email(text), "-") << text;
}

TEST(ContactValue, PhoneNumbers) {
    EXPECT_EQ(phone("+15550109999"), "+15550109999");
    EXPECT_EQ(phone("+1-555-010-9999"), "+15550109999");
    EXPECT_EQ(phone("+1 (555) 010.9999"), "+15550109999");
    EXPECT_EQ(phone("+(1)5550109999"), "+15550109999");
    EXPECT_EQ(phone("+2901234"), "+2901234");
    EXPECT_EQ(phone("+123456789012345"), "+123456789012345") << "15 digits, E.164";
}

TEST(ContactValue, TextsThatAreNoGlobalNumber) {
    for (const auto* text :
         {"", "+", "15550109999", "0015550109999", "+0155501099", "+1234567890123456", "+123",
          "tel:+15550109999", "+1555010999x", "+15550109999;ext=5", " +15550109999",
          "+15550109999 ", "++15550109999", "+1555+0109999", "+1/555/0109999", "+١٥٥٥٠١٠٩٩٩٩"})
        EXPECT_EQ(phone(text), "-") << text;
}

} // namespace
