// SPDX-License-Identifier: Apache-2.0
#include "base/json/tree.hpp"

#include "base/json/key_mark.hpp"

#include <utility>

namespace base::json {

std::optional<std::int64_t> Node::integer() const {
    if (at_->kind == Kind::integer)
        return at_->integer;
    if (at_->kind == Kind::natural && std::in_range<std::int64_t>(at_->natural))
        return static_cast<std::int64_t>(at_->natural);
    return std::nullopt;
}

double Node::number() const {
    if (at_->kind == Kind::integer)
        return static_cast<double>(at_->integer);
    if (at_->kind == Kind::natural)
        return static_cast<double>(at_->natural);
    return at_->real;
}

std::optional<Node> Node::find(std::string_view key) const {
    return Members(*this).find(key);
}

std::optional<Node> Members::find_elsewhere(std::string_view key) {
    if (object_->kind != Node::Kind::object || (object_->key_marks & key_mark(key)) == 0)
        return std::nullopt;
    for (const Node::Entry* at = object_ + 1; at != end_; at += at->span) {
        if (at->has_key(key)) {
            next_ = at + at->span;
            return Node(at, end_);
        }
    }
    return std::nullopt;
}

} // namespace base::json
