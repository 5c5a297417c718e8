// SPDX-License-Identifier: Apache-2.0
#pragma once
// Randomness enters by the constructor, so that tests can fix it.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace base {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::byte> out) = 0;

    [[nodiscard]] std::uint64_t next();
    /// Uniform in [0, bound); bound must not be 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound);
    /// `bytes` random bytes as lower-case hex; 16 make a request or attempt id.
    [[nodiscard]] std::string hex(std::size_t bytes);
};

/// The operating system's generator by way of OpenSSL. Any thread. Throws when it has no entropy.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::byte> out) override;
};

/// SplitMix64 from a seed: a repeatable choice, not a secret. One thread.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    void fill(std::span<std::byte> out) override;

private:
    std::uint64_t state_;
};

} // namespace base
