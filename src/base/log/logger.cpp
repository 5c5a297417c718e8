// SPDX-License-Identifier: Apache-2.0
#include "base/log/logger.hpp"

#include "base/core/clock.hpp"
#include "base/log/line.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace base::log {
namespace {

spdlog::level::level_enum severity(Level level) {
    switch (level) {
    case Level::debug:
        return spdlog::level::debug;
    case Level::info:
        return spdlog::level::info;
    case Level::warn:
        return spdlog::level::warn;
    case Level::error:
        return spdlog::level::err;
    }
    return spdlog::level::err;
}

/// The line is made here; spdlog owns the stream, its lock and its errors.
class StderrLogger final : public Logger {
public:
    StderrLogger(Format format, Level threshold)
        : format_(format), out_("mpicd", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
        out_.set_pattern("%v");
        out_.set_level(severity(threshold));
    }

    void write(Level level, std::string_view event, std::initializer_list<Field> fields) override {
        if (!out_.should_log(severity(level)))
            return;
        const WallTime now = clock_.wall();
        out_.log(severity(level), format_ == Format::json ? json_line(now, level, event, fields)
                                                          : text_line(now, level, event, fields));
    }

private:
    Format format_;
    SystemClock clock_;
    spdlog::logger out_;
};

class NullLogger final : public Logger {
public:
    void write(Level, std::string_view, std::initializer_list<Field>) override {}
};

} // namespace

std::unique_ptr<Logger> make_stderr_logger(Format format, Level threshold) {
    return std::make_unique<StderrLogger>(format, threshold);
}

std::unique_ptr<Logger> make_null_logger() {
    return std::make_unique<NullLogger>();
}

} // namespace base::log
