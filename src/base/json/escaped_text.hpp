// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace base::json {

/// Appends to `out` the text from `at`, behind its opening quote, up to the closing one. Returns
/// where the text's closing quote ends, or null: an escape that is none (RFC 8259 §7), half a
/// surrogate pair, a control, no UTF-8, or no end.
[[nodiscard]] const char* undo_escapes(const char* at, const char* end, std::string& out);

} // namespace base::json
