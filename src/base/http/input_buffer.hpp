// SPDX-License-Identifier: Apache-2.0
#pragma once
// Octets received and not yet parsed, contiguous, bounded; one per connection. What is parsed at
// once, as most messages are, stays where it was read into and costs no memory of its own.

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace base::http {

class InputBuffer {
public:
    explicit InputBuffer(std::size_t limit) : limit_(limit) {}

    [[nodiscard]] std::string_view data() const { return {at_, size_}; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    /// Gives the memory back when there is no data: many connections are idle.
    void rest() {
        if (size_ == 0) {
            own_.reset();
            capacity_ = 0;
        }
    }
    [[nodiscard]] bool full() const { return size_ >= limit_; }

    void consume(std::size_t n) {
        at_ += n;
        size_ -= n;
    }

    /// The data is now what stands in memory of the caller's, until keep() or prepare(). Requires
    /// empty().
    void lend(std::string_view octets) {
        at_ = octets.data();
        size_ = octets.size();
        lent_ = true;
    }
    /// What is left of lent data becomes our own.
    void keep() {
        if (lent_ && size_ > 0) {
            make_room();
        }
        lent_ = false;
    }

    /// Room behind the data: at least one octet unless full().
    [[nodiscard]] boost::asio::mutable_buffer prepare() {
        keep();
        if (size_ == 0) {
            at_ = own_.get();
        }
        if (capacity_ == 0 || room() < small) {
            make_room();
        }
        return {own_.get() + (capacity_ - room()), std::min(room(), limit_ - size_)};
    }
    void commit(std::size_t n) { size_ += n; }

private:
    static constexpr std::size_t small = 512;
    static constexpr std::size_t first_capacity = 4096;

    /// Behind the data, which is our own.
    [[nodiscard]] std::size_t room() const {
        return capacity_ - static_cast<std::size_t>(at_ - own_.get()) - size_;
    }

    /// Brings the data to the front of memory of ours, with room behind it.
    void make_room() {
        if (capacity_ < size_ + small) {
            const std::size_t wanted = std::max({first_capacity, 2 * capacity_, size_ + small});
            auto larger = std::make_unique_for_overwrite<char[]>(wanted);
            std::copy_n(at_, size_, larger.get());
            own_ = std::move(larger);
            capacity_ = wanted;
        } else {
            std::memmove(own_.get(), at_, size_);
        }
        at_ = own_.get();
    }

    std::size_t limit_;
    std::unique_ptr<char[]> own_;
    std::size_t capacity_ = 0;
    const char* at_ = nullptr; ///< the data
    std::size_t size_ = 0;
    bool lent_ = false; ///< the data is not in our memory
};

} // namespace base::http
