// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSON written as it goes, without a tree in between: one line, members in the order in which they
// are put.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace base::json {

/// Owns the text until it is taken. Who writes sees to it that what is opened is closed, and that
/// an object's values have keys. Octets that are not UTF-8 become U+FFFD, and numbers that are not
/// finite null; never throws for them.
///
///     Writer out;
///     out.open_object();
///     out.member("ok", true);
///     out.key("list"); out.open_array(); out.value("one"); out.close_array();
///     out.close_object();
///     out.take();                      // {"ok":true,"list":["one"]}
class Writer {
public:
    /// For a text that is `usual_size` octets long, there is room from the start.
    explicit Writer(std::size_t usual_size = 256);
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// What is written so far. The writer is empty then.
    [[nodiscard]] std::string take();

    void open_object() { open('{'); }
    void close_object() { close('}'); }
    void open_array() { open('['); }
    void close_array() { close(']'); }

    /// `name` is one of ours: it needs no escaping. Inline, so that a constant costs a few stores.
    void key(std::string_view name) {
        char* at = next(name.size() + 3);
        *at++ = '"';
        name.copy(at, name.size());
        at += name.size();
        *at++ = '"';
        *at++ = ':';
        end_at(at, 0); // no comma before the value
    }
    /// A key that came from elsewhere.
    void key_text(std::string_view name);

    void value(std::string_view text);
    void value(const char* text) { value(std::string_view(text)); }
    void value(const std::string& text) { value(std::string_view(text)); }
    void value(bool flag) { raw(flag ? std::string_view("true") : std::string_view("false")); }
    void value(double number);
    template <std::integral I>
    void value(I number) {
        if constexpr (std::signed_integral<I>)
            integer(static_cast<std::int64_t>(number));
        else
            natural(static_cast<std::uint64_t>(number));
    }
    void value(const std::vector<std::string>& texts);
    /// `number` / 1000, written as value() writes that double: 1500 is 1.5, and 2000 is 2.0.
    void thousandths(std::uint32_t number);
    /// JSON text, as it stands.
    void raw(std::string_view json) {
        char* at = next(json.size());
        json.copy(at, json.size());
        end_at(at + json.size(), 1);
    }

    /// Octets written so far.
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(at_ - text_.data()); }
    /// Once more what was written between two such places, of which neither is within a value.
    void repeat(std::size_t from, std::size_t to);

    template <class T>
    void member(std::string_view name, const T& what) {
        key(name);
        value(what);
    }

private:
    /// Behind the comma, if one is due: at least `size` octets of room.
    [[gnu::always_inline]] char* next(std::size_t size) {
        if (static_cast<std::size_t>(end_ - at_) <= size) [[unlikely]]
            grow(size + 1);
        *at_ = ',';
        return at_ + comma_;
    }
    void end_at(char* at, std::size_t comma) {
        at_ = at;
        comma_ = comma;
    }
    void open(char bracket) {
        char* at = next(1);
        *at = bracket;
        end_at(at + 1, 0);
    }
    void close(char bracket) {
        comma_ = 0;
        char* at = next(1);
        *at = bracket;
        end_at(at + 1, 1);
    }
    void grow(std::size_t size);
    void escaped(std::string_view text);
    void integer(std::int64_t number);
    void natural(std::uint64_t number);

    std::size_t step_; ///< what grow() makes room for, or more
    std::string text_; ///< up to at_ written, the rest of it room
    char* at_;
    char* end_;
    std::size_t comma_ = 0; ///< 1: a comma parts the next value from what stands before it
};

} // namespace base::json
