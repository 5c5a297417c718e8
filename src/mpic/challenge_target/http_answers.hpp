// SPDX-License-Identifier: Apache-2.0
#pragma once
// The web server of mpic.test: what was set for a host and path as the asking perspective sees it,
// and 404 for the rest. One loop.

#include "base/http/server.hpp"
#include "mpic/challenge_target/dns_answers.hpp"
#include "mpic/challenge_target/request_log.hpp"
#include "mpic/challenge_target/views.hpp"

#include <string>
#include <string_view>

namespace mpic::challenge_target {

/// Lower case, without port and final dot: how hosts are compared.
[[nodiscard]] std::string plain_host(std::string_view host);

class HttpAnswers {
public:
    /// References outlive it.
    HttpAnswers(const base::Clock& clock, const Views& views, const Sources& sources,
                RequestLog& requests);

    [[nodiscard]] base::Awaitable<base::http::Response> respond(const base::http::Request& request,
                                                                const base::http::Peer& peer);

private:
    const base::Clock& clock_;
    const Views& views_;
    const Sources& sources_;
    RequestLog& requests_;
};

} // namespace mpic::challenge_target
