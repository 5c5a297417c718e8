// SPDX-License-Identifier: Apache-2.0
#pragma once
// The questions of the agent protocol: for each way of domain control validation a "type", how its
// question is written and how it is read.

#include "mpic/model/check_request.hpp"
#include "mpic/wire/json_out.hpp"
#include "mpic/wire/strict_fields.hpp"

namespace mpic::wire {

/// The members, the type first; the caller opens and closes the object.
void put_dcv_question(JsonOut& out, const DcvQuestion& question);
/// A type that this agent does not know is an issue: it must not be answered as if nothing, or
/// something like it, was asked.
[[nodiscard]] DcvQuestion read_dcv_question(StrictFields& fields);

/// A name as it stands on the wire.
[[nodiscard]] base::dns::Name read_name(StrictFields& fields, std::string_view key);

} // namespace mpic::wire
