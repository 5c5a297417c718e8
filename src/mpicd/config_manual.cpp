// SPDX-License-Identifier: Apache-2.0
#include "mpicd/config_manual.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mpicd {

namespace {

class ManualVisitor final : public ConfigVisitor {
public:
    explicit ManualVisitor(std::string& out, std::string prefix = {})
        : out_(out), prefix_(std::move(prefix)) {}

    void text(Field field, std::string& value, std::size_t) override {
        row(field, "string", value.empty() ? "" : fmt::format("`\"{}\"`", value));
    }
    void flag(Field field, bool& value) override {
        row(field, "true or false", fmt::format("`{}`", value));
    }
    void integer(Field field, std::int64_t& value, std::int64_t min, std::int64_t max) override {
        row(field, fmt::format("integer, {} to {}", min, max), fmt::format("`{}`", value));
    }
    void real(Field field, double& value, double min, double max) override {
        row(field, fmt::format("number, {} to {}", min, max), fmt::format("`{}`", value));
    }
    void word(Field field, std::string& value, const std::vector<std::string>& words) override {
        row(field, fmt::format("`{}`", fmt::join(words, "`, `")), fmt::format("`\"{}\"`", value));
    }
    void texts(Field field, std::vector<std::string>& values, std::size_t max_items) override {
        row(field, fmt::format("list of strings, at most {}", max_items),
            values.empty() ? "`[]`" : fmt::format("`[\"{}\"]`", fmt::join(values, "\", \"")));
    }
    void section(Field field, const std::function<void(ConfigVisitor&)>& describe) override {
        row(field, "object", "");
        ManualVisitor nested(out_, fmt::format("{}{}.", prefix_, field.key));
        describe(nested);
    }
    void list(Field field, std::size_t max_items,
              const std::function<void(ConfigVisitor&)>& describe) override {
        row(field, fmt::format("list of objects, at most {}", max_items), "");
        ManualVisitor nested(out_, fmt::format("{}{}[].", prefix_, field.key));
        describe(nested);
    }
    void problem(std::string_view, std::string) override {} // defaults have none worth a row

private:
    void row(const Field& field, const std::string& type, const std::string& fallback) {
        out_ += fmt::format("| `{}{}` | {} | {} | {} |\n", prefix_, field.key, type,
                            field.required ? "required" : fallback, field.doc);
    }

    std::string& out_;
    std::string prefix_;
};

} // namespace

std::string config_manual(const std::function<void(ConfigVisitor&)>& describe) {
    std::string out = "| key | type | default | meaning |\n|---|---|---|---|\n";
    ManualVisitor visitor(out);
    describe(visitor);
    return out;
}

} // namespace mpicd
