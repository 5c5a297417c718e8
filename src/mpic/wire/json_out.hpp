// SPDX-License-Identifier: Apache-2.0
#pragma once
// The writer of everything that leaves: answers, reports, audit records.

#include "base/json/writer.hpp"
#include "mpic/wire/redaction.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpic::wire {

/// With a redaction no member that holds words for people or things seen carries the request's
/// secret. Keeps a reference to it.
class JsonOut : public base::json::Writer {
public:
    explicit JsonOut(std::string& out) : Writer(out) {}
    JsonOut(std::string& out, const Redaction& redaction)
        : Writer(out), redaction_(redaction.empty() ? nullptr : &redaction) {}

    template <class T>
    void member(std::string_view name, const T& what) {
        if constexpr (std::is_convertible_v<const T&, std::string_view>)
            text(name, what);
        else
            Writer::member(name, what);
    }
    void member(std::string_view name, const std::vector<std::string>& texts);

private:
    void text(std::string_view name, std::string_view what);
    const Redaction* redaction_ = nullptr; ///< nothing: there is no secret
};

} // namespace mpic::wire
