// SPDX-License-Identifier: Apache-2.0
#include "base/core/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <set>
#include <stdexcept>

namespace {

using base::SeededRandom;

/// Deals out the words it was given, as next() reads them.
class ScriptedRandom final : public base::Random {
public:
    explicit ScriptedRandom(std::deque<std::uint64_t> words) : words_(std::move(words)) {}
    void fill(std::span<std::byte> out) override {
        if (words_.empty() || out.size() != 8)
            throw std::logic_error("ScriptedRandom has no such word");
        for (std::size_t i = 0; i < 8; ++i)
            out[i] = static_cast<std::byte>((words_.front() >> (8 * i)) & 0xff);
        words_.pop_front();
    }
    [[nodiscard]] std::size_t left() const { return words_.size(); }

private:
    std::deque<std::uint64_t> words_;
};

TEST(SeededRandom, RepeatsItselfFromTheSameSeed) {
    SeededRandom a(42);
    SeededRandom b(42);
    SeededRandom c(43);
    for (int i = 0; i < 100; ++i) {
        const auto word = a.next();
        EXPECT_EQ(word, b.next());
        EXPECT_NE(word, c.next());
    }
}

// The first outputs of the reference implementation (Vigna, splitmix64.c) for seed 1234567.
TEST(SeededRandom, IsSplitMix64) {
    SeededRandom random(1234567);
    EXPECT_EQ(random.next(), 6457827717110365317ULL);
    EXPECT_EQ(random.next(), 3203168211198807973ULL);
    EXPECT_EQ(random.next(), 9817491932198370423ULL);
}

TEST(Below, StaysBelowAndReachesEveryValue) {
    SeededRandom random(1);
    std::array<int, 6> seen{};
    for (int i = 0; i < 6000; ++i)
        ++seen.at(random.below(6));
    for (const int count : seen)
        EXPECT_NEAR(count, 1000, 150);
    EXPECT_EQ(random.below(1), 0U);
}

TEST(Below, DrawsAgainInsteadOfFavouringSmallValues) {
    // 2^64 mod 3 is 1: of the words only 0 is one too many.
    ScriptedRandom three({0, 1, 2, 3});
    EXPECT_EQ(three.below(3), 1U);
    EXPECT_EQ(three.left(), 2U);
    // Almost half of the words are too many for 2^63 + 1.
    constexpr std::uint64_t half = 1ULL << 63;
    ScriptedRandom most({half - 2, half - 1});
    EXPECT_EQ(most.below(half + 1), half - 1);
    EXPECT_EQ(most.left(), 0U);
    // A power of two wastes nothing.
    ScriptedRandom even({0});
    EXPECT_EQ(even.below(16), 0U);
}

TEST(Below, ZeroIsABug) {
    SeededRandom random(1);
    EXPECT_THROW(static_cast<void>(random.below(0)), std::invalid_argument);
}

TEST(RandomHex, HasTwoLowerCaseDigitsPerByte) {
    base::SystemRandom random;
    std::set<std::string> seen;
    for (int i = 0; i < 50; ++i) {
        const std::string id = random.hex(16);
        EXPECT_EQ(id.size(), 32U);
        EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
        EXPECT_TRUE(seen.insert(id).second);
    }
    EXPECT_EQ(random.hex(0), "");
}

TEST(SystemRandom, FillsMoreThanOneCallOfOpenSslTakes) {
    std::string bytes(3 << 20, '\0');
    base::SystemRandom().fill(std::as_writable_bytes(std::span(bytes)));
    for (std::size_t at = 0; at + 64 <= bytes.size(); at += 1 << 18)
        EXPECT_NE(bytes.substr(at, 64), std::string(64, '\0'));
    EXPECT_NE(bytes.substr(bytes.size() - 64), std::string(64, '\0'));
}

} // namespace
