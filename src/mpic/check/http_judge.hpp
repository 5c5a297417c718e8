// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a response means for an http check: go on elsewhere, or a finding. Pure.

#include "base/http/client.hpp"
#include "base/http/url.hpp"
#include "mpic/check/vantage.hpp"
#include "mpic/model/check_request.hpp"
#include "mpic/model/report.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mpic::check {

/// Equal octet by octet once trailing white space (space, HT, LF, VT, FF, CR) is dropped from both
/// (RFC 8555 §8.3). Nothing matches an expectation that is white space alone.
[[nodiscard]] bool body_matches(std::string_view body, std::string_view expected);

/// What was seen of the body, with the expected value blotted out where it stands in it.
[[nodiscard]] std::string body_excerpt(std::string_view body, std::string_view expected);

/// Judges the answer to the last URL of `visited`, all in the order of the hops. Redirects are 301,
/// 302, 307 and 308 with one Location, to http or https, port 80 or 443 (BR 3.2.2.4.18, .19); a
/// name in it must be a host name, and the URL must not have the expected value in it. A redirect
/// that may not be followed is a rejection: redirect-refused, redirect-loop, too-many-redirects.
[[nodiscard]] std::variant<Finding, base::http::Url>
judge_answer(const HttpQuestion& question, const CheckSettings& settings,
             const std::vector<base::http::Url>& visited, const base::http::Exchange& exchange);

} // namespace mpic::check
