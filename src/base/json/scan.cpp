// SPDX-License-Identifier: Apache-2.0
#include "base/json/scan.hpp"

#include "base/core/encoding.hpp"
#include "base/json/escaped_text.hpp"
#include "base/json/number.hpp"
#include "base/json/plain_octets.hpp"

#include <cstdint>
#include <cstring>

namespace base::json {

using Kind = Node::Kind;

/// Behind the key and its colon, if this is the next one; otherwise null.
[[gnu::always_inline]] inline const char* Scan::behind(std::string_view key) const {
    const char* const at = next();
    const bool is_key = at != nullptr && static_cast<std::size_t>(end_ - at) >= key.size() + 3
                        && *at == '"' && at[key.size() + 1] == '"'
                        && std::memcmp(at + 1, key.data(), key.size()) == 0
                        && at[key.size() + 2] == ':';
    return is_key ? at + key.size() + 3 : nullptr;
}

bool Scan::is_at(std::string_view key) const {
    return behind(key) != nullptr;
}

bool Scan::enter(std::string_view key) {
    const char* const at = behind(key);
    if (at == nullptr)
        return false;
    at_ = at;
    comma_ = false;
    return true;
}

bool Scan::open(char bracket) {
    const char* const at = next();
    if (lost_ || at == nullptr || at == end_ || *at != bracket) {
        lost_ = true;
        return false;
    }
    at_ = at + 1;
    comma_ = false;
    return true;
}

bool Scan::close(char bracket) {
    if (lost_ || at_ == end_ || *at_ != bracket)
        return false;
    ++at_;
    comma_ = true;
    return true;
}

[[gnu::always_inline]] inline void Scan::make_text(std::string_view text) {
    here_.kind = Kind::text;
    here_.text = text.data();
    here_.size = static_cast<std::uint32_t>(text.size());
}

/// Behind the opening quote.
[[gnu::always_inline]] inline bool Scan::read_text() {
    const char* const begin = at_;
    at_ = skip_plain(at_, end_);
    if (at_ == end_ || *at_ != '"')
        return read_escaped(begin);
    make_text({begin, at_});
    ++at_;
    return true;
}

bool Scan::read_escaped(const char* begin) {
    std::string_view text;
    at_ = undo_escapes(begin, end_, undone_, text);
    make_text(text);
    return at_ != nullptr;
}

/// There is something. Texts, which are most, cost no call.
[[gnu::always_inline]] inline bool Scan::read() {
    const char first = *at_;
    if (first != '"')
        return read_odd(first);
    ++at_;
    return read_text();
}

bool Scan::read_odd(char first) {
    if (first == 't' || first == 'f') {
        here_.kind = Kind::boolean;
        here_.boolean = first == 't';
        const std::string_view word = here_.boolean ? "true" : "false";
        if (!std::string_view(at_, end_).starts_with(word))
            return false;
        at_ += word.size();
        return true;
    }
    Number number;
    at_ = read_number(at_, end_, number);
    number.store(here_);
    return at_ != nullptr;
}

[[gnu::always_inline]] inline MaybeNode Scan::found(bool sound) {
    comma_ = true;
    if (sound)
        return Node(&here_, &here_ + 1);
    lost_ = true;
    at_ = end_;
    return {};
}

MaybeNode Scan::scalar() {
    const char* const at = next();
    if (at == nullptr || at == end_)
        return found(false);
    at_ = at;
    return found(read());
}

MaybeNode Scan::scalar_member(std::string_view key) {
    const char* const at = behind(key);
    if (at == nullptr)
        return {};
    at_ = at;
    return found(at_ != end_ && read());
}

std::string_view Scan::retraced(bool (*retrace)(Retrace& in)) {
    const char* const begin = next();
    if (lost_ || begin == nullptr)
        return {};
    Retrace in({begin, end_});
    if (!retrace(in))
        return {};
    at_ = in.at();
    comma_ = true;
    return {begin, at_};
}

} // namespace base::json
