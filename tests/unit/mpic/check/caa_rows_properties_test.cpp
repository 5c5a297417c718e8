// SPDX-License-Identifier: Apache-2.0
// RFC 8659 §§4.1-4.3, RFC 9495: issue and issuewild, the critical flag, tags, several properties.

#include "caa_rows.hpp"

namespace test {
namespace {

constexpr auto www = "www.example.com";
constexpr auto apex = "example.com";
constexpr auto fresh = "new.example.com";

const std::vector<Property> row_17_set{{apex, 0, "issue", "ca.example"},
                                       {apex, 0, "issuewild", "other.test"}};
const std::vector<Property> row_22_set{{apex, 0, "issuewild", "ca.example"},
                                       {apex, 0, "issue", ";"}};

const std::vector<Row> rows{
    {16, "*.example.com", {{apex, 0, "issue", "ca.example"}}, apex, true},
    {17, "*.example.com", row_17_set, apex, false},
    {18, www, row_17_set, apex, true},
    {19,
     "*.example.com",
     {{apex, 0, "issue", "other.test"}, {apex, 0, "issuewild", "ca.example"}},
     apex,
     true},
    {20,
     "*.example.com",
     {{apex, 0, "issue", "ca.example"}, {apex, 0, "issuewild", ";"}},
     apex,
     false},
    {21, www, {{apex, 0, "issuewild", ";"}}, apex, true},
    {22, "*.sub.example.com", row_22_set, apex, true},
    {23, "sub.example.com", row_22_set, apex, false},
    {24,
     "*.example.com",
     {{"*.example.com", 0, "issue", "ca.example"}, {apex, 0, "issue", "other.test"}},
     apex,
     false},
    {25,
     fresh,
     {{fresh, 0, "issue", "ca.example"}, {fresh, 128, "tbs", "x"}},
     fresh,
     false,
     "caa-critical-unknown"},
    {26, fresh, {{fresh, 0, "issue", "ca.example"}, {fresh, 0, "tbs", "x"}}, fresh, true},
    {27, fresh, {{fresh, 0, "tbs", "x"}, {apex, 0, "issue", "other.test"}}, fresh, true},
    {28, fresh, {{fresh, 1, "tbs", "x"}, {fresh, 0, "issue", "ca.example"}}, fresh, true},
    {29, www, {{www, 0, "issue", "ca.example"}, {apex, 128, "tbs", "x"}}, www, true},
    {30, www, {{www, 128, "issue", "ca.example"}}, www, true},
    // contactemail and issuemail are known tags here, so that their critical flag says nothing.
    {31, www, {{www, 128, "contactemail", "a@b.test"}, {www, 0, "issue", "ca.example"}}, www, true},
    {32, www, {{www, 128, "issuemail", ";"}}, www, true},
    {52, www, {{www, 0, "issue", "other.test"}, {www, 0, "issue", "ca.example"}}, www, true},
    {53, www, {{www, 0, "issue", "other.test"}, {www, 0, "issue", ";"}}, www, false},
    {54,
     www,
     {{www, 0, "iodef", "mailto:s@example.com"}, {apex, 0, "issue", "other.test"}},
     www,
     true},
};

class CaaProperties : public testing::TestWithParam<Row> {};

TEST_P(CaaProperties, are_processed) {
    expect_determined(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Rfc8659Section4, CaaProperties, testing::ValuesIn(rows), row_name);

TEST(CaaProperties, row_54_the_iodef_set_hides_its_parent) {
    World world;
    set_up(world, rows.back());
    EXPECT_EQ(world.caa(question_of(rows.back())).deciding_record, "");
}

} // namespace
} // namespace test
