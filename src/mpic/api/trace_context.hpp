// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mpic::api {

/// The traceparent of a request (W3C Trace Context §3.2) in the form of version 00, or "" for none
/// or one that must be ignored. Of a later version the fields known to version 00 are taken
/// (§3.2.4).
[[nodiscard]] std::string valid_traceparent(std::string_view header);

} // namespace mpic::api
