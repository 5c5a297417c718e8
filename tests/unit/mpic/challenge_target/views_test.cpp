// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/views.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace {

using base::dns::Name;
using base::dns::Rcode;
using base::dns::RecordType;
using mpic::challenge_target::Behaviour;
using mpic::challenge_target::HttpAnswer;
using mpic::challenge_target::Seen;
using mpic::challenge_target::Views;

Name name(std::string_view text) {
    return Name::parse(text).value();
}

const Name www = name("www.mpic.test");
const std::vector<std::string> all;
constexpr RecordType txt = RecordType::txt;

TEST(Views, AValueForOnePerspectiveHidesTheOneForAll) {
    Views views({});
    ASSERT_TRUE(views.set(all, www, txt, {"real"}));
    ASSERT_TRUE(views.set({"iad", "nrt"}, www, txt, {"attacker"}));
    EXPECT_EQ(views.see("iad", www, txt).records->front(), "attacker");
    EXPECT_EQ(views.see("nrt", www, txt).records->front(), "attacker");
    EXPECT_EQ(views.see("fra", www, txt).records->front(), "real");
    EXPECT_EQ(views.see("", www, txt).records->front(), "real");
    // … and by type only.
    ASSERT_TRUE(views.set(all, www, RecordType::caa, {"caa"}));
    EXPECT_EQ(views.see("iad", www, RecordType::caa).records->front(), "caa");
}

TEST(Views, NoValuesHideTheValuesForAll) {
    Views views({});
    ASSERT_TRUE(views.set(all, www, txt, {"real"}));
    ASSERT_TRUE(views.set({"iad"}, www, txt, {}));
    ASSERT_NE(views.see("iad", www, txt).records, nullptr);
    EXPECT_TRUE(views.see("iad", www, txt).records->empty());
    EXPECT_FALSE(views.exists("iad", www));
    EXPECT_TRUE(views.exists("fra", www));
}

TEST(Views, AnRcodeHidesRecordsOfItsLayerAndBelow) {
    Views views({});
    ASSERT_TRUE(views.set(all, www, txt, {"real"}));
    ASSERT_TRUE(views.set(all, www, Behaviour{.rcode = Rcode::servfail}));
    EXPECT_EQ(views.see("fra", www, txt).hidden_by->rcode, Rcode::servfail);
    ASSERT_TRUE(views.set({"iad"}, www, txt, {"attacker"}));
    EXPECT_EQ(views.see("iad", www, txt).hidden_by, nullptr);
    EXPECT_EQ(views.see("iad", www, txt).records->front(), "attacker");
    EXPECT_EQ(views.see("iad", www, RecordType::a).hidden_by->rcode, Rcode::servfail);
    ASSERT_TRUE(views.set(all, www, Behaviour{}));
    EXPECT_EQ(views.see("fra", www, txt).records->front(), "real");
}

TEST(Views, APerspectivesOwnBehaviourReplacesTheOneForAll) {
    Views views({});
    ASSERT_TRUE(views.set(all, www, txt, {"real"}));
    ASSERT_TRUE(views.set(all, www, Behaviour{.drop = true}));
    ASSERT_TRUE(views.set({"iad"}, www, Behaviour{.delay = base::Milliseconds(30)}));
    EXPECT_TRUE(views.see("fra", www, txt).hidden_by->drop);
    const Seen seen = views.see("iad", www, txt);
    EXPECT_EQ(seen.hidden_by, nullptr);
    EXPECT_EQ(seen.delay, base::Milliseconds(30));
    EXPECT_EQ(seen.records->front(), "real");
}

TEST(Views, ACnameHidesOtherTypesOfItsLayer_Rfc1034_3_6_2) {
    Views views({});
    ASSERT_TRUE(views.set(all, www, txt, {"real"}));
    ASSERT_TRUE(views.set(all, www, RecordType::cname, {"target"}));
    EXPECT_EQ(views.see("fra", www, txt).alias->front(), "target");
    EXPECT_EQ(views.see("fra", www, RecordType::cname).records->front(), "target");
    ASSERT_TRUE(views.set({"iad"}, www, txt, {"attacker"}));
    EXPECT_EQ(views.see("iad", www, txt).records->front(), "attacker");
    ASSERT_TRUE(views.set({"nrt"}, www, RecordType::cname, {}));
    EXPECT_EQ(views.see("nrt", www, txt).records->front(), "real");
}

TEST(Views, ANameExistsWhenSomethingBelowDoes_Rfc8020) {
    Views views({});
    ASSERT_TRUE(views.set(all, name("a.b.mpic.test"), txt, {"x"}));
    EXPECT_TRUE(views.exists("", name("b.mpic.test")));
    EXPECT_FALSE(views.exists("", name("c.mpic.test")));
    EXPECT_FALSE(views.exists("", name("x.a.b.mpic.test")));
}

TEST(Views, ResetGoesBackToTheStart) {
    Views views({{{www, txt}, {"start"}}});
    ASSERT_TRUE(views.set(all, www, txt, {"changed"}));
    ASSERT_TRUE(views.set({"iad"}, www, Behaviour{.drop = true}));
    ASSERT_TRUE(views.answer(all, {"www.mpic.test", "/x"}, HttpAnswer{}));
    views.reset();
    EXPECT_EQ(views.see("iad", www, txt).records->front(), "start");
    EXPECT_EQ(views.answer_at("iad", {"www.mpic.test", "/x"}), nullptr);
}

TEST(Views, HttpAnswersAreHiddenLikeRecords) {
    Views views({});
    ASSERT_TRUE(views.answer(all, {"h", "/x"}, HttpAnswer{.response = {.body = "real"}}));
    ASSERT_TRUE(views.answer({"iad"}, {"h", "/x"}, HttpAnswer{.response = {.body = "attacker"}}));
    EXPECT_EQ(views.answer_at("iad", {"h", "/x"})->response.body, "attacker");
    EXPECT_EQ(views.answer_at("fra", {"h", "/x"})->response.body, "real");
    EXPECT_EQ(views.answer_at("fra", {"h", "/y"}), nullptr);
    EXPECT_EQ(views.answer_at("fra", {"g", "/x"}), nullptr);
}

TEST(Views, RefusesMoreThanItsLimit) {
    Views views({});
    for (std::size_t i = 0; i < Views::max_entries; ++i)
        ASSERT_TRUE(views.set(all, name(fmt::format("n{}.mpic.test", i)), txt, {"x"}));
    EXPECT_FALSE(views.set(all, www, txt, {"x"}));
    EXPECT_FALSE(views.set(all, www, Behaviour{.drop = true}));
    EXPECT_FALSE(views.answer(all, {"h", "/"}, HttpAnswer{}));
    views.reset();
    EXPECT_TRUE(views.set(all, www, txt, {"x"}));
}

} // namespace
