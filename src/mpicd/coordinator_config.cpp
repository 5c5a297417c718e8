// SPDX-License-Identifier: Apache-2.0
#include "mpicd/coordinator_config.hpp"

#include "mpicd/config_file.hpp"

#include <fmt/format.h>

namespace mpicd {

namespace {

void describe_place(ConfigVisitor& v, mpic::Place& place) {
    std::string rir(to_string(place.rir));
    v.word({"rir", "The RIR whose service region holds it.", true}, rir,
           {"AFRINIC", "APNIC", "ARIN", "LACNIC", "RIPE NCC"});
    place.rir = *mpic::rir_from(rir);
    v.real({"latitude", "Degrees north.", true}, place.at.latitude, -90, 90);
    v.real({"longitude", "Degrees east.", true}, place.at.longitude, -180, 180);
}

void describe_perspective(ConfigVisitor& v, mpic::Perspective& p) {
    v.text({"id", "Its name in answers, records and metrics: 1 to 32 of a-z, 0-9 and -.", true},
           p.id, 32);
    std::string role(to_string(p.role));
    v.word({"role", "`primary` for the one whose determination is corroborated.", true}, role,
           {"primary", "remote"});
    p.role = *mpic::role_from(role);
    v.text({"url", "Its agent: https://HOST:PORT.", true}, p.url);
    v.text({"identity", "The subject alternative name of its agent's certificate.", true},
           p.identity);
    describe_place(v, p.place);
    v.section({"resolver", "The recursive resolver that it uses.", true}, [&](ConfigVisitor& r) {
        r.text({"id", "Its name in records.", true}, p.resolver.id, 64);
        describe_place(r, p.resolver.place);
    });
}

void describe_client(ConfigVisitor& v, mpic::api::ClientOptions& c) {
    v.text({"id", "Its name in logs and records.", true}, c.id, 64);
    v.texts({"token-sha256", "SHA-256 hashes of its bearer tokens (`mpicd token new`)."},
            c.token_sha256, 8);
    v.texts({"certificate-identities", "Subject alternative names of its client certificates."},
            c.certificate_identities, 8);
    v.texts({"methods", "What it may ask; empty: everything."}, c.methods, 32);
    v.real({"requests-per-second", "Its rate; 0: unlimited."}, c.requests_per_second, 0, 1e6);
    v.real({"burst", "Requests it may make at once beyond the rate."}, c.burst, 0, 1e6);
    v.count({"max-in-flight", "Requests under way at once; 0: unlimited."}, c.max_in_flight, 0,
            1'000'000);
    for (const auto& hash : c.token_sha256)
        if (hash.size() != 64 || hash.find_first_not_of("0123456789abcdef") != std::string::npos)
            v.problem("token-sha256", "each hash is 64 lower-case hex digits, as `mpicd token new` "
                                      "prints it");
    if (c.token_sha256.empty() && c.certificate_identities.empty())
        v.problem("token-sha256", "a client needs a token hash or a certificate identity");
}

void describe_optional(ConfigVisitor& v, Field field, std::optional<int>& value, int max) {
    std::int64_t number = value.value_or(0);
    v.integer(field, number, 0, max);
    if (number > 0)
        value = static_cast<int>(number);
}

void describe_policy(ConfigVisitor& v, CoordinatorConfig& config) {
    v.word({"name", "`cabf-br`: the Baseline Requirements; `demo`: the same numbers without the "
                    "distance rule, never compliant."},
           config.policy_name, {"cabf-br", "demo"});
    describe_optional(
        v, {"minimum-remotes", "More remotes than the policy demands; 0: as it demands."},
        config.tightening.minimum_remotes, 64);
    describe_optional(v, {"minimum-rirs", "More RIRs than the policy demands; 0: as it demands."},
                      config.tightening.minimum_rirs, 5);
    std::int64_t allowed = config.tightening.allowed_non_corroborations.value_or(-1);
    v.integer({"allowed-non-corroborations",
               "Fewer non-corroborations than the policy allows; -1: as it allows."},
              allowed, -1, 2);
    if (allowed >= 0)
        config.tightening.allowed_non_corroborations = static_cast<int>(allowed);
}

void describe_audit(ConfigVisitor& v, base::log::JournalOptions& journal) {
    v.text({"folder", "Where the journal's segments are; made if absent.", true}, journal.folder,
           4096);
    std::string fsync = journal.fsync == base::log::Fsync::always ? "always" : "interval";
    v.word({"fsync",
            "`always`: an answer leaves when its record is on disk. `interval`: when it is "
            "written; a power cut loses the last sync-interval-ms."},
           fsync, {"always", "interval"});
    journal.fsync = fsync == "always" ? base::log::Fsync::always : base::log::Fsync::interval;
    v.milliseconds(
        {"sync-interval-ms",
         "With `interval`: within it the disk catches up, or answers wait for the disk."},
        journal.sync_interval, 10, 60'000);
    v.count({"segment-bytes", "A segment that is longer is closed and the next one begun."},
            journal.segment_bytes, 64 * 1024, 1LL << 40);
    std::int64_t hours = journal.segment_age.count() / 3600;
    v.integer({"segment-hours", "A segment that is older is closed and the next one begun."}, hours,
              1, 24 * 366);
    journal.segment_age = std::chrono::hours(hours);
}

void describe_timing(ConfigVisitor& v, CoordinatorConfig& config) {
    auto& c = config.coordinator;
    v.milliseconds({"request-ms", "For one corroboration, all its attempts together."},
                   c.request_timeout, 100, 600'000);
    v.milliseconds({"evidence-grace-ms", "How long a certain refusal waits for the other "
                                         "perspectives, so that it can say more."},
                   c.evidence_grace, 0, 60'000);
    v.milliseconds({"straggler-ms",
                    "How long a perspective may go on after the decision; its record "
                    "is still written."},
                   c.straggler_timeout, 0, 60'000);
    v.milliseconds({"drain-ms", "How long SIGTERM waits for requests under way."}, config.drain, 0,
                   600'000);
}

void check_whole(ConfigVisitor& v, CoordinatorConfig& config, base::WallTime now) {
    auto& path = config.base_path;
    if (!path.empty() && (path.front() != '/' || path.back() == '/'))
        v.problem("base-path",
                  "it begins with a slash and does not end with one, such as /staging; "
                  "leave it empty for none");
    config.coordinator.policy = *mpic::QuorumPolicy::named(config.policy_name, config.tightening);
    for (const auto& problem : config.coordinator.policy.tightening_problems())
        v.problem("policy", problem);
    for (const auto& breach : roster_breaches(config.roster, config.coordinator.policy, now))
        v.problem("perspectives", breach);
    const auto remotes = config.coordinator.remotes_per_attempt;
    const auto minimum = static_cast<std::size_t>(config.coordinator.policy.minimum_remotes(now));
    if (remotes != 0 && remotes < minimum)
        v.problem("remotes-per-attempt",
                  fmt::format("at least {} remotes are required; 0 asks all", minimum));
}

} // namespace

void describe(ConfigVisitor& v, CoordinatorConfig& config, base::WallTime now) {
    v.endpoint({"listen", "ADDRESS:PORT of the public HTTPS API.", true}, config.listen);
    v.text({"base-path", "What stands before /mpic/draft-00, such as /staging."}, config.base_path,
           256);
    v.section({"tls", "The public listener's identity.", true}, [&](ConfigVisitor& s) {
        s.text({"certificate", "PEM file: the certificate and its chain.", true},
               config.tls.certificate, 4096);
        s.text({"key", "PEM file: its private key.", true}, config.tls.key, 4096);
        s.text({"client-ca", "PEM file: the CA of client certificates; empty: tokens only."},
               config.tls.ca, 4096);
    });
    v.section({"admin", "The admin listener: health, metrics, inventory. Plain HTTP."},
              [&](ConfigVisitor& s) {
                  s.endpoint(
                      {"listen", "ADDRESS:PORT; keep it on loopback or behind your own proxy."},
                      config.admin_listen);
              });
    v.count({"threads", "Event loops, each on a thread of its own."}, config.threads, 1, 256);
    v.list({"perspectives", "The roster.", true}, 64, [&](ConfigVisitor& s) {
        describe_perspective(s, config.roster.perspectives.emplace_back());
    });
    v.count({"remotes-per-attempt",
             "Remotes asked per attempt, chosen with the widest spread of RIRs; "
             "0: all."},
            config.coordinator.remotes_per_attempt, 0, 64);
    v.count({"max-attempts", "Attempts per request; each starts from zero with a fresh set."},
            config.coordinator.max_attempts, 1, 5);
    v.section({"policy", "The dated quorum policy; it can only be tightened."},
              [&](ConfigVisitor& s) { describe_policy(s, config); });
    v.section({"agents", "How the coordinator presents itself to agents.", true},
              [&](ConfigVisitor& s) {
                  s.text({"certificate", "PEM file: the coordinator's certificate.", true},
                         config.agents.certificate, 4096);
                  s.text({"key", "PEM file: its private key.", true}, config.agents.key, 4096);
                  s.text({"ca", "PEM file: the private CA that signs agents.", true},
                         config.agents.ca, 4096);
                  s.count({"connections",
                           "Connections to one agent, per thread, each for as many questions as "
                           "the agent's limits.streams-per-connection; further ones are opened as "
                           "they fill."},
                          config.connections_per_agent, 1, 1000);
              });
    v.list({"clients", "Who may ask.", true}, 1000,
           [&](ConfigVisitor& s) { describe_client(s, config.clients.emplace_back()); });
    v.count({"max-in-flight", "Requests under way at once, per thread; further ones get 503."},
            config.max_in_flight, 1, 1'000'000);
    v.count({"max-in-flight-per-domain",
             "The same for one domain or address, per thread; 0: unlimited."},
            config.max_in_flight_per_domain, 0, 1'000'000);
    v.milliseconds({"probe-ms", "A perspective that has not answered for so long is asked whether "
                                "it is there; /readyz and mpicd_perspective_up tell."},
                   config.probe, 100, 600'000);
    v.section({"audit", "The audit journal.", true},
              [&](ConfigVisitor& s) { describe_audit(s, config.journal); });
    v.section({"timeouts", "Every wait has one."},
              [&](ConfigVisitor& s) { describe_timing(s, config); });
    v.section({"limits", "Bounds of the public listener."},
              [&](ConfigVisitor& s) { describe(s, config.limits); });
    describe(v, config.watch);
    describe_core_dumps(v, config.core_dumps);
    v.section({"log", "Events on stderr."}, [&](ConfigVisitor& s) { describe(s, config.log); });
    check_whole(v, config, now);
}

CoordinatorConfig read_coordinator_config(const std::string& file, base::WallTime now) {
    CoordinatorConfig config;
    read_config(file, [&](ConfigVisitor& v) { describe(v, config, now); });
    return config;
}

} // namespace mpicd
