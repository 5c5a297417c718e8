// SPDX-License-Identifier: Apache-2.0
#include "base/json/tree.hpp"

#include "base/json/key_mark.hpp"

#include <nlohmann/json.hpp>

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

MaybeNode Node::find(std::string_view key) const {
    return Members(*this).find(key);
}

MaybeNode Members::find_elsewhere(std::string_view key) {
    if (object_->kind != Node::Kind::object || (object_->key_marks & key_mark(key)) == 0)
        return {};
    for (const Node::Entry* at = object_ + 1; at != end_; at += at->span) {
        if (at->has_key(key)) {
            next_ = at + at->span;
            return Node(at, end_);
        }
    }
    return {};
}

// As deep as the tree, for which there is a bound.
Value to_value(Node node) { // NOLINT(misc-no-recursion)
    switch (node.kind()) {
    case Node::Kind::null:
        return nullptr;
    case Node::Kind::boolean:
        return node.boolean();
    case Node::Kind::text:
        return node.text();
    case Node::Kind::real:
        return node.number();
    case Node::Kind::integer:
        return node.at_->integer;
    case Node::Kind::natural:
        return node.at_->natural;
    case Node::Kind::array: {
        Value out = Value::array();
        for (auto element = node.first(); element; element = element->next())
            out.push_back(to_value(*element));
        return out;
    }
    case Node::Kind::object: {
        Value out = Value::object();
        for (auto member = node.first(); member; member = member->next())
            out.emplace(member->key(), to_value(*member));
        return out;
    }
    }
    return nullptr;
}

} // namespace base::json
