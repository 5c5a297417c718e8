// SPDX-License-Identifier: Apache-2.0
#include "base/json/reader.hpp"

#include <fmt/format.h>

namespace base::json {

void Issues::add(std::string path, std::string message) {
    if (issues_.size() < limit_) {
        issues_.push_back({std::move(path), std::move(message)});
        return;
    }
    ++beyond_;
    Issue count{"$", fmt::format("{} more problem{}", beyond_, beyond_ == 1 ? "" : "s")};
    if (beyond_ == 1)
        issues_.push_back(std::move(count));
    else
        issues_.back() = std::move(count);
}

std::string Issues::to_string() const {
    std::string out;
    for (const Issue& issue : issues_) {
        if (!out.empty())
            out += "; ";
        out += issue.path;
        out += ": ";
        out += issue.message;
    }
    return out;
}

} // namespace base::json
