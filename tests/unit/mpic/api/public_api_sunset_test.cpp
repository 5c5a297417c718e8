// SPDX-License-Identifier: Apache-2.0
// Methods that have an end are refused from that day on, by the injected clock (BR 3.2.2.4.13 to
// .17, 3.2.2.5.3).
#include "api_fixture.hpp"

#include "base/core/time_text.hpp"

namespace {

using test::ApiFixture;
using test::json;
using test::Response;
using testing::HasSubstr;

struct Ending {
    const char* body;
    const char* last;  ///< still fine
    const char* first; ///< no longer
    const char* section;
};

const Ending endings[] = {
    {R"({"method":"ip-reverse","ip-address":"192.0.2.7"})", "2027-03-14T23:59:59.9Z",
     "2027-03-15T00:00:00Z", "BR 3.2.2.5.3"},
    {R"({"method":"contact","domain":"a.example","kind":"phone","source":"txt"})",
     "2027-03-14T23:59:59.9Z", "2027-03-15T00:00:00Z", "BR 3.2.2.4.16"},
    {R"({"method":"contact","domain":"a.example","kind":"phone","source":"caa"})",
     "2027-03-14T23:59:59.9Z", "2027-03-15T00:00:00Z", "BR 3.2.2.4.17"},
    {R"({"method":"contact","domain":"a.example","kind":"email","source":"caa"})",
     "2028-03-14T23:59:59.9Z", "2028-03-15T00:00:00Z", "BR 3.2.2.4.13"},
    {R"({"method":"contact","domain":"a.example","kind":"email","source":"txt"})",
     "2028-03-14T23:59:59.9Z", "2028-03-15T00:00:00Z", "BR 3.2.2.4.14"},
};

class PublicApiSunset : public ApiFixture {
protected:
    Response at(const char* when, const char* body) {
        clock.set_wall(base::parse_rfc3339(when).value());
        return answer(post(body));
    }
};

TEST_F(PublicApiSunset, IsTheFirstMomentOfItsDay) {
    for (const Ending& ending : endings) {
        EXPECT_EQ(at(ending.last, ending.body).status, 200U) << ending.body;
        const auto before = asked.size();
        const Response refused = at(ending.first, ending.body);
        expect_error(refused, 400, "method-sunset");
        const std::string error = json::parse(refused.body)["error"];
        EXPECT_THAT(error, HasSubstr(ending.section));
        EXPECT_THAT(error, HasSubstr(std::string(ending.first).substr(0, 10)));
        EXPECT_EQ(asked.size(), before) << "no perspective is asked";
    }
}

TEST_F(PublicApiSunset, OtherMethodsGoOn) {
    EXPECT_EQ(at("2099-01-01T00:00:00Z", test::caa_body).status, 200U);
    EXPECT_EQ(at("2099-01-01T00:00:00Z",
                 R"({"method":"dns-01","domain":"a.example","key-authorization":"t.p"})")
                  .status,
              200U);
}

} // namespace
