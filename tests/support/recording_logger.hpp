// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps every event so that a test can ask what was said. Any thread.

#include "base/log/logger.hpp"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace test {

struct LoggedEvent {
    base::log::Level level;
    std::string event;
    using Value = std::variant<std::string, std::int64_t, double, bool>;
    std::vector<std::pair<std::string, Value>> fields;

    /// The field as text, or "" when the event has none of that name.
    [[nodiscard]] std::string field(std::string_view key) const {
        for (const auto& [name, value] : fields)
            if (name == key)
                return std::visit(
                    [](const auto& v) -> std::string {
                        if constexpr (requires { std::to_string(v); })
                            return std::to_string(v);
                        else
                            return v;
                    },
                    value);
        return {};
    }
};

class RecordingLogger final : public base::log::Logger {
public:
    void write(base::log::Level level, std::string_view event,
               std::initializer_list<base::log::Field> fields) override {
        LoggedEvent record{level, std::string(event), {}};
        for (const auto& field : fields)
            record.fields.emplace_back(
                field.key,
                std::visit([](auto v) { return LoggedEvent::Value(kept(v)); }, field.value));
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(record));
    }

    [[nodiscard]] std::vector<LoggedEvent> events() const {
        const std::lock_guard lock(mutex_);
        return events_;
    }
    [[nodiscard]] std::size_t count(std::string_view event) const {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(std::ranges::count(events_, event, &LoggedEvent::event));
    }
    /// The first event of that name.
    [[nodiscard]] std::optional<LoggedEvent> find(std::string_view event) const {
        const std::lock_guard lock(mutex_);
        const auto found = std::ranges::find(events_, event, &LoggedEvent::event);
        return found == events_.end() ? std::nullopt : std::optional(*found);
    }

private:
    static std::string kept(std::string_view text) { return std::string(text); }
    template <class T>
    static T kept(T value) {
        return value;
    }

    mutable std::mutex mutex_;
    std::vector<LoggedEvent> events_;
};

} // namespace test
