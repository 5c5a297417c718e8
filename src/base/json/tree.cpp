// SPDX-License-Identifier: Apache-2.0
#include "base/json/tree.hpp"

#include <limits>
#include <utility>

namespace base::json {

Node::Kind Node::kind() const {
    return tree_->entries_[at_].kind;
}

bool Node::boolean() const {
    return tree_->entries_[at_].boolean;
}

std::optional<std::int64_t> Node::integer() const {
    const auto& entry = tree_->entries_[at_];
    if (entry.kind == Kind::integer)
        return entry.integer;
    if (entry.kind == Kind::natural && std::in_range<std::int64_t>(entry.natural))
        return static_cast<std::int64_t>(entry.natural);
    return std::nullopt;
}

double Node::number() const {
    const auto& entry = tree_->entries_[at_];
    if (entry.kind == Kind::integer)
        return static_cast<double>(entry.integer);
    if (entry.kind == Kind::natural)
        return static_cast<double>(entry.natural);
    return entry.real;
}

std::string_view Node::text() const {
    return tree_->entries_[at_].text;
}

std::size_t Node::size() const {
    return tree_->entries_[at_].children;
}

std::optional<Node> Node::find(std::string_view key) const {
    const auto& entries = tree_->entries_;
    if (entries[at_].kind != Kind::object)
        return std::nullopt;
    const std::size_t end = entries[at_].end;
    for (std::size_t at = at_ + 1; at < end; at = entries[at].end)
        if (entries[at].key == key)
            return Node(*tree_, at, end);
    return std::nullopt;
}

std::optional<Node> Node::first() const {
    const auto& entry = tree_->entries_[at_];
    if (entry.kind != Kind::array || entry.children == 0)
        return std::nullopt;
    return Node(*tree_, at_ + 1, entry.end);
}

std::optional<Node> Node::next() const {
    const std::size_t at = tree_->entries_[at_].end;
    if (at >= end_)
        return std::nullopt;
    return Node(*tree_, at, end_);
}

} // namespace base::json
