// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/core/clock.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace mpicd {

/// An option that takes "5", "5s" or "500ms" (a bare number is seconds), 1 ms to 10 minutes.
inline CLI::Option* add_duration(CLI::App& app, const std::string& name, base::Milliseconds& value,
                                 const std::string& description) {
    return app
        .add_option_function<std::string>(
            name,
            [&value](const std::string& text) {
                const bool ms = text.ends_with("ms");
                const auto digits = text.substr(0, text.size()
                                                       - (ms                    ? 2
                                                          : text.ends_with("s") ? 1
                                                                                : 0));
                if (digits.empty() || digits.size() > 6
                    || digits.find_first_not_of("0123456789") != std::string::npos)
                    throw CLI::ValidationError(
                        "a duration is a number of seconds, such as 5, 5s or 500ms");
                value = base::Milliseconds(std::stol(digits) * (ms ? 1 : 1000));
                if (value.count() < 1 || value > std::chrono::minutes(10))
                    throw CLI::ValidationError("a duration is between 1ms and 600s");
            },
            description)
        ->type_name("TIME");
}

} // namespace mpicd
