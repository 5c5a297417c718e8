// SPDX-License-Identifier: Apache-2.0
// Any bytes: a value or at least one issue, never both, never a crash; what was read can be written
// and read again to the same value.

#include "base/json/reader.hpp"
#include "base/json/tree.hpp"

#include "base/core/encoding.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

void demand(bool held, const char* property) {
    if (!held) {
        std::fprintf(stderr, "broken property: %s\n", property);
        std::abort();
    }
}

void read(std::string_view text, bool comments) {
    base::json::Issues issues;
    const auto value = base::json::parse(text, {.max_bytes = 4096, .comments = comments}, issues);
    demand(value.has_value() == issues.empty(), "a value or an issue");
    demand(base::is_utf8(issues.to_string()), "issues are UTF-8");
    const bool tree = base::json::Tree::parse(text, {.max_bytes = 4096}) != nullptr;
    demand(value.has_value() || !tree, "a tree takes nothing that the reader refuses");
    if (!value)
        return;
    base::json::Issues again_issues;
    const auto again = base::json::parse(value->dump(), {.max_bytes = 1 << 20}, again_issues);
    demand(again.has_value() && *again == *value, "what was written reads back");
    base::json::ObjectReader reader(*value, "$", issues);
    static_cast<void>(reader.string("string", 8));
    static_cast<void>(reader.integer("integer", -5, 5));
    static_cast<void>(reader.number("number", -0.5, 5));
    static_cast<void>(reader.strings("strings", 3, 8));
    static_cast<void>(reader.word("word", {"one", "two"}));
    reader.finish();
    demand(base::is_utf8(issues.to_string()), "issues are UTF-8");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read(text, false);
    read(text, true);
    return 0;
}
