// SPDX-License-Identifier: Apache-2.0
#include "base/json/retrace.hpp"

namespace base::json {
namespace {

/// \u00XX, for other controls, is not gone over.
bool is_short_escape(char c) {
    return c == '"' || c == '\\' || c == 'n' || c == 't' || c == 'r' || c == 'b' || c == 'f';
}

} // namespace

const char* Retrace::skip_escaped(const char* at) const {
    while (end_ - at >= 2 && *at == '\\' && is_short_escape(at[1]))
        at = skip_plain(at + 2, end_);
    return at;
}

bool Retrace::some_texts(std::size_t max_items, std::size_t max_octets) {
    if (!literal("["))
        return false;
    std::size_t items = 0;
    do {
        if (++items > max_items || !text(max_octets))
            return false;
    } while (literal(","));
    return literal("]");
}

} // namespace base::json
