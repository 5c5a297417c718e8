// SPDX-License-Identifier: Apache-2.0
// The parser of a Tree: RFC 8259 in one pass, without recursion. Whatever it does not like it
// refuses without a reason.

#include "base/core/encoding.hpp"
#include "base/json/tree.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace base::json {
namespace {

using Kind = Node::Kind;

/// Objects with more members are left to parse(): the search for duplicate keys is quadratic.
constexpr std::uint32_t most_members = 64;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto put = [&out](std::uint32_t octet) { out += static_cast<char>(octet); };
    if (point < 0x80)
        return put(point);
    if (point < 0x800) {
        put(0xc0 | point >> 6);
    } else if (point < 0x10000) {
        put(0xe0 | point >> 12);
        put(0x80 | (point >> 6 & 0x3f));
    } else {
        put(0xf0 | point >> 18);
        put(0x80 | (point >> 12 & 0x3f));
        put(0x80 | (point >> 6 & 0x3f));
    }
    put(0x80 | (point & 0x3f));
}

} // namespace

class TreeBuilder {
public:
    TreeBuilder(std::string_view text, int max_depth, Tree& tree)
        : at_(text.data()), end_(text.data() + text.size()), max_depth_(max_depth), tree_(tree) {
        tree_.entries_.reserve(text.size() / 12 + 8);
    }

    bool run() {
        if (!value({}))
            return false;
        while (!open_.empty())
            if (!step())
                return false;
        skip_space();
        return at_ == end_;
    }

private:
    Tree::Entry& entry(std::size_t index) { return tree_.entries_[index]; }

    void skip_space() {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t'))
            ++at_;
    }
    bool take(char c) {
        skip_space();
        if (at_ == end_ || *at_ != c)
            return false;
        ++at_;
        return true;
    }
    bool take_word(std::string_view word) {
        if (!std::string_view(at_, end_).starts_with(word))
            return false;
        at_ += word.size();
        return true;
    }

    /// The next child of the innermost open container, or its end.
    bool step() {
        const std::size_t container = open_.back();
        const bool object = entry(container).kind == Kind::object;
        if (take(object ? '}' : ']'))
            return close();
        if (entry(container).children > 0 && !take(','))
            return false;
        std::string_view key;
        if (object && !member_key(container, key))
            return false;
        ++entry(container).children;
        return value(key);
    }

    bool close() {
        entry(open_.back()).end = static_cast<std::uint32_t>(tree_.entries_.size());
        open_.pop_back();
        return true;
    }

    bool member_key(std::size_t object, std::string_view& key) {
        if (!take('"') || !text(key) || !take(':') || entry(object).children >= most_members)
            return false;
        for (std::size_t at = object + 1; at < tree_.entries_.size(); at = entry(at).end)
            if (entry(at).key == key)
                return false;
        return true;
    }

    bool value(std::string_view key) {
        skip_space();
        if (at_ == end_)
            return false;
        const std::size_t index = tree_.entries_.size();
        Tree::Entry& made = tree_.entries_.emplace_back();
        made.key = key;
        made.end = static_cast<std::uint32_t>(index + 1);
        switch (*at_) {
        case '{':
            return open(Kind::object);
        case '[':
            return open(Kind::array);
        case '"':
            ++at_;
            made.kind = Kind::text;
            return text(made.text);
        case 't':
            made.kind = Kind::boolean;
            made.boolean = true;
            return take_word("true");
        case 'f':
            made.kind = Kind::boolean;
            made.boolean = false;
            return take_word("false");
        case 'n':
            return take_word("null");
        default:
            return number(made);
        }
    }

    bool open(Kind kind) {
        ++at_;
        if (open_.size() >= static_cast<std::size_t>(max_depth_))
            return false;
        tree_.entries_.back().kind = kind;
        open_.push_back(tree_.entries_.size() - 1);
        return true;
    }

    /// Behind the opening quote.
    bool text(std::string_view& out) {
        const char* const begin = at_;
        unsigned char seen = 0;
        while (at_ != end_ && *at_ != '"' && *at_ != '\\') {
            const auto c = static_cast<unsigned char>(*at_++);
            if (c < 0x20)
                return false;
            seen |= c;
        }
        if (at_ == end_)
            return false;
        if (*at_ == '\\')
            return escaped_text(begin, out);
        out = {begin, at_};
        ++at_;
        return seen < 0x80 || is_utf8(out);
    }

    bool escaped_text(const char* begin, std::string_view& out) {
        auto undone = std::make_unique<std::string>(begin, at_);
        while (at_ != end_ && *at_ != '"') {
            const char c = *at_++;
            if (static_cast<unsigned char>(c) < 0x20)
                return false;
            if (c != '\\')
                *undone += c;
            else if (!escape(*undone))
                return false;
        }
        if (at_ == end_)
            return false;
        // What an escape makes is well-formed; so the rest is checked together with it.
        if (!is_utf8(*undone))
            return false;
        ++at_;
        out = *undone;
        tree_.undone_.push_back(std::move(undone));
        return true;
    }

    bool escape(std::string& out) {
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        if (at_ == end_)
            return false;
        const char c = *at_++;
        if (c == 'u')
            return code_point(out);
        const std::size_t which = letters.find(c);
        if (which == std::string_view::npos)
            return false;
        out += meanings[which];
        return true;
    }

    bool code_point(std::string& out) {
        std::uint32_t point = 0;
        if (!code_unit(point))
            return false;
        if (point >= 0xdc00 && point < 0xe000)
            return false; // half a pair
        if (point >= 0xd800 && point < 0xdc00) {
            std::uint32_t low = 0;
            if (!take_word("\\u") || !code_unit(low) || low < 0xdc00 || low >= 0xe000)
                return false;
            point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        }
        append_utf8(out, point);
        return true;
    }

    bool code_unit(std::uint32_t& unit) {
        if (end_ - at_ < 4)
            return false;
        for (int i = 0; i < 4; ++i) {
            const int digit = hex_digit(*at_++);
            if (digit < 0)
                return false;
            unit = unit << 4 | static_cast<std::uint32_t>(digit);
        }
        return true;
    }

    void skip_digits() {
        while (at_ != end_ && is_digit(*at_))
            ++at_;
    }
    bool some_digits() {
        const char* const begin = at_;
        skip_digits();
        return at_ != begin;
    }

    bool number(Tree::Entry& made) {
        const char* const begin = at_;
        const bool negative = *at_ == '-';
        if (negative)
            ++at_;
        if (at_ == end_ || !is_digit(*at_))
            return false;
        if (*at_++ != '0')
            skip_digits();
        bool whole = true;
        if (at_ != end_ && *at_ == '.') {
            whole = false;
            ++at_;
            if (!some_digits())
                return false;
        }
        if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
            whole = false;
            ++at_;
            if (at_ != end_ && (*at_ == '+' || *at_ == '-'))
                ++at_;
            if (!some_digits())
                return false;
        }
        return whole && whole_number(begin, negative, made) ? true : real_number(begin, made);
    }

    bool whole_number(const char* begin, bool negative, Tree::Entry& made) {
        made.kind = negative ? Kind::integer : Kind::natural;
        const auto read = negative ? std::from_chars(begin, at_, made.integer)
                                   : std::from_chars(begin, at_, made.natural);
        return read.ec == std::errc() && read.ptr == at_; // else it has more than 64 bits
    }

    bool real_number(const char* begin, Tree::Entry& made) {
        made.kind = Kind::real;
        made.real = 0;
        const auto read = std::from_chars(begin, at_, made.real);
        return read.ec == std::errc() && read.ptr == at_ && std::isfinite(made.real);
    }

    const char* at_;
    const char* end_;
    int max_depth_;
    Tree& tree_;
    std::vector<std::size_t> open_; ///< containers, outermost first
};

std::unique_ptr<const Tree> Tree::parse(std::string_view text, const ParseOptions& options) {
    if (text.size() > options.max_bytes
        || text.size() > std::numeric_limits<std::uint32_t>::max() / 2)
        return nullptr;
    auto tree = std::make_unique<Tree>();
    if (!TreeBuilder(text, options.max_depth, *tree).run())
        return nullptr;
    return tree;
}

} // namespace base::json
