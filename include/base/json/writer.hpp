// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSON written as it goes, without a tree in between: one line, members in the order in which they
// are put.

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace base::json {

/// Appends to one string. Who writes sees to it that what is opened is closed, and that an object's
/// values have keys. Octets that are not UTF-8 become U+FFFD, and numbers that are not finite null;
/// never throws for them.
///
///     Writer out(text);
///     out.open_object();
///     out.member("ok", true);
///     out.key("list"); out.open_array(); out.value("one"); out.close_array();
///     out.close_object();              // {"ok":true,"list":["one"]}
class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void open_object() { open('{'); }
    void close_object() { close('}'); }
    void open_array() { open('['); }
    void close_array() { close(']'); }

    /// `name` is one of ours: it needs no escaping.
    void key(std::string_view name) {
        separate();
        out_ += '"';
        out_ += name;
        out_ += "\":";
        first_ = true; // no comma before the value
    }
    /// A key that came from elsewhere.
    void key_text(std::string_view name);

    void value(std::string_view text);
    void value(const char* text) { value(std::string_view(text)); }
    void value(const std::string& text) { value(std::string_view(text)); }
    void value(bool flag);
    void value(double number);
    template <std::integral I>
    void value(I number) {
        if constexpr (std::signed_integral<I>)
            integer(static_cast<std::int64_t>(number));
        else
            natural(static_cast<std::uint64_t>(number));
    }
    void value(const std::vector<std::string>& texts);
    /// JSON text, as it stands.
    void raw(std::string_view json);

    template <class T>
    void member(std::string_view name, const T& what) {
        key(name);
        value(what);
    }

private:
    void separate() {
        if (!first_)
            out_ += ',';
        first_ = false;
    }
    void open(char bracket) {
        separate();
        out_ += bracket;
        first_ = true;
    }
    void close(char bracket) {
        out_ += bracket;
        first_ = false;
    }
    void integer(std::int64_t number);
    void natural(std::uint64_t number);

    std::string& out_;
    bool first_ = true; ///< nothing stands before the next value that a comma would part from it
};

} // namespace base::json
