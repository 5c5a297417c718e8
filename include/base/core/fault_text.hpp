// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>

namespace base {

/// What an exception that escaped says of itself, for the log.
[[nodiscard]] std::string fault_text(const std::exception_ptr& fault);

} // namespace base
