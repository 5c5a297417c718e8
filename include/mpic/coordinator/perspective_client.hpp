// SPDX-License-Identifier: Apache-2.0
#pragma once
// How the coordinator reaches one perspective. A question is an object that is called back, not a
// coroutine: thousands wait at once. Behind this seam tests have honest, hijacked, silent, late,
// lying and broken perspectives (tests/support/fake_perspective.hpp).

#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "mpic/model/tally.hpp"
#include "mpic/wire/agent_protocol.hpp"

#include <cstddef>
#include <exception>
#include <memory>

namespace mpic::coordinator {

/// What a client holds now.
struct ClientLoad {
    std::size_t connections = 0;
    std::size_t questions = 0; ///< under way, those that wait for a connection included
};

/// Whoever asks several perspectives: hears the reply of each seat.
class Asker {
public:
    /// Once for each seat, perhaps from within ask(). The question may be destroyed from here, and
    /// so may others. Never null.
    virtual void replied(std::size_t seat, std::unique_ptr<Reply> reply) = 0;
    /// In place of a reply: a fault in the asking.
    virtual void faulted(std::size_t seat, const std::exception_ptr& fault) noexcept = 0;

protected:
    ~Asker() = default;
};

/// A question under way. One that is destroyed before its reply is withdrawn, and has none.
class Asking {
public:
    Asking() = default;
    virtual ~Asking() = default;
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

    /// The reply of a perspective that is not waited for any longer.
    [[nodiscard]] virtual std::unique_ptr<Reply> given_up() const = 0;
};

class PerspectiveClient {
public:
    virtual ~PerspectiveClient() = default;
    /// Asks for the perspective's report by `deadline`, when the asker, which has one alarm for all
    /// its seats, withdraws the question. The client fills in the question's perspective and
    /// budget. Client, question and asker outlive what is returned, which is null when the asker
    /// has heard all before. Throws for faults only.
    [[nodiscard]] virtual std::unique_ptr<Asking> ask(const wire::AgentQuestion& question,
                                                      base::Deadline deadline, Asker& asker,
                                                      std::size_t seat) = 0;
    /// Whether the perspective's agent is there and is who it should be; costs it nothing. Failures
    /// as a reply's.
    [[nodiscard]] virtual base::Awaitable<base::Result<void>> probe(base::Deadline deadline) = 0;
    [[nodiscard]] virtual ClientLoad load() const { return {}; }
};

} // namespace mpic::coordinator
