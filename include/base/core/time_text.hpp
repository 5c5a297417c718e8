// SPDX-License-Identifier: Apache-2.0
#pragma once
// RFC 3339 in UTC, the only way this program writes instants.

#include "base/core/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace base {

/// "2026-11-22T13:55:23.041000Z"
[[nodiscard]] std::string rfc3339(WallTime at);
/// Appends "2026-11-22T13:55:23.041Z".
void append_rfc3339_ms(std::string& out, WallTime at);
/// "2026-11-22"
[[nodiscard]] std::string iso_date(WallTime at);
/// Reads "2026-12-15" or "2026-12-15T00:00:00Z" with an optional fraction.
[[nodiscard]] std::optional<WallTime> parse_rfc3339(std::string_view text);

} // namespace base
