// SPDX-License-Identifier: Apache-2.0
#include "persist_judge.hpp"

#include "mpic/check/caa_evaluate.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace mpic::check {
namespace {

/// A parameter's value: nothing when it is absent. `twice` is set when it is there more than once:
/// which of the values was meant cannot be known.
std::optional<std::string> parameter(const IssueValue& value, std::string_view tag, bool& twice) {
    std::optional<std::string> out;
    for (const auto& [name, text] : value.parameters) {
        if (name != tag)
            continue;
        twice = twice || out.has_value();
        out = text;
    }
    return out;
}

/// A base-10 Unix time; nothing for anything but digits. What lies beyond WallTime is its end.
std::optional<base::WallTime> read_unix_time(std::string_view text) {
    const bool digits =
        !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits)
        return std::nullopt;
    constexpr std::int64_t last = 9'000'000'000'000; // seconds: WallTime counts microseconds
    std::int64_t seconds = 0;
    for (const char c : text)
        seconds = std::min(seconds * 10 + (c - '0'), last);
    return base::WallTime(std::chrono::seconds(seconds));
}

bool names_issuer(const PersistQuestion& question, const IssueValue& value) {
    return !value.issuer.empty()
           && std::ranges::find(question.issuer_domains, value.issuer)
                  != question.issuer_domains.end();
}

} // namespace

PersistMatch judge_persistent(const PersistQuestion& question, std::string_view text,
                              base::WallTime now) {
    const auto value = parse_issue_value(text);
    if (!value)
        return PersistMatch::unusable;
    if (!names_issuer(question, *value))
        return PersistMatch::other_issuer;
    bool twice = false;
    const auto account = parameter(*value, "accounturi", twice);
    const auto policy = parameter(*value, "policy", twice);
    const auto until_text = parameter(*value, "persistuntil", twice); // tags are folded
    const auto until = until_text ? read_unix_time(*until_text) : std::nullopt;
    if (twice || (until_text && !until))
        return PersistMatch::unusable;
    if (account != question.account_uri)
        return PersistMatch::other_account;
    if (!question.policy.empty() && policy != question.policy)
        return PersistMatch::other_policy;
    return until && now > *until ? PersistMatch::expired : PersistMatch::matches;
}

} // namespace mpic::check
