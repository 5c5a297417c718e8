// SPDX-License-Identifier: Apache-2.0
#pragma once
// One query and what becomes of it: the servers in turn, as often as the options say, until one
// answers; over UDP, and over TCP when that does not settle it (RFC 7766 §5). Not a coroutine: most
// end with the first datagram, a check asks several at a time, and a frame for each costs more than
// the query.

#include "base/async/alarm.hpp"
#include "base/core/deadline.hpp"
#include "base/core/result.hpp"
#include "query_channel.hpp"
#include "resolver_state.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace base::dns {

/// A response as received, and how it was come by.
struct Exchange {
    std::string response; ///< with the query's own id, and its question as it was asked
    std::string resolver; ///< "192.0.2.1:53"
    int sends = 0;        ///< over UDP; TCP after one of them is no further query
};

/// On the loop's thread. The id on the wire is a random one.
class Inquiry final : private QueryChannel::Receiver {
public:
    /// `query` is a complete message.
    Inquiry(std::shared_ptr<ResolverState> state, std::string query, Deadline deadline);
    ~Inquiry() { forget(); }
    Inquiry(const Inquiry&) = delete;
    Inquiry& operator=(const Inquiry&) = delete;

    /// `ended` is called once there is an outcome, perhaps from in here.
    void start(std::function<void()> ended);
    /// Ends an inquiry under way as cancelled; `ended` hears nothing of it.
    void stop();
    /// What came of it, after the end. Failures are those of QueryChannel::send().
    [[nodiscard]] Result<Exchange>& outcome() { return *outcome_; }
    /// From the start to the end.
    [[nodiscard]] SteadyTime::duration elapsed() const { return elapsed_; }

private:
    void ask_next(SteadyTime now);
    void begin_try(std::shared_ptr<QueryChannel> channel, bool over_tcp, SteadyTime now);
    void send();
    void received(Result<std::string> response) override;
    void late();
    void try_ended(Result<std::string>&& response);
    void end(Result<Exchange>&& outcome);
    void forget();
    [[nodiscard]] bool is_worth_another_send(FailureKind kind);
    [[nodiscard]] bool is_settled(const std::string& response) const;
    [[nodiscard]] Failure too_late() const;
    [[nodiscard]] const std::string& asked() const { return asked_.empty() ? query_ : asked_; }

    std::shared_ptr<ResolverState> state_;
    std::string query_;              ///< as it is sent
    std::string asked_;              ///< with the asker's case, where that is mixed
    std::array<char, 2> asked_id_{}; ///< the asker's
    Deadline deadline_;
    SteadyTime started_{};
    SteadyTime::duration elapsed_{};
    std::function<void()> ended_;
    std::optional<Result<Exchange>> outcome_;
    Alarm alarm_;
    // Which server's turn it is.
    std::shared_ptr<ServerChannels> server_;
    std::size_t next_ = 0;
    int round_ = 0;
    int sends_ = 0;
    Failure last_{FailureKind::cancelled, {}};
    // The try under way.
    std::shared_ptr<QueryChannel> channel_;
    std::uint64_t number_ = 0; ///< of the query on the channel; 0: there is none
    SteadyTime try_started_{};
    int sends_of_try_ = 0;
    bool over_tcp_ = false;
    bool broken_before_ = false;
};

} // namespace base::dns
