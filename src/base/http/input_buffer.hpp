// SPDX-License-Identifier: Apache-2.0
#pragma once
// Octets received and not yet parsed, contiguous, bounded; one per connection, reused for each
// message.

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

namespace base::http {

class InputBuffer {
public:
    explicit InputBuffer(std::size_t limit) : limit_(limit) {}

    [[nodiscard]] std::string_view data() const {
        return size_ == 0 ? std::string_view() : std::string_view(octets_.get() + begin_, size_);
    }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    /// Gives the memory back when there is no data: many connections are idle.
    void rest() {
        if (size_ == 0) {
            octets_.reset();
            capacity_ = 0;
        }
    }
    [[nodiscard]] bool full() const { return size_ >= limit_; }

    void consume(std::size_t n) {
        size_ -= n;
        begin_ = size_ == 0 ? 0 : begin_ + n;
    }

    /// Room behind the data: at least one octet unless full().
    [[nodiscard]] boost::asio::mutable_buffer prepare() {
        if (capacity_ - begin_ - size_ < small) {
            make_room();
        }
        const std::size_t used = begin_ + size_;
        return {octets_.get() + used, std::min(capacity_ - used, limit_ - size_)};
    }
    void commit(std::size_t n) { size_ += n; }

private:
    static constexpr std::size_t small = 512;
    static constexpr std::size_t first_capacity = 4096;

    void make_room() {
        if (capacity_ - size_ < small || capacity_ == 0) {
            const std::size_t wanted = std::max(first_capacity, 2 * capacity_);
            auto larger = std::make_unique_for_overwrite<char[]>(wanted);
            if (size_ > 0) {
                std::memcpy(larger.get(), octets_.get() + begin_, size_);
            }
            octets_ = std::move(larger);
            capacity_ = wanted;
        } else if (size_ > 0) {
            std::memmove(octets_.get(), octets_.get() + begin_, size_);
        }
        begin_ = 0;
    }

    std::size_t limit_;
    std::unique_ptr<char[]> octets_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t size_ = 0;
};

} // namespace base::http
