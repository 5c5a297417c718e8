// SPDX-License-Identifier: Apache-2.0
#pragma once
// What was asked, as the audit journal keeps it: everything but secrets, and those as digests.

#include "mpic/model/check_request.hpp"
#include "mpic/wire/json_out.hpp"

namespace mpic::wire {

/// validation-method, dcv, caa and traceparent, each where the request has it.
void put_audit_request(JsonOut& out, const CheckRequest& request);

} // namespace mpic::wire
