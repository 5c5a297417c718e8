// SPDX-License-Identifier: Apache-2.0
// docs/errors.md and the table of codes say the same.
#include "mpic/api/errors_document.hpp"

#include "base/core/result.hpp"
#include "mpic/model/codes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace {

using mpic::api::error_section;
using mpic::api::errors_document;
using testing::HasSubstr;

std::set<std::string> headings() {
    std::set<std::string> out;
    std::istringstream lines{std::string(errors_document())};
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("## "))
            EXPECT_TRUE(out.insert(line.substr(3)).second) << "twice: " << line;
    return out;
}

TEST(ErrorsDocument, HasASectionForEveryCodeAndNoOther) {
    std::set<std::string> codes;
    for (const mpic::Code& code : mpic::all_codes())
        codes.emplace(code.name);
    EXPECT_EQ(headings(), codes);
}

TEST(ErrorsDocument, SaysTheMeaningTheCauseAndTheRemedy) {
    for (const mpic::Code& code : mpic::all_codes()) {
        const std::string_view section = error_section(code.name);
        EXPECT_TRUE(section.starts_with("## " + std::string(code.name) + "\n\n"
                                        + std::string(code.meaning) + "\n"))
            << section;
        EXPECT_THAT(section, HasSubstr("\n**Cause.** "));
        EXPECT_THAT(section, HasSubstr("\n**Remedy.** "));
        EXPECT_EQ(section.find("\n# "), std::string_view::npos) << section;
        EXPECT_EQ(section.find("\n## "), std::string_view::npos) << section;
    }
}

TEST(ErrorsDocument, EveryFailureIsACode) {
    for (int kind = 0; kind <= static_cast<int>(base::FailureKind::invalid); ++kind) {
        const auto name = base::to_string(static_cast<base::FailureKind>(kind));
        EXPECT_NE(mpic::find_code(name), nullptr) << name;
        EXPECT_FALSE(error_section(name).empty()) << name;
    }
}

TEST(ErrorsDocument, IsTheFileInTheTree) {
    std::ifstream file("docs/errors.md");
    ASSERT_TRUE(file) << "run from the top of the tree";
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_EQ(errors_document(), text.str());
}

TEST(ErrorsDocument, NoSectionForWhatIsNoCode) {
    for (const char* no : {"", "nonsense", "o", "ok\n", "Findings"})
        EXPECT_EQ(error_section(no), "") << no;
}

} // namespace
