// SPDX-License-Identifier: Apache-2.0
#include "http2_link.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <array>

namespace base::http {
namespace {

using boost::system::error_code;

constexpr std::size_t read_size = 16 * 1024; // one TLS record
constexpr int reads_max = 2;                 // then others have their turn
constexpr std::size_t write_size = 16 * 1024;
constexpr std::size_t kept_capacity = 4 * 1024;

} // namespace

struct Http2Link::Handle {
    Http2Link* link;
};

Http2Link::Http2Link(Transport& transport, Http2Speaker& speaker, Milliseconds write_limit)
    : transport_(transport),
      speaker_(speaker),
      write_limit_(write_limit),
      handle_(std::make_shared<Handle>(this)) {}

Http2Link::~Http2Link() {
    handle_->link = nullptr;
}

Awaitable<error_code> Http2Link::run(std::string_view first) {
    transport_.clear_deadline();
    deaf_ = !first.empty() && !speaker_.heard(first);
    send_now(); // the preface
    error_code error;
    while (!stopped_) {
        error = co_await transport_.wait_for_input();
        if (error || !take_input(error)) {
            break;
        }
    }
    if (write_error_) {
        co_return write_error_;
    }
    if (transport_.timed_out()) {
        co_return asio::error::timed_out; // the peer did not read
    }
    co_return error == asio::error::operation_aborted&& stopped_ ? error_code() : error;
}

bool Http2Link::take_input(error_code& error) {
    [[clang::uninitialized]] std::array<char, read_size> buffer;
    for (int i = 0; i < reads_max && !stopped_; ++i) {
        const auto [failed, n] = transport_.try_read(asio::buffer(buffer));
        if (failed == asio::error::would_block) {
            break;
        }
        if (failed) {
            error = failed;
            return false;
        }
        if (!deaf_ && !speaker_.heard({buffer.data(), n})) {
            deaf_ = true;
            send_soon();
        }
    }
    return !stopped_;
}

void Http2Link::send_soon() {
    if (send_posted_ || stopped_ || blocked_) {
        return;
    }
    send_posted_ = true;
    asio::post(transport_.loop(), [handle = handle_] {
        if (handle->link != nullptr) {
            handle->link->send_posted_ = false;
            handle->link->send_now();
        }
    });
}

void Http2Link::send_now() {
    bool able = true;
    while (able && !blocked_ && !stopped_) {
        able = speaker_.append(unsent_, write_size);
        if (unsent_.empty()) { // all is sent
            able = able && !deaf_ && !speaker_.is_over();
            break;
        }
        write_unsent();
    }
    if (!able && !blocked_) {
        stop();
    }
    if (!blocked_ && unsent_.capacity() > kept_capacity) {
        unsent_ = {};
    }
}

void Http2Link::write_unsent() {
    std::size_t sent = 0;
    while (sent < unsent_.size()) {
        const auto [error, n] = transport_.try_write(asio::buffer(unsent_) + sent);
        sent += n;
        if (error == asio::error::would_block) {
            unsent_.erase(0, sent);
            wait_for_room();
            return;
        }
        if (error) {
            write_error_ = error;
            stop();
            break;
        }
    }
    unsent_.clear();
}

void Http2Link::wait_for_room() {
    blocked_ = true;
    transport_.set_deadline(std::chrono::steady_clock::now() + write_limit_);
    transport_.when_room([handle = handle_](const error_code& error) {
        Http2Link* link = handle->link;
        if (link == nullptr || error) { // run() learns of it as well
            return;
        }
        link->blocked_ = false;
        link->transport_.clear_deadline();
        link->write_unsent();
        link->send_now();
    });
}

void Http2Link::stop() {
    stopped_ = true;
    transport_.interrupt();
}

} // namespace base::http
