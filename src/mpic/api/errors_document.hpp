// SPDX-License-Identifier: Apache-2.0
#pragma once
// docs/errors.md, built into the program: what GET /errors/CODE serves.

#include <string_view>

namespace mpic::api {

/// The whole document.
[[nodiscard]] std::string_view errors_document();
/// The section of one code, its heading included; empty when there is none.
[[nodiscard]] std::string_view error_section(std::string_view code);

} // namespace mpic::api
