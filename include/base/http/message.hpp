// SPDX-License-Identifier: Apache-2.0
#pragma once
// HTTP messages as values (RFC 9110), whatever version carries them. Beast and nghttp2 stay inside
// the module.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace base::http {

/// Field lines in order, names as received; lookup ignores case. All of it is one text: a message
/// between programs has few short lines, which cost an allocation together. Views into it hold
/// until it changes, or moves.
class Headers {
    /// Before each line's octets.
    struct Sizes {
        std::uint32_t name = 0;
        std::uint32_t value = 0;
    };

public:
    struct Line {
        std::string_view name;
        std::string_view value;
    };
    class Iterator {
    public:
        using value_type = Line;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        explicit Iterator(const char* at) : at_(at) {}
        Line operator*() const {
            const Sizes sizes = here();
            const char* name = at_ + sizeof(Sizes);
            return {{name, sizes.name}, {name + sizes.name, sizes.value}};
        }
        Iterator& operator++() {
            const Sizes sizes = here();
            at_ += sizeof(Sizes) + sizes.name + sizes.value;
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator&) const = default;

    private:
        [[nodiscard]] Sizes here() const {
            Sizes sizes;
            std::memcpy(&sizes, at_, sizeof(sizes));
            return sizes;
        }

        const char* at_ = nullptr;
    };
    /// All lines, for a range-based for.
    struct Fields {
        const Headers& of;
        [[nodiscard]] Iterator begin() const { return Iterator(of.text_.data()); }
        [[nodiscard]] Iterator end() const { return Iterator(of.text_.data() + of.text_.size()); }
    };

    Headers() = default;
    Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

    void add(std::string_view name, std::string_view value);
    /// Room for so many lines of a usual length.
    void reserve(std::size_t lines) { text_.reserve(lines * usual_line); }
    /// Replaces every line of that name, in the place of the first.
    void set(std::string_view name, std::string_view value);
    /// The first line's value, or "".
    [[nodiscard]] std::string_view get(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;
    /// How many lines there are.
    [[nodiscard]] std::size_t size() const { return lines_; }
    [[nodiscard]] Fields fields() const { return {*this}; }
    bool operator==(const Headers&) const = default;

private:
    static constexpr std::size_t usual_line = 40;

    std::string text_;
    std::size_t lines_ = 0;
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
