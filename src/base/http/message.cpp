// SPDX-License-Identifier: Apache-2.0
#include "base/http/message.hpp"

#include "base/core/encoding.hpp"

#include <algorithm>

namespace base::http {

void Headers::set(std::string name, std::string value) {
    const auto same = [&name](const auto& field) { return ascii_iequals(field.first, name); };
    const auto first = std::find_if(fields_.begin(), fields_.end(), same);
    if (first == fields_.end()) {
        add(std::move(name), std::move(value));
        return;
    }
    first->second = std::move(value);
    fields_.erase(std::remove_if(first + 1, fields_.end(), same), fields_.end());
}

std::string_view Headers::get(std::string_view name) const {
    for (const auto& [key, value] : fields_) {
        if (ascii_iequals(key, name)) {
            return value;
        }
    }
    return {};
}

std::size_t Headers::count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::count_if(fields_.begin(), fields_.end(),
                      [name](const auto& field) { return ascii_iequals(field.first, name); }));
}

Response json_response(unsigned status, std::string body) {
    Response response{.status = status, .body = std::move(body)};
    response.headers.add("Content-Type", "application/json");
    return response;
}

} // namespace base::http
