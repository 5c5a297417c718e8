// SPDX-License-Identifier: Apache-2.0
#pragma once
// One c-ares channel to one server over TCP, on one Asio loop. c-ares opens the connections, sends,
// checks id and question of what comes back, and keeps the time of one try; Asio tells it when a
// socket is ready. One server to a channel, because c-ares 1.18 does not say which of several has
// answered.

#include "base/async/awaitable.hpp"
#include "base/core/clock.hpp"
#include "base/core/result.hpp"
#include "base/net/ip_address.hpp"
#include "query_channel.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

struct ares_channeldata;

namespace base::dns {

/// Shared: a handler that runs c-ares keeps the channel alive until c-ares has returned, so that a
/// callback may well drop the last other owner. All on the loop's thread.
class AresChannel final : public QueryChannel, public std::enable_shared_from_this<AresChannel> {
public:
    struct Options {
        net::Endpoint server;
        std::optional<net::IpAddress> source;
        Milliseconds try_timeout{2000};
    };

    /// Throws std::runtime_error when c-ares cannot start.
    [[nodiscard]] static std::shared_ptr<AresChannel> open(asio::io_context& loop, Options options);
    ~AresChannel() override;
    AresChannel(const AresChannel&) = delete;
    AresChannel& operator=(const AresChannel&) = delete;

    Result<std::uint64_t> send(std::string_view query, Receiver& receiver) override;
    /// There is no taking back what c-ares has: its outcome is dropped when it comes.
    void forget(std::uint64_t number) override { waiting_.erase(number); }
    void close() override;
    [[nodiscard]] const std::string& server() const override { return server_; }

private:
    struct Query;
    struct Socket;

    AresChannel(asio::io_context& loop, Options options);
    void start();
    void bind_source(const net::IpAddress& source);
    static void on_response(void* query, int status, int timeouts, unsigned char* octets,
                            int count);
    static void on_socket_state(void* self, int fd, int readable, int writable);
    void watch(int fd, bool readable, bool writable);
    void arm(const std::shared_ptr<Socket>& socket);
    void arm_one(const std::shared_ptr<Socket>& socket, bool for_write);
    void ready(const std::shared_ptr<Socket>& socket, bool for_write);
    void schedule();
    void refuse_the_waiting();
    void deliver(std::uint64_t number, Result<std::string> outcome);
    void hand_over(std::uint64_t number, Result<std::string> outcome);
    [[nodiscard]] Failure failure(int status) const;

    asio::io_context& loop_;
    Options options_;
    std::string server_;
    ares_channeldata* channel_ = nullptr;
    std::map<int, std::shared_ptr<Socket>> sockets_;
    asio::steady_timer timer_;
    bool timer_armed_ = false;
    bool closed_ = false;
    std::size_t under_way_ = 0;
    std::uint64_t sent_ = 0;
    std::unordered_map<std::uint64_t, Receiver*> waiting_; // by number: those without an outcome
};

} // namespace base::dns
