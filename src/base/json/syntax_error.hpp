// SPDX-License-Identifier: Apache-2.0
#pragma once
// Says in words for a person where and why a text is not JSON.

#include <cstddef>
#include <string>
#include <string_view>

namespace base::json {

/// "line 3, column 5", both from 1; columns count characters, not octets.
[[nodiscard]] std::string place(std::string_view text, std::size_t offset);

/// What nlohmann's parser reports when it stops.
struct ParserStop {
    std::size_t
        octets_read; ///< includes the octet that was wrong, and one more at the end of the text
    std::string_view token; ///< the last string or number, as it stands in the text
    std::string_view
        what; ///< "[json.exception.parse_error.101] parse error at line 1, column 2: …"
    bool number_too_large;
    bool in_array;
};

/// "line 1, column 2: expected a key in double quotes, found 'x'"
[[nodiscard]] std::string explain(std::string_view text, const ParserStop& stop);

} // namespace base::json
