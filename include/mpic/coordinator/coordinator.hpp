// SPDX-License-Identifier: Apache-2.0
#pragma once
// A request's road: plan, fan out, tally, audit. Lives on one loop.

#include "base/async/awaitable.hpp"
#include "base/async/task_set.hpp"
#include "base/core/clock.hpp"
#include "base/core/deadline.hpp"
#include "base/core/random.hpp"
#include "base/log/journal.hpp"
#include "base/log/logger.hpp"
#include "base/log/metrics.hpp"
#include "mpic/coordinator/perspective_client.hpp"
#include "mpic/model/corroboration.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace mpic::coordinator {

class FleetHealth;

struct CoordinatorOptions {
    QuorumPolicy policy = QuorumPolicy::cabf_br();
    /// Remotes asked per attempt; 0 asks all of the roster.
    std::size_t remotes_per_attempt = 0;
    int max_attempts = 1;                       ///< 1..5
    base::Milliseconds request_timeout{20'000}; ///< for all attempts together, audit included
    base::Milliseconds evidence_grace{500};     ///< how long a certain "no" waits for the rest
    base::Milliseconds straggler_timeout{
        2'000}; ///< how long stragglers may go on after the decision
    /// After a drain's end: how long the journal may take for the last records.
    base::Milliseconds last_records{1'000};
    /// Which date's policy is in force; null: the coordinator's clock. Outlives the coordinator.
    const base::Clock* policy_clock = nullptr;
    /// Who is told which perspectives answer; may be null. Outlives the coordinator.
    FleetHealth* health = nullptr;
};

/// What the next attempt with `roster` must reach at `at`.
[[nodiscard]] QuorumRule next_rule(const CoordinatorOptions& options, const Roster& roster,
                                   base::WallTime at);

/// What a corroboration amounted to, and how the client is to be told.
enum class Unavailable { audit, compliance };
struct Answer {
    std::optional<Corroboration> corroboration;
    std::optional<Unavailable> unavailable; ///< exactly when there is no corroboration
    std::string detail;
};

class Coordinator {
public:
    /// `clients` are in the roster's order. References outlive the coordinator.
    Coordinator(base::asio::io_context& loop, const base::Clock& clock, base::Random& random,
                base::log::Logger& log, base::log::Metrics& metrics, base::log::Journal& journal,
                Roster roster, std::vector<std::unique_ptr<PerspectiveClient>> clients,
                CoordinatorOptions options);
    ~Coordinator();

    /// Asks the perspectives, decides, and returns when the decision's audit record is durable.
    /// Never cancelled half-way: a client that goes away changes nothing. `client` is for the audit
    /// record.
    ///
    /// Every perspective that a durable decision did not wait for gets its record later: after an
    /// outage of the journal, if one comes between. What waits for that is bounded by the attempts
    /// that had decided and not ended when the outage began; while it lasts nothing is decided, so
    /// none is added. A decision that the journal refused leaves no record at all.
    ///
    /// `prepare` is for work that the answer needs anyway: it may be called, at most once, with the
    /// corroboration that will be returned if the disk takes the record, while the disk does.
    using Prepare = std::function<void(const Corroboration&)>;
    [[nodiscard]] base::Awaitable<Answer> corroborate(CheckRequest request, std::string client,
                                                      Prepare prepare = {});

    /// Takes a new roster with its clients; attempts under way keep the old ones until they end.
    void replace_fleet(Roster roster, std::vector<std::unique_ptr<PerspectiveClient>> clients);

    /// Asks the perspectives that have not answered for `quiet` whether they are there, and tells
    /// options.health; nothing without it.
    [[nodiscard]] base::Awaitable<void> probe(base::Milliseconds quiet, base::Deadline deadline);
    /// Brings the gauges of connections and questions under way up to date.
    void sample_load();

    /// Waits for stragglers, which `until` turns into timeouts, and for their audit records; for
    /// these no longer than options.last_records beyond it, whatever the disk does. Each one that
    /// the journal has not taken by then is an error in the log (late-record-lost).
    [[nodiscard]] base::Awaitable<void>
    drain(base::Deadline until = base::Deadline(base::SteadyTime::max()));

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace mpic::coordinator
