// SPDX-License-Identifier: Apache-2.0
#include "base/log/bounded_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <poll.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace base::log {
namespace {

/// A pipe that poll(2) calls writable takes so much without blocking (PIPE_BUF).
constexpr std::size_t piece = 4096;
/// How often a writer that waits for its reader looks whether it is to end.
constexpr int poll_ms = 50;
/// How long a line may wait for others: under load a wake-up and a write for each would cost more
/// than the line.
constexpr Milliseconds company{10};
/// As much as is written without further ado.
constexpr std::size_t plenty = 16 * piece;

} // namespace

struct BoundedWriter::State {
    /// Whether the text is out. False: it will not be any more.
    bool put(std::string_view text) {
        while (!text.empty()) {
            pollfd ready{.fd = descriptor, .events = POLLOUT, .revents = 0};
            if (::poll(&ready, 1, poll_ms) == 0) {
                const std::lock_guard lock(mutex);
                if (abandoned)
                    return false;
                continue;
            }
            const auto n = ::write(descriptor, text.data(), std::min(text.size(), piece));
            if (n > 0)
                text.remove_prefix(static_cast<std::size_t>(n));
            else if (n < 0 && errno != EINTR && errno != EAGAIN)
                return false; // nobody is there to read it
        }
        return true;
    }

    void run() {
        std::unique_lock lock(mutex);
        while (true) {
            asleep = true;
            changed.wait(lock, [this] { return ending || !lines.empty() || untold > 0; });
            asleep = false;
            if (abandoned || (lines.empty() && untold == 0))
                break;
            changed.wait_for(lock, company, [this] { return ending || urgent; });
            std::string batch;
            std::size_t count = 0;
            for (; !lines.empty() && batch.size() < plenty; ++count) {
                batch += lines.front();
                lines.pop_front();
            }
            const std::size_t queued = batch.size();
            if (lines.empty() && untold > 0)
                batch += dropped_line(std::exchange(untold, 0), json) + "\n";
            writing = true;
            lock.unlock();
            const bool out = put(batch);
            lock.lock();
            writing = false;
            bytes -= queued;
            if (!out)
                dropped += count;
            if (lines.empty())
                urgent = false;
            changed.notify_all();
        }
        ended = true;
        changed.notify_all();
    }

    int descriptor;
    std::size_t max_bytes;
    DroppedLine dropped_line;
    bool json;

    std::mutex mutex; // guards what follows
    std::condition_variable changed;
    std::deque<std::string> lines; ///< each with its newline
    std::size_t bytes = 0;         ///< queued and being written
    std::uint64_t dropped = 0;
    std::uint64_t untold = 0; ///< dropped, and not yet told of in the log itself
    bool asleep = false;      ///< the thread waits for a first line
    bool urgent = false;      ///< what is queued waits for no further lines
    bool writing = false;
    bool ending = false;
    bool abandoned = false;
    bool ended = false;
};

BoundedWriter::BoundedWriter(int descriptor, std::size_t max_bytes, DroppedLine dropped_line,
                             bool json)
    : state_(new State{descriptor, max_bytes, dropped_line, json, {}, {}, {}}) {
    std::thread([state = state_] { state->run(); }).detach();
}

BoundedWriter::~BoundedWriter() {
    static_cast<void>(flush(closing_wait));
    std::unique_lock lock(state_->mutex);
    state_->ending = true;
    state_->abandoned = true;
    state_->changed.notify_all();
    // Unless write(2) itself hangs, which poll(2) denied: then the thread is left behind.
    state_->changed.wait_for(lock, closing_wait, [this] { return state_->ended; });
}

void BoundedWriter::write(std::string_view line, bool urgent) {
    const std::lock_guard lock(state_->mutex);
    if (state_->bytes + line.size() + 1 > state_->max_bytes) {
        ++state_->dropped;
        ++state_->untold;
        return;
    }
    std::string& kept = state_->lines.emplace_back();
    kept.reserve(line.size() + 1);
    kept.append(line).push_back('\n');
    state_->bytes += line.size() + 1;
    const bool hurry = urgent || state_->bytes >= plenty;
    if (state_->asleep || (hurry && !state_->urgent))
        state_->changed.notify_all();
    state_->urgent |= hurry;
}

bool BoundedWriter::flush(Milliseconds limit) {
    std::unique_lock lock(state_->mutex);
    state_->urgent = true;
    state_->changed.notify_all();
    return state_->changed.wait_for(lock, limit, [this] {
        return state_->bytes == 0 && state_->untold == 0 && !state_->writing;
    });
}

std::uint64_t BoundedWriter::dropped() const {
    const std::lock_guard lock(state_->mutex);
    return state_->dropped;
}

} // namespace base::log
