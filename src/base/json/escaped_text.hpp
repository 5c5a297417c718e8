// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace base::json {

/// Appends to `undone` the text from `at`, behind its opening quote, up to the closing one; `text`
/// is what was appended. `undone` holds such texts of one message, which ends at `end`, and nothing
/// else: those before stay in place. Returns where the text's closing quote ends, or null: an
/// escape that is none (RFC 8259 §7), half a surrogate pair, a control, no UTF-8, or no end.
[[nodiscard]] const char* undo_escapes(const char* at, const char* end, std::string& undone,
                                       std::string_view& text);

} // namespace base::json
