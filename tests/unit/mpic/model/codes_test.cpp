// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/codes.hpp"

#include "base/core/result.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

using mpic::CodeGroup;

TEST(Codes, AreUniqueKebabCaseWithASentence) {
    std::set<std::string_view> seen;
    for (const mpic::Code& code : mpic::all_codes()) {
        EXPECT_TRUE(seen.insert(code.name).second) << code.name;
        EXPECT_EQ(code.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"),
                  std::string_view::npos);
        EXPECT_TRUE(code.meaning.ends_with('.')) << code.name;
        EXPECT_EQ(mpic::find_code(code.name), &code);
    }
}

TEST(Codes, HoldEveryFailureKind) {
    for (int i = 0; i <= static_cast<int>(base::FailureKind::invalid); ++i) {
        const auto name = base::to_string(static_cast<base::FailureKind>(i));
        const mpic::Code* code = mpic::find_code(name);
        ASSERT_NE(code, nullptr) << name;
        EXPECT_EQ(code->group, CodeGroup::failure) << name;
    }
}

TEST(Codes, HoldNoFailureThatIsNotAKind) {
    for (const mpic::Code& code : mpic::all_codes()) {
        if (code.group == CodeGroup::failure) {
            EXPECT_EQ(base::to_string(base::failure_kind_from(code.name)), code.name);
        }
    }
}

TEST(Codes, UnknownNamesAreNothing) {
    EXPECT_EQ(mpic::find_code("no-such-code"), nullptr);
    EXPECT_EQ(mpic::find_code(""), nullptr);
}

} // namespace
