// SPDX-License-Identifier: Apache-2.0
#pragma once
// Goes over JSON text that somebody's Writer may have written, and makes nothing of it: to keep the
// text itself instead of its values.

#include "base/json/plain_octets.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace base::json {

/// Each step goes behind a piece of the text, if one stands there just as a Writer writes it, in
/// ASCII; or it says false, and the text is for somebody else. What was gone over, Scan and parse()
/// take, and a Writer that is given what they find in it writes it again octet for octet. Inline,
/// for whoever goes over many small pieces.
class Retrace {
public:
    /// `text` outlives it.
    explicit Retrace(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

    /// Where it has come to.
    [[nodiscard]] const char* at() const { return at_; }

    /// Brackets, commas, keys.
    [[nodiscard]] [[gnu::always_inline]] bool literal(std::string_view octets) {
        if (static_cast<std::size_t>(end_ - at_) < octets.size()
            || std::memcmp(at_, octets.data(), octets.size()) != 0)
            return false;
        at_ += octets.size();
        return true;
    }
    /// A text of at most `max_octets`, counted as they stand there.
    [[nodiscard]] [[gnu::always_inline]] bool text(std::size_t max_octets) {
        if (at_ == end_ || *at_ != '"')
            return false;
        const char* const begin = at_ + 1;
        const char* at = skip_plain(begin, end_);
        if (at != end_ && *at == '\\') [[unlikely]]
            at = skip_escaped(at);
        if (at == end_ || *at != '"' || static_cast<std::size_t>(at - begin) > max_octets)
            return false;
        at_ = at + 1;
        return true;
    }
    /// That is not empty.
    [[nodiscard]] [[gnu::always_inline]] bool some_text(std::size_t max_octets) {
        return end_ - at_ > 1 && at_[1] != '"' && text(max_octets);
    }
    /// A list of texts that is not empty.
    [[nodiscard]] bool some_texts(std::size_t max_items, std::size_t max_octets);
    /// A whole number from 0 on.
    [[nodiscard]] [[gnu::always_inline]] bool natural(std::uint32_t max) {
        const char* at = at_;
        std::uint64_t number = 0;
        for (; at != end_ && is_digit(*at) && number <= max; ++at)
            number = number * 10 + static_cast<std::uint64_t>(*at - '0');
        if (at == at_ || number > max || (*at_ == '0' && at - at_ > 1))
            return false;
        at_ = at;
        return true;
    }
    /// What Writer::thousandths() writes of a number below 10^9.
    [[nodiscard]] [[gnu::always_inline]] bool thousandths() {
        if (!natural(999'999) || !literal("."))
            return false;
        const char* const begin = at_;
        while (at_ != end_ && is_digit(*at_) && at_ - begin < 3)
            ++at_;
        return at_ - begin == 1 || (at_ - begin > 1 && at_[-1] != '0');
    }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    /// From a backslash to what is neither plain nor an escape that a Writer uses.
    [[nodiscard]] const char* skip_escaped(const char* at) const;

    const char* at_;
    const char* end_;
};

} // namespace base::json
