// SPDX-License-Identifier: Apache-2.0
#pragma once
// One HTTP/2 connection of a pool: opened to a peer whose certificate says who it is, it carries
// requests side by side until either end has had enough of it. Lives on one loop.

#include "base/async/alarm.hpp"
#include "base/async/awaitable.hpp"
#include "base/core/clock.hpp"
#include "base/core/deadline.hpp"
#include "base/core/result.hpp"
#include "base/http/client.hpp"
#include "http2_client.hpp"
#include "http2_link.hpp"
#include "peer_addresses.hpp"
#include "transport.hpp"

#include <memory>
#include <optional>
#include <string>

namespace base::http {

class PeerConnection final : Http2Speaker {
public:
    class Owner {
    public:
        /// It may take requests now that it did not take before.
        virtual void has_room() = 0;
        /// The call has its result.
        virtual void ended(PeerConnection& connection, Http2Call& call) = 0;

    protected:
        ~Owner() = default;
    };

    /// References outlive the connection.
    PeerConnection(asio::io_context& loop, const Clock& clock, const PoolOptions& options,
                   PeerAddresses& addresses, Owner& owner);

    /// Connects, carries requests, and returns why that is over; no call is left then.
    [[nodiscard]] Awaitable<Failure> run();

    [[nodiscard]] bool is_connecting() const { return state_ == State::connecting; }
    [[nodiscard]] bool can_take() const;
    /// Carries nearly as many requests as the peer allows.
    [[nodiscard]] bool is_nearly_full() const;
    [[nodiscard]] bool has_answered() const { return protocol_ && protocol_->has_answered(); }
    /// It never came about, since nobody was there to take it: refused, or dropped before a word.
    [[nodiscard]] bool found_nobody() const { return found_nobody_; }
    [[nodiscard]] std::size_t calls() const { return protocol_ ? protocol_->calls() : 0; }

    /// As Http2Client.
    [[nodiscard]] Result<void> submit(Http2Call& call);
    void withdraw(Http2Call& call);
    /// Says goodbye, unless it is connecting or carries requests.
    void close_if_idle();

private:
    enum class State { connecting, ready, over };

    bool heard(std::string_view octets) override;
    bool append(std::string& out, std::size_t enough) override;
    bool is_over() override { return protocol_->is_over(); }

    [[nodiscard]] Awaitable<Result<void>> open();
    [[nodiscard]] Awaitable<Result<void>> open_to(net::Endpoint to, Deadline deadline);
    [[nodiscard]] Awaitable<Result<void>> shake_hands(net::Endpoint to, Deadline deadline);
    [[nodiscard]] Result<void> check_identity(const net::Endpoint& to);
    [[nodiscard]] Failure why(const boost::system::error_code& error, std::string doing) const;
    [[nodiscard]] Failure why_over(const boost::system::error_code& error) const;
    void deliver();
    /// No request is left on it.
    void rest();
    void look_at_the_clock();

    const Clock& clock_;
    const PoolOptions& options_;
    PeerAddresses& addresses_;
    Owner& owner_;
    State state_ = State::connecting;
    std::optional<Transport> transport_;
    std::optional<Http2Client> protocol_;
    std::optional<Http2Link> link_;
    Alarm alarm_;
    SteadyTime heard_at_{};
    SteadyTime busy_since_{};
    SteadyTime idle_since_{};
    std::optional<SteadyTime> asked_at_; ///< for a sign of life
    bool silent_ = false;                ///< none came
    bool found_nobody_ = false;
};

} // namespace base::http
