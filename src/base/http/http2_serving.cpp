// SPDX-License-Identifier: Apache-2.0
#include "http2_serving.hpp"

#include "request_answer.hpp"
#include "server_core.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <utility>

namespace base::http {
namespace {

/// Of one connection; more are begun anew.
constexpr std::size_t resting_max = 64;

} // namespace

Http2Serving::Http2Serving(ServerCore& core, Transport& transport, const Peer& peer)
    : core_(core),
      transport_(transport),
      peer_(peer),
      protocol_(core.options.limits, core.clock.steady()),
      link_(transport, *this, core.options.limits.write),
      alarm_(transport.loop(), [this] { look_at_the_clock(); }),
      tasks_(transport.loop()) {
    tasks_.on_fault(
        [&log = core.log](const char* what) { log.error("session-fault", {{"what", what}}); });
}

Awaitable<void> Http2Serving::run(std::string_view first) {
    look_at_the_clock();
    static_cast<void>(co_await link_.run(first));
    alarm_.clear();
    ended_ = true;
    dismiss();
    // Handlers run to their end, unless drain() has given up on them.
    if (is_given_up(co_await asio::this_coro::cancellation_state)) {
        transport_.close();
        tasks_.cancel_all();
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    } else {
        tasks_.spawn(transport_.close_gently(!idled_)); // the client does not wait for them
    }
    co_await tasks_.join();
}

bool Http2Serving::heard(std::string_view octets) {
    const bool understood = protocol_.receive(octets, core_.clock.steady());
    take_arrivals();
    return understood;
}

void Http2Serving::take_arrivals() {
    for (Http2Server::Stream* stream : protocol_.arrivals()) {
        if (stream->rejection) {
            protocol_.respond(
                *stream,
                core_.options.reject(*stream->rejection, std::exchange(stream->detail, {})),
                core_.date(), core_.clock.steady());
        } else if (resting_.empty()) {
            tasks_.spawn(work(stream));
        } else {
            Worker worker = std::move(resting_.back());
            resting_.pop_back();
            worker(stream);
        }
    }
    proceed();
}

bool Http2Serving::append(std::string& out, std::size_t enough) {
    if (!protocol_.append(out, enough)) {
        return false;
    }
    if (!out.empty()) {
        return true;
    }
    settle(); // all is sent: streams have ended by that
    return protocol_.append(out, enough);
}

Awaitable<void> Http2Serving::work(Http2Server::Stream* stream) {
    const auto rest = [this](auto worker) { resting_.emplace_back(std::move(worker)); };
    while (stream != nullptr) {
        Response response;
        std::exception_ptr escaped;
        try {
            response = co_await core_.options.handler(stream->request, peer_);
        } catch (...) {
            escaped = std::current_exception();
        }
        if (is_given_up(co_await asio::this_coro::cancellation_state)) {
            co_return;
        }
        if (escaped) {
            response = answer_fault(core_, stream->request, peer_, escaped);
        }
        protocol_.respond(*stream, std::move(response), core_.date(), core_.clock.steady());
        proceed();
        const bool ends = ended_ || resting_.size() == resting_max;
        stream =
            ends
                ? nullptr
                : co_await asio::async_initiate<const asio::deferred_t, void(Http2Server::Stream*)>(
                      rest, asio::deferred);
    }
}

void Http2Serving::proceed() {
    settle();
    link_.send_soon();
}

void Http2Serving::dismiss() {
    for (Worker& worker : std::exchange(resting_, {})) {
        worker(nullptr);
    }
}

void Http2Serving::settle() {
    if (core_.draining) {
        protocol_.shut_down();
    }
    // What has arrived is answered, also when it was not read yet.
    if (protocol_.is_shutting_down() && protocol_.is_idle() && !transport_.has_input()) {
        protocol_.end(NGHTTP2_NO_ERROR);
    }
    alarm_.set(protocol_.next_look());
}

void Http2Serving::drain() {
    idled_ = protocol_.is_idle() && !transport_.has_input();
    proceed();
}

void Http2Serving::look_at_the_clock() {
    protocol_.expire(core_.clock.steady());
    idled_ = protocol_.is_idle() && protocol_.is_shutting_down();
    if (protocol_.is_idle()) {
        dismiss();
    }
    take_arrivals();
}

} // namespace base::http
