// SPDX-License-Identifier: Apache-2.0
#pragma once
// Some of the five regions, in their order. Decisions are full of such sets: this one is a few
// octets, and nothing on the heap.

#include "mpic/model/place.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>

namespace mpic {

class RirSet {
public:
    using value_type = Rir;
    using const_iterator = const Rir*;

    RirSet() = default;
    RirSet(std::initializer_list<Rir> rirs) { insert(rirs.begin(), rirs.end()); }

    void insert(Rir rir) {
        const auto place = std::lower_bound(begin(), end(), rir);
        if (place != end() && *place == rir)
            return;
        const auto index = place - begin();
        std::copy_backward(place, end(), members_.begin() + size_ + 1);
        members_.at(static_cast<std::size_t>(index)) = rir;
        ++size_;
    }
    void insert(const_iterator from, const_iterator to) {
        std::for_each(from, to, [this](Rir rir) { insert(rir); });
    }
    [[nodiscard]] bool contains(Rir rir) const { return std::find(begin(), end(), rir) != end(); }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(size_); }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] const_iterator begin() const { return members_.data(); }
    [[nodiscard]] const_iterator end() const { return begin() + size_; }
    bool operator==(const RirSet& other) const {
        return std::equal(begin(), end(), other.begin(), other.end());
    }

private:
    std::array<Rir, 5> members_{};
    std::ptrdiff_t size_ = 0;
};

} // namespace mpic
