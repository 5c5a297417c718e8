// SPDX-License-Identifier: Apache-2.0
#include "base/http/message.hpp"

#include "base/core/encoding.hpp"

#include <array>
#include <utility>

namespace base::http {

namespace {

constexpr std::size_t usual_lines = 4; // of an answer

bool same(std::string_view one, std::string_view other) {
    return one.size() == other.size() && ascii_iequals(one, other);
}

} // namespace

Headers::Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
    for (const auto& [name, value] : fields) {
        add(name, value);
    }
}

void Headers::add(std::string_view name, std::string_view value) {
    const Sizes sizes{.name = static_cast<std::uint32_t>(name.size()),
                      .value = static_cast<std::uint32_t>(value.size())};
    std::array<char, sizeof(Sizes)> octets{};
    std::memcpy(octets.data(), &sizes, sizeof(sizes));
    text_.append(octets.data(), octets.size()).append(name).append(value);
    ++lines_;
}

void Headers::set(std::string_view name, std::string_view value) {
    if (count(name) == 0) {
        add(name, value);
        return;
    }
    Headers changed;
    bool placed = false;
    for (const auto& [key, old] : fields()) {
        if (!same(key, name)) {
            changed.add(key, old);
        } else if (!std::exchange(placed, true)) {
            changed.add(key, value);
        }
    }
    *this = std::move(changed);
}

std::string_view Headers::get(std::string_view name) const {
    for (const auto& [key, value] : fields()) {
        if (same(key, name)) {
            return value;
        }
    }
    return {};
}

std::size_t Headers::count(std::string_view name) const {
    std::size_t found = 0;
    for (const auto& [key, value] : fields()) {
        found += same(key, name) ? 1 : 0;
    }
    return found;
}

Response json_response(unsigned status, std::string body) {
    Response response{.status = status, .body = std::move(body)};
    response.headers.reserve(usual_lines);
    response.headers.add("Content-Type", "application/json");
    return response;
}

} // namespace base::http
