// SPDX-License-Identifier: Apache-2.0
#pragma once
// Lines on their way to a descriptor whose reader may be slow or gone: a queue with a bound, and a
// thread that writes. Whoever logs never waits for the reader.

#include "base/core/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace base::log {

class BoundedWriter {
public:
    /// `descriptor` stays the caller's. `dropped_line` makes the line that says how many are
    /// missing, written where they are.
    using DroppedLine = std::string (*)(std::uint64_t lines, bool json);
    BoundedWriter(int descriptor, std::size_t max_bytes, DroppedLine dropped_line, bool json);
    /// Gives what is queued a moment (closing_wait); what a blocked reader has not taken then is
    /// lost.
    ~BoundedWriter();
    BoundedWriter(const BoundedWriter&) = delete;
    BoundedWriter& operator=(const BoundedWriter&) = delete;

    /// Any thread. Drops the line when the queue is full. `line` is without its newline. It is
    /// written at once when it is urgent, else within 10 ms, with those that came meanwhile.
    void write(std::string_view line, bool urgent = false);
    /// Waits until everything queued is written, at most `limit`. Whether it is.
    bool flush(Milliseconds limit);
    [[nodiscard]] std::uint64_t dropped() const;

    static constexpr Milliseconds closing_wait{1'000};

private:
    struct State;
    std::shared_ptr<State> state_; // shared with the thread, which may be left behind in write(2)
};

} // namespace base::log
