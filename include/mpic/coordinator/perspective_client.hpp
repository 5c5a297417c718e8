// SPDX-License-Identifier: Apache-2.0
#pragma once
// How the coordinator reaches one perspective. Behind this seam a multiplexed transport can take
// the place of HTTP/1.1, and tests have honest, hijacked, silent, late, lying and broken
// perspectives (tests/support/fake_perspective.hpp).

#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "mpic/model/tally.hpp"
#include "mpic/wire/agent_protocol.hpp"

namespace mpic::coordinator {

class PerspectiveClient {
public:
    virtual ~PerspectiveClient() = default;
    /// The perspective's report by `deadline`, or why there is none. The client fills in the
    /// question's perspective and budget. Never throws but for faults.
    [[nodiscard]] virtual base::Awaitable<Reply> ask(wire::AgentQuestion question,
                                                     base::Deadline deadline) = 0;
};

} // namespace mpic::coordinator
