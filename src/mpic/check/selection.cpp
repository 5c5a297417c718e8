// SPDX-License-Identifier: Apache-2.0
#include "selection.hpp"

#include "base/core/encoding.hpp"
#include "findings.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <utility>

namespace mpic::check {
namespace {

constexpr std::size_t values_shown = 3;

std::string shown(const std::vector<std::string>& values) {
    std::vector<std::string> words;
    for (const std::string& value : values | std::views::take(values_shown))
        words.push_back(base::excerpt(value));
    if (values.size() > values_shown)
        words.push_back(fmt::format("{} more", values.size() - values_shown));
    return base::join_and(words);
}

} // namespace

void select(DcvReport& report, std::vector<std::string> found,
            const std::optional<std::string>& expected, const std::string& what) {
    std::ranges::sort(found);
    const auto repeated = std::ranges::unique(found);
    found.erase(repeated.begin(), repeated.end());
    if (!expected) {
        if (found.size() > max_selected) {
            report.finding = undetermined(
                {base::FailureKind::dns_truncated,
                 fmt::format("{} gives {} values, more than the {} that can be compared", what,
                             found.size(), max_selected)});
            return;
        }
        report.finding = passed(fmt::format("{} gives {}", what, shown(found)));
        report.selected = std::move(found);
        return;
    }
    if (!std::ranges::binary_search(found, *expected)) {
        report.finding =
            rejected(code::record_mismatch, fmt::format("{} gives {} and not {}", what,
                                                        shown(found), base::excerpt(*expected)));
        return;
    }
    report.finding = passed(fmt::format("{} gives {}", what, base::excerpt(*expected)));
    report.selected = {*expected};
}

} // namespace mpic::check
