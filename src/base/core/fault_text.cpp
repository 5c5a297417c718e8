// SPDX-License-Identifier: Apache-2.0
#include "base/core/fault_text.hpp"

namespace base {

std::string fault_text(const std::exception_ptr& fault) {
    try {
        std::rethrow_exception(fault);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

} // namespace base
