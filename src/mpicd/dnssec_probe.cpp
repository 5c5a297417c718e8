// SPDX-License-Identifier: Apache-2.0
#include "mpicd/dnssec_probe.hpp"

#include "base/async/run_once.hpp"
#include "base/dns/recursive_resolver.hpp"

#include <fmt/format.h>
#include <stdexcept>

namespace mpicd {

namespace {

constexpr base::Milliseconds probe_time{10'000};

base::dns::Name name_of(const std::string& key, const std::string& text) {
    auto name = base::dns::host_from_user(text);
    if (!name)
        throw std::runtime_error(fmt::format("dns.{}: {}", key, name.error().detail));
    return std::move(*name);
}

} // namespace

void require_validating_resolver(const base::Clock& clock, base::Random& random,
                                 const PerspectiveConfig& config) {
    const auto good = name_of("probe-good", config.probe.good);
    const auto bogus = name_of("probe-bogus", config.probe.bogus);
    // Each resolver for itself: the second must validate as well as the first.
    for (const auto& server : config.resolvers) {
        base::asio::io_context loop(1);
        base::dns::RecursiveResolver resolver(loop, clock, random,
                                              {.servers = {server}, .source = config.source});
        const auto ask = [&](const base::dns::Name& name) {
            return base::run_once(
                loop, resolver.lookup({name, base::dns::RecordType::a},
                                      base::Deadline::after(clock.steady(), probe_time)));
        };
        const auto signed_answer = ask(good);
        if (!signed_answer || !signed_answer->authentic_data)
            throw std::runtime_error(fmt::format(
                "resolver {} does not validate DNSSEC: {} came back {} (require-dnssec-validation)",
                server.to_string(), good.text(),
                signed_answer ? "unauthenticated" : "with " + signed_answer.error().detail));
        const auto broken_answer = ask(bogus);
        if (broken_answer && broken_answer->rcode != base::dns::Rcode::servfail)
            throw std::runtime_error(fmt::format(
                "resolver {} does not validate DNSSEC: {}, signed wrongly on purpose, came back {} "
                "instead of SERVFAIL (require-dnssec-validation)",
                server.to_string(), bogus.text(), to_string(broken_answer->rcode)));
        if (!broken_answer)
            throw std::runtime_error(fmt::format("resolver {}: {} could not be looked up: {} "
                                                 "(require-dnssec-validation)",
                                                 server.to_string(), bogus.text(),
                                                 broken_answer.error().detail));
    }
}

} // namespace mpicd
