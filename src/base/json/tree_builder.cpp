// SPDX-License-Identifier: Apache-2.0
// The parser of a Tree: RFC 8259 in one pass, without recursion. Whatever it does not like it
// refuses without a reason.

#include "base/core/encoding.hpp"
#include "base/json/escaped_text.hpp"
#include "base/json/key_mark.hpp"
#include "base/json/number.hpp"
#include "base/json/plain_octets.hpp"
#include "base/json/tree.hpp"

#include <cstdint>
#include <limits>
#include <utility>

namespace base::json {
namespace {

using Kind = Node::Kind;

/// Objects with more members are left to parse(): the search for duplicate keys is quadratic.
constexpr std::uint32_t most_members = 64;

} // namespace

/// The road of plain texts is one function, and what is seldom gone stays out of it: for a small
/// member, calls and what they save and restore would be a third of the work.
class TreeBuilder {
public:
    TreeBuilder(std::string_view text, int max_depth, Tree& tree)
        : at_(text.data()), end_(text.data() + text.size()), max_depth_(max_depth), tree_(tree) {
        tree_.entries_.reserve(text.size() / 12 + 8);
    }

    bool run() {
        if (!value({}))
            return false;
        while (depth_ > 0)
            if (!step())
                return false;
        skip_space();
        return at_ == end_;
    }

private:
    using Entry = Node::Entry;

    void skip_space() {
        if (at_ != end_ && *at_ > ' ') // in messages of our own making there is none
            return;
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t'))
            ++at_;
    }
    bool take(char c) {
        if (at_ != end_ && *at_ != c)
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
        Entry& container = tree_.entries_[open_];
        const bool object = container.kind == Kind::object;
        skip_space();
        if (at_ == end_)
            return false;
        if (*at_ == (object ? '}' : ']'))
            return close(container);
        if (container.size > 0 && *at_++ != ',')
            return false;
        std::string_view key;
        if (object && !member_key(container, key))
            return false;
        ++container.size;
        return value(key);
    }

    /// Until it is closed, a container's span holds the place of the one around it.
    bool close(Entry& container) {
        ++at_;
        const auto around = container.span;
        container.span = static_cast<std::uint32_t>(tree_.entries_.size()) - open_;
        open_ = around;
        --depth_;
        return true;
    }

    [[gnu::always_inline]] bool member_key(Entry& object, std::string_view& key) {
        if (!take('"') || !text(key) || !take(':') || object.size >= most_members)
            return false;
        const std::uint64_t mark = key_mark(key);
        if ((object.key_marks & mark) != 0 && has_key(object, key))
            return false;
        object.key_marks |= mark;
        return true;
    }

    [[gnu::noinline]] static bool has_key(const Entry& object, std::string_view key) {
        const Entry* member = &object + 1;
        for (std::uint32_t i = 0; i < object.size; ++i, member += member->span)
            if (member->has_key(key))
                return true;
        return false;
    }

    [[gnu::always_inline]] bool value(std::string_view key) {
        skip_space();
        if (at_ == end_)
            return false;
        Entry& made =
            tree_.entries_.emplace_back(key.data(), static_cast<std::uint32_t>(key.size()));
        switch (*at_) {
        case '{':
            return open(made, Kind::object);
        case '[':
            return open(made, Kind::array);
        case '"':
            ++at_;
            return text_value(made);
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

    bool open(Entry& made, Kind kind) {
        ++at_;
        if (depth_ >= max_depth_)
            return false;
        ++depth_;
        made.kind = kind;
        made.key_marks = 0;
        made.span = std::exchange(open_, static_cast<std::uint32_t>(tree_.entries_.size() - 1));
        return true;
    }

    [[gnu::always_inline]] bool text_value(Entry& made) {
        std::string_view read;
        if (!text(read))
            return false;
        made.kind = Kind::text;
        made.text = read.data();
        made.size = static_cast<std::uint32_t>(read.size());
        return true;
    }

    /// Behind the opening quote.
    [[gnu::always_inline]] bool text(std::string_view& out) {
        const char* const begin = at_;
        at_ = skip_plain(at_, end_);
        if (at_ == end_)
            return false;
        if (*at_ != '"')
            return odd_text(begin, out);
        out = {begin, at_};
        ++at_;
        return true;
    }

    /// With characters outside ASCII, or escapes; it is plain up to here.
    [[gnu::noinline]] bool odd_text(const char* begin, std::string_view& out) {
        while (at_ != end_ && static_cast<unsigned char>(*at_) >= 0x80)
            at_ = skip_plain(at_ + 1, end_);
        if (at_ == end_)
            return false;
        if (*at_ == '\\')
            return escaped_text(begin, out);
        out = {begin, at_};
        return *at_++ == '"' && is_utf8(out);
    }

    bool escaped_text(const char* begin, std::string_view& out) {
        at_ = undo_escapes(begin, end_, tree_.undone_, out);
        return at_ != nullptr;
    }

    bool number(Entry& made) {
        Number read;
        at_ = read_number(at_, end_, read);
        if (at_ == nullptr)
            return false;
        read.store(made);
        return true;
    }

    const char* at_;
    const char* end_;
    int max_depth_;
    Tree& tree_;
    int depth_ = 0;          ///< how many containers are open
    std::uint32_t open_ = 0; ///< the place of the innermost
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
