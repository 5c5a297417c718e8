// SPDX-License-Identifier: Apache-2.0
#include "base/async/alarm.hpp"

#include "base/async/detail/timer.ipp"

#include <boost/asio/execution_context.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace base {

namespace {

/// Alarms that are due within one tick ring together.
constexpr std::chrono::milliseconds tick{4};

} // namespace

namespace detail {

/// The alarms of one loop: a heap by the time at which to look at them, and a timer for the first.
class AlarmQueue : public asio::execution_context::service {
public:
    static inline asio::execution_context::id id;

    explicit AlarmQueue(asio::execution_context& loop)
        : asio::execution_context::service(loop), timer_(static_cast<asio::io_context&>(loop)) {}

    void move(Alarm& alarm) {
        if (alarm.index_ == Alarm::nowhere) {
            alarm.index_ = heap_.size();
            alarm.queued_for_ = alarm.at_;
            heap_.push_back(&alarm);
            up(alarm.index_);
        } else if (alarm.at_ < alarm.queued_for_) {
            alarm.queued_for_ = alarm.at_;
            up(alarm.index_);
        }
        arm();
    }

    void remove(Alarm& alarm) {
        const std::size_t hole = std::exchange(alarm.index_, Alarm::nowhere);
        if (hole == Alarm::nowhere)
            return;
        Alarm* last = heap_.back();
        heap_.pop_back();
        if (last != &alarm) {
            place(*last, hole);
            down(up(hole));
        }
        if (heap_.empty() && std::exchange(armed_, false))
            timer_.cancel(); // a loop without alarms has no work from here
    }

private:
    void shutdown() override { armed_ = false; }

    void place(Alarm& alarm, std::size_t index) {
        heap_[index] = &alarm;
        alarm.index_ = index;
    }

    std::size_t up(std::size_t index) {
        Alarm& moving = *heap_[index];
        while (index > 0 && moving.queued_for_ < heap_[(index - 1) / 2]->queued_for_) {
            place(*heap_[(index - 1) / 2], index);
            index = (index - 1) / 2;
        }
        place(moving, index);
        return index;
    }

    void down(std::size_t index) {
        Alarm& moving = *heap_[index];
        while (2 * index + 1 < heap_.size()) {
            std::size_t child = 2 * index + 1;
            if (child + 1 < heap_.size()
                && heap_[child + 1]->queued_for_ < heap_[child]->queued_for_)
                ++child;
            if (heap_[child]->queued_for_ >= moving.queued_for_)
                break;
            place(*heap_[child], index);
            index = child;
        }
        place(moving, index);
    }

    void arm() {
        if (heap_.empty() || ringing_)
            return;
        const SteadyTime at = heap_.front()->queued_for_ + tick;
        if (armed_ && armed_for_ <= at)
            return;
        armed_ = true;
        armed_for_ = at;
        timer_.expires_at(armed_for_);
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error)
                fired();
        });
    }

    void fired() {
        armed_ = false;
        ringing_ = true;
        const SteadyTime now = std::chrono::steady_clock::now();
        while (!heap_.empty() && heap_.front()->queued_for_ <= now)
            look_at(*heap_.front(), now);
        ringing_ = false;
        arm();
    }

    void look_at(Alarm& first, SteadyTime now) {
        if (first.at_ > now && first.is_set()) { // moved meanwhile
            first.queued_for_ = first.at_;
            down(0);
            return;
        }
        const bool due = first.is_set();
        first.clear();
        remove(first);
        if (due)
            first.ring_();
    }

    friend class base::Alarm;
    Timer timer_;
    std::vector<Alarm*> heap_;
    SteadyTime armed_for_{};
    bool armed_ = false;
    bool ringing_ = false;
};

} // namespace detail

Alarm::Alarm(asio::execution_context& loop, std::function<void()> ring)
    : queue_(asio::use_service<detail::AlarmQueue>(loop)), ring_(std::move(ring)) {}

Alarm::~Alarm() {
    queue_.remove(*this);
}

void Alarm::set(SteadyTime at) {
    // One that rings and sets itself for the past must not keep the queue busy for ever.
    if (at == SteadyTime::max())
        return clear();
    at_ = queue_.ringing_ ? std::max(at, std::chrono::steady_clock::now() + tick) : at;
    queue_.move(*this);
}

} // namespace base
