// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace base {

/// SHA-256 (FIPS 180-4): 32 raw octets.
[[nodiscard]] std::string sha256(std::string_view bytes);

/// Equal without telling by the time taken where the first difference is.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b);

} // namespace base
