// SPDX-License-Identifier: Apache-2.0
#pragma once
// One diagnosis test: a request, a matrix of replies, and which rules fire on it.

#include "mpic/model/codes.hpp"
#include "mpic/model/corroboration.hpp"
#include "support/matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace test {

inline std::vector<mpic::Diagnosis> diagnose(const mpic::CheckRequest& request,
                                             const mpic::Attempt& attempt, const Replies& all) {
    return mpic::diagnose(request, attempt, all, mpic::decide(attempt, all));
}

inline std::vector<mpic::Diagnosis> diagnose(const mpic::CheckRequest& request,
                                             const mpic::Attempt& attempt,
                                             std::initializer_list<mpic::Reply> reports) {
    return diagnose(request, attempt, replies(attempt, reports));
}

/// The codes that fired, each checked to be a known diagnosis with a sentence and a perspective.
inline std::vector<std::string> fired(const std::vector<mpic::Diagnosis>& diagnoses) {
    std::vector<std::string> codes;
    for (const mpic::Diagnosis& diagnosis : diagnoses) {
        const mpic::Code* code = mpic::find_code(diagnosis.code);
        EXPECT_TRUE(code != nullptr && code->group == mpic::CodeGroup::diagnosis) << diagnosis.code;
        EXPECT_FALSE(diagnosis.sentence.empty() || diagnosis.sentence.ends_with('.'));
        EXPECT_EQ(diagnosis.sentence.find("expected-"), std::string::npos) << "a secret";
        EXPECT_FALSE(diagnosis.perspectives.empty());
        codes.push_back(diagnosis.code);
    }
    return codes;
}

using Codes = std::vector<std::string>;
using Ids = std::vector<std::string>;

} // namespace test
