// SPDX-License-Identifier: Apache-2.0
#include "base/core/random.hpp"

#include "base/core/encoding.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

namespace base {
namespace {

constexpr std::size_t word_size = sizeof(std::uint64_t);

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): one step.
std::uint64_t split_mix(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

} // namespace

std::uint64_t Random::next() {
    std::array<std::byte, word_size> bytes{};
    fill(bytes);
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < word_size;
         ++i) // little-endian on every machine: seeds are portable
        word |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
    return word;
}

std::uint64_t Random::below(std::uint64_t bound) {
    if (bound == 0)
        throw std::invalid_argument("Random::below(0)");
    // 2^64 mod bound words at the bottom would favour small remainders; they are drawn again.
    const std::uint64_t uneven = (std::numeric_limits<std::uint64_t>::max() % bound + 1) % bound;
    for (;;) {
        const std::uint64_t word = next();
        if (word >= uneven)
            return word % bound;
    }
}

std::string Random::hex(std::size_t bytes) {
    std::string raw(bytes, '\0');
    fill(std::as_writable_bytes(std::span(raw)));
    return base::hex(raw);
}

namespace {

void draw(std::span<std::byte> out) {
    constexpr std::size_t chunk = 1 << 20; // RAND_bytes counts in int
    while (!out.empty()) {
        const auto part = out.first(std::min(out.size(), chunk));
        if (RAND_bytes(reinterpret_cast<unsigned char*>(part.data()), static_cast<int>(part.size()))
            != 1)
            throw std::runtime_error("the random generator has no entropy");
        out = out.subspan(part.size());
    }
}

/// What a thread has drawn and not given out. Ids are small and many; each draw costs a lock, a
/// look at the process id, and a generator that starts anew.
class Stock {
public:
    static constexpr std::size_t size = 512;

    void take(std::span<std::byte> out) {
        if (left_ < out.size()) {
            draw(bytes_);
            left_ = size;
        }
        const auto given = std::span(bytes_).subspan(size - left_, out.size());
        std::ranges::copy(given, out.begin());
        std::ranges::fill(given, std::byte{}); // nothing is given twice, or found later
        left_ -= out.size();
    }

private:
    std::array<std::byte, size> bytes_{};
    std::size_t left_ = 0;
};

} // namespace

void SystemRandom::fill(std::span<std::byte> out) {
    thread_local Stock stock;
    if (out.size() > Stock::size / 8)
        draw(out);
    else
        stock.take(out);
}

void SeededRandom::fill(std::span<std::byte> out) {
    while (!out.empty()) {
        const auto part = out.first(std::min(out.size(), word_size));
        std::uint64_t word = split_mix(state_);
        for (std::byte& b : part) {
            b = static_cast<std::byte>(word & 0xff);
            word >>= 8;
        }
        out = out.subspan(part.size());
    }
}

} // namespace base
