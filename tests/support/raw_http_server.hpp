// SPDX-License-Identifier: Apache-2.0
#pragma once
// A TCP server that does what it is told, octet by octet: for peers that are slow, wrong or gone.
// Each connection follows its script on a thread of its own; what was received is kept.

#include "base/net/ip_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

namespace test {

/// The steps of a script.
namespace raw {
struct ReadRequest {}; ///< reads a head, and a body of its Content-Length
struct Send {
    std::string octets;
};
struct Pause {
    std::chrono::milliseconds time;
};
struct Reset {}; ///< closes with RST
struct Hold {};  ///< reads on until the peer closes
} // namespace raw

class RawHttpServer {
public:
    using Step = std::variant<raw::ReadRequest, raw::Send, raw::Pause, raw::Reset, raw::Hold>;
    /// After its last step the connection is closed.
    using Script = std::vector<Step>;

    /// The n-th connection follows the n-th script, those after the last one the last.
    explicit RawHttpServer(std::vector<Script> scripts, const std::string& address = "127.0.0.1")
        : scripts_(std::move(scripts)),
          address_(*base::net::IpAddress::parse(address)),
          listener_(listen()),
          acceptor_([this](const std::stop_token& stop) { accept(stop); }) {}

    ~RawHttpServer() {
        acceptor_.request_stop();
        acceptor_.join();
        connections_.clear();
        ::close(listener_);
    }
    RawHttpServer(const RawHttpServer&) = delete;
    RawHttpServer& operator=(const RawHttpServer&) = delete;

    [[nodiscard]] base::net::Endpoint endpoint() const { return {address_, port_}; }

    /// What each connection has sent so far.
    [[nodiscard]] std::vector<std::string> received() const {
        const std::lock_guard lock(mutex_);
        return received_;
    }
    [[nodiscard]] std::size_t connections() const { return received().size(); }

    /// A script that answers one request with `octets`.
    static Script answer(std::string octets) {
        return {raw::ReadRequest{}, raw::Send{std::move(octets)}};
    }

private:
    static constexpr int poll_ms = 10; // how soon a stop is noticed

    int listen() {
        const int fd =
            ::socket(address_.is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_storage at{};
        socklen_t length = 0;
        if (address_.is_v6()) {
            auto& v6 = reinterpret_cast<sockaddr_in6&>(at);
            v6.sin6_family = AF_INET6;
            std::memcpy(&v6.sin6_addr, address_.octets().data(), 16);
            length = sizeof v6;
        } else {
            auto& v4 = reinterpret_cast<sockaddr_in&>(at);
            v4.sin_family = AF_INET;
            std::memcpy(&v4.sin_addr, address_.octets().data(), 4);
            length = sizeof v4;
        }
        if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&at), length) != 0
            || ::listen(fd, 64) != 0
            || ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &length) != 0) {
            throw std::runtime_error("RawHttpServer cannot listen on " + address_.to_string());
        }
        port_ = ntohs(address_.is_v6() ? reinterpret_cast<sockaddr_in6&>(at).sin6_port
                                       : reinterpret_cast<sockaddr_in&>(at).sin_port);
        return fd;
    }

    static bool readable(int fd, const std::stop_token& stop) {
        pollfd entry{fd, POLLIN, 0};
        while (!stop.stop_requested()) {
            if (::poll(&entry, 1, poll_ms) > 0) {
                return true;
            }
        }
        return false;
    }

    void accept(const std::stop_token& stop) {
        while (readable(listener_, stop)) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) {
                continue;
            }
            std::size_t index = 0;
            {
                const std::lock_guard lock(mutex_);
                index = received_.size();
                received_.emplace_back();
            }
            connections_.emplace_back(
                [this, fd, index](const std::stop_token& s) { serve(fd, index, s); });
        }
    }

    void serve(int fd, std::size_t index, const std::stop_token& stop) {
        std::string pending; // received, and not yet taken by a ReadRequest
        const Script& script = scripts_.at(std::min(index, scripts_.size() - 1));
        bool alive = true;
        for (auto step = script.begin(); alive && step != script.end(); ++step) {
            if (std::holds_alternative<raw::ReadRequest>(*step)) {
                alive = read_request(fd, index, pending, stop);
            } else if (const auto* send = std::get_if<raw::Send>(&*step)) {
                alive = send_all(fd, send->octets);
            } else if (const auto* pause = std::get_if<raw::Pause>(&*step)) {
                alive = wait(pause->time, stop);
            } else if (std::holds_alternative<raw::Reset>(*step)) {
                const linger hard{1, 0};
                ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
                alive = false;
            } else {
                while (read_some(fd, index, pending, stop)) {
                }
            }
        }
        ::close(fd);
    }

    bool read_some(int fd, std::size_t index, std::string& pending, const std::stop_token& stop) {
        std::array<char, 4096> buffer{};
        if (!readable(fd, stop)) {
            return false;
        }
        const auto n = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (n <= 0) {
            return false;
        }
        pending.append(buffer.data(), static_cast<std::size_t>(n));
        const std::lock_guard lock(mutex_);
        received_[index].append(buffer.data(), static_cast<std::size_t>(n));
        return true;
    }

    bool read_request(int fd, std::size_t index, std::string& pending,
                      const std::stop_token& stop) {
        std::size_t head = std::string::npos;
        while ((head = pending.find("\r\n\r\n")) == std::string::npos) {
            if (!read_some(fd, index, pending, stop)) {
                return false;
            }
        }
        const std::size_t end =
            head + 4 + content_length(std::string_view(pending).substr(0, head));
        while (pending.size() < end) {
            if (!read_some(fd, index, pending, stop)) {
                return false;
            }
        }
        pending.erase(0, end);
        return true;
    }

    static std::size_t content_length(std::string_view head) {
        static constexpr std::string_view field = "\r\nContent-Length: ";
        std::size_t length = 0;
        if (const std::size_t at = head.find(field); at != std::string_view::npos) {
            std::from_chars(head.data() + at + field.size(), head.data() + head.size(), length);
        }
        return length;
    }

    static bool send_all(int fd, std::string_view octets) {
        while (!octets.empty()) {
            const auto n = ::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL);
            if (n <= 0) {
                return false;
            }
            octets.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }

    static bool wait(std::chrono::milliseconds time, const std::stop_token& stop) {
        const auto until = std::chrono::steady_clock::now() + time;
        while (std::chrono::steady_clock::now() < until && !stop.stop_requested()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return !stop.stop_requested();
    }

    std::vector<Script> scripts_;
    base::net::IpAddress address_;
    std::uint16_t port_ = 0;
    int listener_;
    mutable std::mutex mutex_;
    std::vector<std::string> received_;
    std::list<std::jthread> connections_; // touched by the acceptor only, until it has ended
    std::jthread acceptor_;
};

} // namespace test
