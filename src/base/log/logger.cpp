// SPDX-License-Identifier: Apache-2.0
#include "base/log/logger.hpp"

#include "base/core/clock.hpp"
#include "base/log/bounded_writer.hpp"
#include "base/log/line.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <string>
#include <unistd.h>

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

constexpr std::size_t stderr_bytes = 4 << 20;

std::string dropped_line(std::uint64_t lines, bool json) {
    const WallTime now = SystemClock().wall();
    const std::initializer_list<Field> fields{{"lines", lines}};
    return json ? json_line(now, Level::warn, "log-dropped", fields)
                : text_line(now, Level::warn, "log-dropped", fields);
}

/// Where spdlog's lines go. The writer has the lock.
class WriterSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    explicit WriterSink(BoundedWriter& writer) : writer_(writer) {}

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        writer_.write({message.payload.data(), message.payload.size()},
                      message.level >= spdlog::level::warn);
    }
    void flush_() override {}

private:
    BoundedWriter& writer_;
};

/// The line is made here; spdlog decides which levels pass.
class DescriptorLogger final : public BoundedLogger {
public:
    DescriptorLogger(int descriptor, std::size_t max_bytes, Format format, Level threshold)
        : format_(format),
          writer_(descriptor, max_bytes, &dropped_line, format == Format::json),
          out_("mpicd", std::make_shared<WriterSink>(writer_)) {
        out_.set_level(severity(threshold));
    }

    void write(Level level, std::string_view event, std::initializer_list<Field> fields) override {
        if (!out_.should_log(severity(level)))
            return;
        const WallTime now = clock_.wall();
        out_.log(severity(level), format_ == Format::json ? json_line(now, level, event, fields)
                                                          : text_line(now, level, event, fields));
    }
    [[nodiscard]] std::uint64_t dropped() const override { return writer_.dropped(); }
    bool flush(Milliseconds limit) override { return writer_.flush(limit); }

private:
    Format format_;
    SystemClock clock_;
    BoundedWriter writer_;
    spdlog::logger out_;
};

class NullLogger final : public Logger {
public:
    void write(Level, std::string_view, std::initializer_list<Field>) override {}
};

} // namespace

std::unique_ptr<BoundedLogger> make_stderr_logger(Format format, Level threshold) {
    return make_descriptor_logger(STDERR_FILENO, stderr_bytes, format, threshold);
}

std::unique_ptr<BoundedLogger> make_descriptor_logger(int descriptor, std::size_t max_bytes,
                                                      Format format, Level threshold) {
    return std::make_unique<DescriptorLogger>(descriptor, max_bytes, format, threshold);
}

std::unique_ptr<Logger> make_null_logger() {
    return std::make_unique<NullLogger>();
}

} // namespace base::log
