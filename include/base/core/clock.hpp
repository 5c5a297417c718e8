// SPDX-License-Identifier: Apache-2.0
#pragma once
// Time enters by the constructor. Wall time decides which dated policy is in force and stamps
// records; steady time measures. Both may be read from any thread.

#include <chrono>

namespace base {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime wall() const = 0;
    [[nodiscard]] virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] WallTime wall() const override;
    [[nodiscard]] SteadyTime steady() const override;
};

/// Milliseconds with a fraction, as answers and logs show durations.
[[nodiscard]] constexpr double as_ms(SteadyTime::duration d) {
    return std::chrono::duration<double, std::milli>(d).count();
}

} // namespace base
