// SPDX-License-Identifier: Apache-2.0
#pragma once
// HTTP messages as values (RFC 9110), whatever version carries them. Beast and nghttp2 stay inside
// the module.

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base::http {

/// Field lines in order, names as received; lookup ignores case.
class Headers {
public:
    Headers() = default;
    Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

    void add(std::string name, std::string value) {
        fields_.emplace_back(std::move(name), std::move(value));
    }
    /// Room for so many lines.
    void reserve(std::size_t lines) { fields_.reserve(lines); }
    /// Replaces every line of that name.
    void set(std::string name, std::string value);
    /// The first line's value, or "".
    [[nodiscard]] std::string_view get(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const {
        return fields_;
    }
    bool operator==(const Headers&) const = default;

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
    std::string method = "GET"; ///< upper case
    std::string target = "/";   ///< origin form, query included
    Headers headers;
    std::string body;

    [[nodiscard]] std::string_view path() const {
        return std::string_view(target).substr(0, target.find('?'));
    }
    bool operator==(const Request&) const = default;
};

struct Response {
    unsigned status = 200;
    std::string reason; ///< HTTP/1.1: as received; the standard phrase is sent when empty
    Headers headers;
    std::string body;

    bool operator==(const Response&) const = default;
};

[[nodiscard]] Response json_response(unsigned status, std::string body);

} // namespace base::http
