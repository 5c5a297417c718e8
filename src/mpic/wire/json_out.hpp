// SPDX-License-Identifier: Apache-2.0
#pragma once
// The writer of everything that leaves: answers, reports, audit records.

#include "base/json/writer.hpp"
#include "mpic/wire/redaction.hpp"

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mpic::wire {

/// A member's name is known when the program is made, and so is whether redactions concern it.
struct MemberName {
    consteval MemberName(const char* name)
        : text(name), redacted(Redaction::concerns(std::string_view(name))) {}
    std::string_view text;
    bool redacted;
};

/// With a redaction no member that holds words for people or things seen carries the request's
/// secret. Keeps a reference to it.
class JsonOut : public base::json::Writer {
public:
    explicit JsonOut(std::size_t usual_size) : Writer(usual_size) {}
    JsonOut(std::size_t usual_size, const Redaction& redaction)
        : Writer(usual_size), redaction_(redaction.empty() ? nullptr : &redaction) {}

    void key(MemberName name) { Writer::key(name.text); }

    template <class T>
    void member(MemberName name, const T& what) {
        key(name);
        if constexpr (std::convertible_to<const T&, std::string_view>)
            text(name, what);
        else
            value(what);
    }
    void member(MemberName name, const std::vector<std::string>& texts) {
        members(name, texts, [](const std::string& one) -> std::string_view { return one; });
    }
    /// A list of the texts that `form` makes of each of `values`.
    template <class T, class Form>
    void members(MemberName name, const std::vector<T>& values, Form form) {
        key(name);
        open_array();
        for (const T& one : values)
            text(name, form(one));
        close_array();
    }

    /// Members that `put` writes of `values`, for an `out` the same ones each time. Perspectives
    /// mostly see the same, and then it is made once and copied. `values` outlive this.
    template <class Put>
    void members_of(const std::vector<std::string>& values, Put put) {
        if (made_of_ != nullptr && *made_of_ == values)
            return repeat(made_from_, made_to_);
        made_of_ = &values;
        made_from_ = size();
        put();
        made_to_ = size();
    }
    /// Whether JSON text may be written as it stands: there is some, and the secret is not in it.
    [[nodiscard]] bool can_repeat(std::string_view json) const {
        return !json.empty() && (redaction_ == nullptr || !redaction_->may_concern(json));
    }

private:
    void text(MemberName name, std::string_view what) {
        if (name.redacted && redaction_ != nullptr) [[unlikely]]
            return put_redacted(what);
        value(what);
    }
    void put_redacted(std::string_view what);
    const Redaction* redaction_ = nullptr;              ///< nothing: there is no secret
    const std::vector<std::string>* made_of_ = nullptr; ///< by members_of(), the last time
    std::size_t made_from_ = 0;
    std::size_t made_to_ = 0;
};

} // namespace mpic::wire
