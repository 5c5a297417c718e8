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

class Tree;

/// One value. Refers to its tree and to the text that was parsed; cheap to copy.
class Node {
public:
    enum class Kind : std::uint8_t { null, boolean, integer, natural, real, text, array, object };

    [[nodiscard]] Kind kind() const;
    /// Of a boolean; of an integer that fits; of any number; of a text. Anything else is a bug.
    [[nodiscard]] bool boolean() const;
    [[nodiscard]] std::optional<std::int64_t> integer() const;
    [[nodiscard]] double number() const;
    [[nodiscard]] std::string_view text() const;
    /// Members or elements; 0 for what has none.
    [[nodiscard]] std::size_t size() const;
    /// The member of an object.
    [[nodiscard]] std::optional<Node> find(std::string_view key) const;
    /// Elements of an array: the first, if there is one, and the one after.
    [[nodiscard]] std::optional<Node> first() const;
    [[nodiscard]] std::optional<Node> next() const;

private:
    friend class Tree;
    Node(const Tree& tree, std::size_t at, std::size_t end) : tree_(&tree), at_(at), end_(end) {}
    const Tree* tree_;
    std::size_t at_;  ///< its own place in the tree's list
    std::size_t end_; ///< where its container's children end
};

/// Owns the nodes, and those texts that had escapes in them. Does not move: nodes refer to it.
class Tree {
public:
    /// `text` outlives the tree.
    [[nodiscard]] static std::unique_ptr<const Tree> parse(std::string_view text,
                                                           const ParseOptions& options);
    [[nodiscard]] Node root() const { return {*this, 0, 1}; }

private:
    friend class Node;
    friend class TreeBuilder;
    struct Entry {
        Node::Kind kind = Node::Kind::null;
        std::uint32_t children = 0; ///< of a container
        std::uint32_t end = 0;      ///< the entry after this value and all that is in it
        union {
            bool boolean;
            std::int64_t integer;
            std::uint64_t natural;
            double real;
        };
        std::string_view key;
        std::string_view text;
    };
    std::vector<Entry> entries_;                       ///< each container before its children
    std::vector<std::unique_ptr<std::string>> undone_; ///< texts whose escapes are undone
};

} // namespace base::json
