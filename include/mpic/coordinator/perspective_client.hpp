// SPDX-License-Identifier: Apache-2.0
#pragma once
// How the coordinator reaches one perspective. Behind this seam a multiplexed transport can take
// the place of HTTP/1.1, and tests have honest, hijacked, silent, late, lying and broken
// perspectives (tests/support/fake_perspective.hpp).

#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "mpic/model/tally.hpp"
#include "mpic/wire/agent_protocol.hpp"

#include <cstddef>
#include <memory>

namespace mpic::coordinator {

/// What a client holds now.
struct ClientLoad {
    std::size_t connections = 0;
    std::size_t questions = 0; ///< under way, those that wait for a connection included
};

class PerspectiveClient {
public:
    virtual ~PerspectiveClient() = default;
    /// The perspective's report by `deadline`, or why there is none. The client fills in the
    /// question's perspective and budget; the question outlives the call. Never null, and never
    /// throws but for faults. By pointer: while thousands wait, what they wait for takes no room.
    [[nodiscard]] virtual base::Awaitable<std::unique_ptr<Reply>>
    ask(const wire::AgentQuestion& question, base::Deadline deadline) = 0;
    /// Whether the perspective's agent is there and is who it should be; costs it nothing. Failures
    /// as a reply's.
    [[nodiscard]] virtual base::Awaitable<base::Result<void>> probe(base::Deadline deadline) = 0;
    [[nodiscard]] virtual ClientLoad load() const { return {}; }
};

} // namespace mpic::coordinator
