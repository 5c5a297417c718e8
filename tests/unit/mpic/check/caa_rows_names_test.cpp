// SPDX-License-Identifier: Apache-2.0
// Rows about what may be asked for at all (BR 7.1.2.7.12, 4.2.2): a name that is no host name never
// becomes a CaaQuestion. Rows 96 (onion) and 98 (in-addr.arpa) are names like any other to DNS and
// are refused where requests are read: mpic/wire.

#include "caa_rows.hpp"

namespace test {
namespace {

using base::dns::host_from_user;

TEST(CaaNames, rows_88_89_92_94_are_not_names) {
    const std::string labels = std::string(63, 'a') + "." + std::string(63, 'b') + "."
                               + std::string(63, 'c') + "." + std::string(50, 'd') + ".example.com";
    ASSERT_EQ(labels.size(), 254U);
    EXPECT_FALSE(host_from_user(std::string(64, 'a') + ".example.com")) << "row 88";
    EXPECT_FALSE(host_from_user(labels)) << "row 89";
    EXPECT_FALSE(host_from_user("a..example.com")) << "row 92";
    // The row's own example, xn--zzzz-invalid, happens to decode; this one is past Unicode's end.
    EXPECT_FALSE(host_from_user("xn--zzzz-99999999.example.com")) << "row 94";
}

TEST(CaaNames, row_90_caa_would_permit_but_the_name_may_not_be_in_a_certificate) {
    const Row row{
        90, "a_b.example.com", {{"example.com", 0, "issue", "ca.example"}}, "example.com", true};
    expect_determined(row);
    EXPECT_FALSE(host_from_user(row.request));
}

TEST(CaaNames, row_97_an_address_has_no_caa) {
    EXPECT_FALSE(host_from_user("198.100.0.1"));
}

struct Spelling {
    int number;
    std::string as_asked;
    std::string asked_for;
    std::string owner;
};

TEST(CaaNames, rows_91_93_95_are_spellings_of_a_name) {
    const std::vector<Spelling> spellings{
        {91, "www.example.com.", "www.example.com", "example.com"},
        {93, "b\u00fccher.example.com", "xn--bcher-kva.example.com", "xn--bcher-kva.example.com"},
        {95, "WWW.EXAMPLE.COM", "www.example.com", "example.com"},
    };
    for (const Spelling& spelling : spellings) {
        const auto asked_for = host_from_user(spelling.as_asked);
        ASSERT_TRUE(asked_for) << "row " << spelling.number;
        EXPECT_EQ(asked_for->text(), spelling.asked_for);
        expect_determined({spelling.number,
                           asked_for->text(),
                           {{spelling.owner, 0, "issue", "ca.example"}},
                           spelling.owner,
                           true});
    }
}

} // namespace
} // namespace test
