// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a place in a document is written: "$.a.b[0]". Keys come from outside: one that is long or has
// unusual characters is shown as an escaped, cut excerpt in brackets.

#include <cstddef>
#include <string>
#include <string_view>

namespace base::json {

[[nodiscard]] std::string member_path(std::string_view object, std::string_view key);
[[nodiscard]] std::string element_path(std::string_view array, std::size_t index);

} // namespace base::json
