// SPDX-License-Identifier: Apache-2.0
#include "base/core/result.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace {

using base::Failure;
using base::FailureKind;

constexpr auto last_kind = static_cast<int>(FailureKind::invalid);

TEST(FailureKindName, IsUniqueKebabCaseAndReadsBack) {
    std::set<std::string_view> seen;
    for (int i = 0; i <= last_kind; ++i) {
        const auto kind = static_cast<FailureKind>(i);
        const std::string_view name = base::to_string(kind);
        EXPECT_TRUE(seen.insert(name).second) << name;
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos)
            << name;
        EXPECT_EQ(base::failure_kind_from(name), kind) << name;
    }
}

TEST(FailureKindName, IsStableBecauseUsersSeeItAsCode) {
    EXPECT_EQ(base::to_string(FailureKind::timeout), "timeout");
    EXPECT_EQ(base::to_string(FailureKind::connection_refused), "connection-refused");
    EXPECT_EQ(base::to_string(FailureKind::dns_error_rcode), "dns-error-rcode");
    EXPECT_EQ(base::to_string(FailureKind::too_many_redirects), "too-many-redirects");
    EXPECT_EQ(base::to_string(FailureKind::io), "io");
}

TEST(FailureKindName, UnknownNamesAreInvalid) {
    EXPECT_EQ(base::failure_kind_from(""), FailureKind::invalid);
    EXPECT_EQ(base::failure_kind_from("Timeout"), FailureKind::invalid);
    EXPECT_EQ(base::failure_kind_from("dns_bogus"), FailureKind::invalid);
}

TEST(Fail, CarriesKindAndDetailIntoAnyResult) {
    const base::Result<int> number = base::fail(FailureKind::io, "cannot open x");
    const base::Result<void> nothing = base::fail(FailureKind::io, "cannot open x");
    ASSERT_FALSE(number.has_value());
    EXPECT_EQ(number.error(), (Failure{FailureKind::io, "cannot open x"}));
    ASSERT_FALSE(nothing.has_value());
    EXPECT_EQ(nothing.error(), number.error());
}

} // namespace
