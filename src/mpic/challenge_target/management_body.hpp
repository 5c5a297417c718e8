// SPDX-License-Identifier: Apache-2.0
#pragma once
// The bodies of the management calls, read strictly: every problem at once, with its path. Pure.

#include "base/json/reader.hpp"
#include "mpic/challenge_target/views.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mpic::challenge_target {

struct RecordsChange {
    base::dns::RecordType type{};
    Rdata rdata; ///< empty: nothing of that type
};

/// PUT /dns
struct DnsChange {
    base::dns::Name name;
    std::variant<RecordsChange, Behaviour> what;
    std::vector<std::string> perspectives; ///< empty: for all
};

/// PUT /http
struct HttpChange {
    HttpPlace place;
    HttpAnswer answer;
    std::vector<std::string> perspectives;
};

/// PUT /tls
struct TlsChange {
    std::string server_name;
    TlsAnswer answer;
    std::vector<std::string> perspectives;
};

inline constexpr std::size_t management_body_limit = 512 * 1024;

/// Nothing exactly when `issues` has some. `known` are the perspectives' ids.
[[nodiscard]] std::optional<DnsChange> read_dns_change(std::string_view body,
                                                       const std::vector<std::string>& known,
                                                       base::json::Issues& issues);
[[nodiscard]] std::optional<HttpChange> read_http_change(std::string_view body,
                                                         const std::vector<std::string>& known,
                                                         base::json::Issues& issues);

[[nodiscard]] std::optional<TlsChange> read_tls_change(std::string_view body,
                                                       const std::vector<std::string>& known,
                                                       base::json::Issues& issues);

} // namespace mpic::challenge_target
