// SPDX-License-Identifier: Apache-2.0
#pragma once
// The public dialect's answers. Secrets (expected bodies, key authorizations) never appear in them.

#include "base/json/reader.hpp"
#include "mpic/model/corroboration.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpic::wire {

/// A completed corroboration, `ok` true or false.
[[nodiscard]] std::string encode_draft_response(const CheckRequest& request,
                                                const Corroboration& corroboration);

/// The one shape of every error answer:
/// {"ok":false,"success":false,"error":…,"code":…,"issues":[…], "request-id":…}; `issues` only when
/// there are some, `incident` only when not empty.
[[nodiscard]] std::string encode_error(std::string_view code, std::string_view sentence,
                                       std::string_view request_id,
                                       const std::vector<base::json::Issue>& issues = {},
                                       std::string_view incident = {});

} // namespace mpic::wire
