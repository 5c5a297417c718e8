// SPDX-License-Identifier: Apache-2.0
#include "mpic/api/errors_document.hpp"

#include <algorithm>
#include <string>

namespace mpic::api {

std::string_view error_section(std::string_view code) {
    const std::string_view document = errors_document();
    const std::string heading = "\n## " + std::string(code) + "\n";
    const std::size_t found = document.find(heading);
    if (code.empty() || code.find('\n') != std::string_view::npos
        || found == std::string_view::npos)
        return {};
    const std::string_view section = document.substr(found + 1);
    // Up to the next heading of a code or of a group of codes.
    const std::size_t end = std::min(section.find("\n## "), section.find("\n# "));
    return section.substr(0, end == std::string_view::npos ? section.size() : end + 1);
}

} // namespace mpic::api
