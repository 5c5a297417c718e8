// SPDX-License-Identifier: Apache-2.0
#pragma once
// What was asked of the challenge-test target, for a tester to look at. Bounded: the oldest entries
// make room and are counted.

#include "base/core/clock.hpp"
#include "base/http/message.hpp"
#include "base/net/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <variant>

namespace mpic::challenge_target {

struct DnsRequest {
    std::string name;
    std::string type;
    bool tcp = false;
};

struct HttpRequest {
    std::string method;
    std::string host; ///< as received
    std::string path;
    std::string query; ///< without the question mark
    base::http::Headers headers;
};

/// One TLS handshake.
struct TlsRequest {
    std::string server_name;
    std::string protocol; ///< chosen, empty for none
};

struct LoggedRequest {
    base::WallTime time;
    std::string perspective; ///< "" for a source that is nobody's
    base::net::IpAddress source;
    std::variant<DnsRequest, HttpRequest, TlsRequest> what;
};

class RequestLog {
public:
    static constexpr std::size_t max_entries = 10'000;

    void add(LoggedRequest request);
    void clear();
    /// {"requests":[…],"dropped":N}, oldest first.
    [[nodiscard]] std::string to_json() const;

private:
    std::deque<LoggedRequest> requests_;
    std::uint64_t dropped_ = 0;
};

} // namespace mpic::challenge_target
