// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/check_request.hpp"

namespace mpic {

std::string Target::text() const {
    const std::string text = name() != nullptr ? name()->text() : address()->to_string();
    return wildcard ? "*." + text : text;
}

} // namespace mpic
