// SPDX-License-Identifier: Apache-2.0
#pragma once
// One event as one line, without its newline. Pure.

#include "base/core/clock.hpp"
#include "base/log/logger.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace base::log {

/// The inside of a JSON string (RFC 8259 §7): control characters, C1 and DEL included, are escaped,
/// what is not UTF-8 becomes U+FFFD. No terminal and no line-based reader can be fooled by it.
[[nodiscard]] std::string json_escaped(std::string_view text);

/// 2026-11-22T13:55:23.041Z info  event-name key=value key="quoted value"
[[nodiscard]] std::string text_line(WallTime at, Level level, std::string_view event,
                                    std::initializer_list<Field> fields);

/// {"time":"2026-11-22T13:55:23.041Z","level":"info","event":"event-name","key":"value"}
[[nodiscard]] std::string json_line(WallTime at, Level level, std::string_view event,
                                    std::initializer_list<Field> fields);

} // namespace base::log
