// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSON as a flat list of nodes that point into the text: for messages of our own making, which are
// read often and are nearly always right. What it takes, parse() of reader.hpp takes, and finds the
// same in it. Of anything else it only says that it is not for it, and parse() says why; some odd
// things (a byte order mark, a number too small for a double, objects with very many members) are
// left to parse() although nothing is wrong with them.

#include "base/json/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base::json {

class MaybeNode;

/// One value. Refers to its tree and to the text that was parsed; cheap to copy.
class Node {
public:
    enum class Kind : std::uint8_t { null, boolean, integer, natural, real, text, array, object };

    [[nodiscard]] Kind kind() const { return at_->kind; }
    /// Of a boolean; of an integer that fits; of any number; of a text. Anything else is a bug.
    [[nodiscard]] bool boolean() const { return at_->boolean; }
    [[nodiscard]] std::optional<std::int64_t> integer() const;
    [[nodiscard]] double number() const;
    [[nodiscard]] std::string_view text() const { return {at_->text, at_->size}; }
    /// Members or elements of what can have some.
    [[nodiscard]] std::size_t size() const { return at_->size; }
    /// The member of an object.
    [[nodiscard]] MaybeNode find(std::string_view key) const;
    /// Elements of an array, or members of an object: the first, if there is one, and the one
    /// after.
    [[nodiscard]] MaybeNode first() const;
    [[nodiscard]] MaybeNode next() const;
    /// Of a member.
    [[nodiscard]] std::string_view key() const { return {at_->key, at_->key_size}; }

private:
    friend class MaybeNode;
    friend class Members;
    friend class Scan;
    friend class Tree;
    friend class TreeBuilder;
    friend Value to_value(Node node);

    struct Entry {
        const char* key = nullptr;
        std::uint32_t key_size = 0;
        std::uint32_t span = 1; ///< entries of this value and of all that is in it
        union {
            bool boolean;
            std::int64_t integer;
            std::uint64_t natural = 0;
            double real;
            const char* text;
            std::uint64_t key_marks; ///< of an object: key_mark() of every key in it
        };
        std::uint32_t size = 0; ///< octets of a text, children of a container
        Kind kind = Kind::null;

        [[nodiscard]] bool has_key(std::string_view other) const {
            return std::string_view(key, key_size) == other;
        }
    };

    Node(const Entry* at, const Entry* end) : at_(at), end_(end) {}

    const Entry* at_;
    const Entry* end_; ///< where its container's children end
};

/// A node, if there is one. Unlike a std::optional it is returned in registers: every member that
/// is read is returned twice or thrice.
class MaybeNode {
public:
    MaybeNode() : node_(nullptr, nullptr) {}
    MaybeNode(Node node) : node_(node) {} // NOLINT: it is one

    [[nodiscard]] bool has_value() const { return node_.at_ != nullptr; }
    explicit operator bool() const { return has_value(); }
    const Node& operator*() const { return node_; }
    const Node* operator->() const { return &node_; }

private:
    Node node_;
};

inline MaybeNode Node::first() const {
    if ((at_->kind != Kind::array && at_->kind != Kind::object) || at_->size == 0)
        return {};
    return Node(at_ + 1, at_ + at_->span);
}

inline MaybeNode Node::next() const {
    if (at_ + at_->span == end_)
        return {};
    return Node(at_ + at_->span, end_);
}

/// Finds the members of an object: at once when they are asked for in the order in which they
/// stand. The tree outlives it.
class Members {
public:
    explicit Members(Node object)
        : object_(object.at_),
          end_(object_ + object_->span),
          next_(object_->kind == Node::Kind::object ? object_ + 1 : end_) {}
    [[nodiscard]] MaybeNode find(std::string_view key) {
        if (next_ == end_ || !next_->has_key(key))
            return find_elsewhere(key);
        const Node found(next_, end_);
        next_ += next_->span;
        return found;
    }

private:
    [[nodiscard]] MaybeNode find_elsewhere(std::string_view key);

    const Node::Entry* object_;
    const Node::Entry* end_;
    const Node::Entry* next_; ///< behind the one that was found last
};

/// Owns the nodes, and those texts that had escapes in them. Does not move: nodes refer to it.
class Tree {
public:
    /// `text` outlives the tree.
    [[nodiscard]] static std::unique_ptr<const Tree> parse(std::string_view text,
                                                           const ParseOptions& options);
    [[nodiscard]] Node root() const { return {entries_.data(), entries_.data() + entries_.size()}; }

private:
    friend class TreeBuilder;
    std::vector<Node::Entry> entries_; ///< each container before its children
    std::string undone_;               ///< texts whose escapes are undone, one after another
};

/// What parse() makes of the same text.
[[nodiscard]] Value to_value(Node node);

} // namespace base::json
