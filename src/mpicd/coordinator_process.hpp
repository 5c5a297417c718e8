// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a coordinator process has once, however many loops: journal, metrics, log, the admin
// listener.

#include "base/core/monotone_clock.hpp"
#include "base/log/journal_file.hpp"
#include "mpic/api/admin_api.hpp"
#include "mpic/coordinator/fleet_health.hpp"
#include "mpic/wire/audit_record.hpp"
#include "mpicd/build_info.hpp"
#include "mpicd/coordinator_unit.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mpicd {

/// Clocks, randomness, metrics, journal and health, in the order in which they need one another.
struct CoordinatorResources {
    CoordinatorResources(const base::log::JournalOptions& journal_options, base::log::Logger& log)
        : journal(with_meters(journal_options, metrics), journal_files, clock, log),
          policy_clock(clock, journal.recovered_until().value_or(base::WallTime::min())),
          health(log, metrics),
          shared{clock, policy_clock, random, log, metrics, journal, health} {
        // An outage that refuses it is marked by the journal itself.
        journal.append(mpic::wire::encode_start_record(build_name()), [](base::Result<void>) {});
    }

    base::SystemClock clock;
    base::SystemRandom random;
    base::log::Metrics metrics;
    base::log::SystemJournalFiles journal_files;
    base::log::Journal journal;
    /// The date whose policy is in force: never earlier than it was for a record of the journal,
    /// nor than it has been in this process, whatever somebody does to the machine's clock.
    base::MonotoneClock policy_clock;
    mpic::coordinator::FleetHealth health;
    Shared shared;

private:
    [[nodiscard]] static base::log::JournalOptions with_meters(base::log::JournalOptions options,
                                                               base::log::Metrics& metrics);
};

/// The admin listener on one loop.
class AdminUnit {
public:
    AdminUnit(base::asio::io_context& loop, CoordinatorResources& resources,
              const base::net::Endpoint& listen, std::function<mpic::Roster()> roster,
              mpic::coordinator::CoordinatorOptions options);

    void start() { server_.start(); }
    [[nodiscard]] base::net::Endpoint endpoint() const { return server_.endpoint(); }
    [[nodiscard]] base::Awaitable<void> drain(base::Milliseconds limit) {
        return server_.drain(limit);
    }
    /// From now on /readyz says no.
    void stopping() { stopping_ = true; }

private:
    [[nodiscard]] std::vector<std::string> not_ready() const;

    CoordinatorResources& resources_;
    std::function<mpic::Roster()> roster_;
    mpic::coordinator::CoordinatorOptions options_; ///< what the next attempt must reach
    bool stopping_ = false;
    base::http::Router router_;
    base::http::Server server_;
};

} // namespace mpicd
