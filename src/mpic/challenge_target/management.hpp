// SPDX-License-Identifier: Apache-2.0
#pragma once
// The management API of the challenge-test target: PUT /dns, PUT /http, PUT /tls, GET /requests,
// DELETE /, and GET / for a person who wonders what this is.

#include "base/http/router.hpp"
#include "mpic/challenge_target/request_log.hpp"
#include "mpic/challenge_target/views.hpp"

#include <string>
#include <vector>

namespace mpic::challenge_target {

/// `views` and `requests` outlive the router; `known` are the perspectives' ids.
[[nodiscard]] base::http::Router make_management_router(Views& views, RequestLog& requests,
                                                        std::vector<std::string> known);

/// {"ok":false,"error":…}, the shape of every refusal here.
[[nodiscard]] base::http::Response management_error(unsigned status, const std::string& sentence);

} // namespace mpic::challenge_target
