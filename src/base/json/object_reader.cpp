// SPDX-License-Identifier: Apache-2.0
#include "base/json/reader.hpp"

#include "base/json/path.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace base::json {
namespace {

std::string_view kind_of(const Value& value) {
    switch (value.type()) {
    case Value::value_t::null:
        return "null";
    case Value::value_t::object:
        return "an object";
    case Value::value_t::array:
        return "an array";
    case Value::value_t::string:
        return "a string";
    case Value::value_t::boolean:
        return "a boolean";
    default:
        return "a number";
    }
}

std::string wrong_type(std::string_view wanted, const Value& value) {
    return fmt::format("must be {}, not {}", wanted, kind_of(value));
}

std::string too_long(std::size_t size, std::size_t max_bytes) {
    return fmt::format("{} bytes long, at most {} are allowed", size, max_bytes);
}

std::string too_many(std::size_t size, std::size_t max_items) {
    return fmt::format("has {} elements, at most {} are allowed", size, max_items);
}

std::string join_or(const std::vector<std::string>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            out += i + 1 == words.size() ? " or " : ", ";
        out += words[i];
    }
    return out;
}

} // namespace

ObjectReader::ObjectReader(const Value& object, std::string path, Issues& issues)
    : object_(object.is_object() ? &object : nullptr), path_(std::move(path)), issues_(issues) {
    if (object_ == nullptr)
        issues_.add(path_, wrong_type("an object", object));
}

bool ObjectReader::has(std::string_view key) const {
    return object_ != nullptr && object_->contains(key);
}

const Value* ObjectReader::find(std::string_view key) {
    if (std::ranges::find(known_, key) == known_.end())
        known_.emplace_back(key);
    if (object_ == nullptr)
        return nullptr;
    const auto found = object_->find(key);
    return found == object_->end() ? nullptr : &*found;
}

std::optional<std::string> ObjectReader::string(std::string_view key, std::size_t max_bytes) {
    const Value* value = find(key);
    if (value == nullptr)
        return std::nullopt;
    const auto* text = value->get_ptr<const std::string*>();
    if (text == nullptr) {
        issue(key, wrong_type("a string", *value));
        return std::nullopt;
    }
    if (text->size() > max_bytes) {
        issue(key, too_long(text->size(), max_bytes));
        return std::nullopt;
    }
    return *text;
}

std::optional<bool> ObjectReader::boolean(std::string_view key) {
    const Value* value = find(key);
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_boolean()) {
        issue(key, wrong_type("true or false", *value));
        return std::nullopt;
    }
    return value->get<bool>();
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view key, std::int64_t min,
                                                  std::int64_t max) {
    const Value* value = find(key);
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_number()) {
        issue(key, wrong_type("an integer", *value));
        return std::nullopt;
    }
    // What has a fraction, an exponent or more than 64 bits arrives as a float.
    const bool fits = value->is_number_unsigned()
                          ? std::in_range<std::int64_t>(value->get<std::uint64_t>())
                          : value->is_number_integer();
    const std::int64_t number = fits ? value->get<std::int64_t>() : 0;
    if (!fits || number < min || number > max) {
        issue(key, fmt::format("must be an integer from {} to {}", min, max));
        return std::nullopt;
    }
    return number;
}

std::optional<double> ObjectReader::number(std::string_view key, double min, double max) {
    const Value* value = find(key);
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_number()) {
        issue(key, wrong_type("a number", *value));
        return std::nullopt;
    }
    const double number = value->get<double>();
    if (!(number >= min && number <= max)) {
        issue(key, fmt::format("must be a number from {} to {}", min, max));
        return std::nullopt;
    }
    return number;
}

std::optional<std::string> ObjectReader::word(std::string_view key,
                                              const std::vector<std::string>& words) {
    const Value* value = find(key);
    if (value == nullptr)
        return std::nullopt;
    const auto* text = value->get_ptr<const std::string*>();
    if (text == nullptr) {
        issue(key, wrong_type("a string", *value));
        return std::nullopt;
    }
    if (std::ranges::find(words, *text) == words.end()) {
        issue(key, fmt::format("must be {}{}", words.size() > 1 ? "one of " : "", join_or(words)));
        return std::nullopt;
    }
    return *text;
}

std::optional<std::vector<std::string>>
ObjectReader::strings(std::string_view key, std::size_t max_items, std::size_t max_bytes) {
    const Value* value = find(key);
    if (value == nullptr)
        return std::nullopt;
    bool sound = value->is_array() && value->size() <= max_items;
    std::vector<std::string> out;
    array(key, max_items, [&](const Value& element, const std::string& path) {
        const auto* text = element.get_ptr<const std::string*>();
        if (text == nullptr)
            issues_.add(path, wrong_type("a string", element));
        else if (text->size() > max_bytes)
            issues_.add(path, too_long(text->size(), max_bytes));
        else
            return out.push_back(*text);
        sound = false;
    });
    if (!sound)
        return std::nullopt;
    return out;
}

const Value* ObjectReader::member(std::string_view key) {
    return find(key);
}

void ObjectReader::array(std::string_view key, std::size_t max_items,
                         const std::function<void(const Value&, const std::string& path)>& each) {
    const Value* value = find(key);
    if (value == nullptr)
        return;
    if (!value->is_array())
        return issue(key, wrong_type("an array", *value));
    if (value->size() > max_items)
        return issue(key, too_many(value->size(), max_items));
    const std::string path = path_of(key);
    for (std::size_t i = 0; i < value->size(); ++i)
        each((*value)[i], element_path(path, i));
}

void ObjectReader::require(std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys)
        if (find(key) == nullptr && object_ != nullptr)
            issue(key, "required");
}

void ObjectReader::issue(std::string_view key, std::string message) {
    issues_.add(path_of(key), std::move(message));
}

std::string ObjectReader::path_of(std::string_view key) const {
    return member_path(path_, key);
}

void ObjectReader::finish() {
    if (object_ == nullptr)
        return;
    for (const auto& [key, value] : object_->items()) {
        if (std::ranges::find(known_, key) != known_.end())
            continue;
        const std::string meant = closest(key, known_);
        issue(key, meant.empty() ? "unknown field" : "unknown field, did you mean " + meant + "?");
    }
}

} // namespace base::json
