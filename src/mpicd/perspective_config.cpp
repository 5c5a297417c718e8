// SPDX-License-Identifier: Apache-2.0
#include "mpicd/perspective_config.hpp"

#include "mpicd/config_file.hpp"

#include <fmt/format.h>

namespace mpicd {

namespace {

void describe_resolvers(ConfigVisitor& v, std::vector<base::net::Endpoint>& resolvers) {
    std::vector<std::string> texts;
    for (const auto& resolver : resolvers)
        texts.push_back(resolver.to_string());
    v.texts({"resolvers",
             "ADDRESS or ADDRESS:PORT of this perspective's own recursive resolvers, asked "
             "in this order.",
             true},
            texts, 8);
    resolvers.clear();
    for (const auto& text : texts)
        if (const auto parsed = base::net::Endpoint::parse(text, 53))
            resolvers.push_back(*parsed);
        else
            v.problem("resolvers", fmt::format("\"{}\" is not ADDRESS or ADDRESS:PORT", text));
}

void describe_test_network(ConfigVisitor& v, PerspectiveConfig& config) {
    std::vector<std::string> texts;
    v.texts({"allow-special-purpose",
             "CIDR blocks that checks may connect to although they are not "
             "globally reachable."},
            texts, 32);
    for (const auto& text : texts)
        if (const auto prefix = base::net::Prefix::parse(text))
            config.allow_special_purpose.push_back(*prefix);
        else
            v.problem("allow-special-purpose",
                      fmt::format("\"{}\" is not a CIDR block such as 127.0.0.0/8", text));
    v.count({"http-port", "Where http goes instead of port 80."}, config.check.http_port, 1, 65535);
    v.count({"https-port", "Where https and tls-alpn-01 go instead of port 443."},
            config.check.https_port, 1, 65535);
}

void describe_dns(ConfigVisitor& v, PerspectiveConfig& config) {
    v.milliseconds({"try-ms", "Time for one try at one resolver."}, config.check.dns_try, 50,
                   30'000);
    v.count({"retries", "Further tries of a lookup that failed (BR 4.2.2.1.1 needs one)."},
            config.check.dns_retries, 0, 5);
    std::string prove = config.check.prove_insecure ? "always" : "failing";
    v.word({"prove-insecure",
            "Where to settle the DNSSEC state beyond the AD bit, by DS queries from the top-level "
            "domain downwards. `failing`: on the last try of a lookup that fails; an answer "
            "without AD is `indeterminate`. `always`: on every lookup, and for each link of its "
            "alias chain; about one query more per label of an unsigned name."},
           prove, {"failing", "always"});
    config.check.prove_insecure = prove == "always";
    v.flag({"mix-case",
            "Random case in the names of questions (0x20). A UDP response that does not repeat it "
            "is not believed, and the question is asked again over TCP. For resolvers that are not "
            "on this host."},
           config.mix_case);
    v.flag({"require-dnssec-validation",
            "Refuse to start unless the probe pair below shows that the "
            "resolvers validate. A primary under cabf-br needs it."},
           config.require_dnssec);
    v.text({"probe-good", "A name whose DNSSEC signatures are right."}, config.probe.good, 253);
    v.text({"probe-bogus", "A name whose DNSSEC signatures are wrong on purpose."},
           config.probe.bogus, 253);
    if (config.require_dnssec && (config.probe.good.empty() || config.probe.bogus.empty()))
        v.problem("require-dnssec-validation", "it needs probe-good and probe-bogus");
    v.flag({"permit-proved-lookup-failure",
            "Take a failed CAA lookup for permission when all three conditions of BR 4.2.2.1.1 are "
            "recorded. Refusing is always compliant."},
           config.check.permit_proved_lookup_failure);
}

void describe_admin(ConfigVisitor& v, std::optional<base::net::Endpoint>& listen) {
    base::net::Endpoint at = listen.value_or(base::net::Endpoint{});
    v.endpoint(
        {"listen", "ADDRESS:PORT; keep it on loopback or behind your own proxy. Empty: none."}, at);
    if (at.port != 0)
        listen = at;
}

void describe_http(ConfigVisitor& v, PerspectiveConfig& config) {
    v.text({"user-agent", "Sent with every request; empty: `mpicd/VERSION (perspective ID)`."},
           config.check.user_agent, 256);
    v.count({"max-redirects", "Redirects followed."}, config.check.max_redirects, 0, 10);
    v.count({"max-body-bytes", "Octets of a body that are read."}, config.check.max_body_bytes,
            1024, 1 << 24);
    v.milliseconds(
        {"address-attempt-ms", "How long one address may take before the next gets its turn."},
        config.check.address_attempt, 50, 60'000);
}

} // namespace

void describe(ConfigVisitor& v, PerspectiveConfig& config) {
    v.text({"id", "This perspective's id in the coordinator's roster.", true}, config.id, 32);
    v.endpoint({"listen", "ADDRESS:PORT for coordinators.", true}, config.listen);
    v.section({"tls", "Mutual TLS 1.3 with the coordinators.", true}, [&](ConfigVisitor& s) {
        s.text({"certificate", "PEM file: this perspective's certificate.", true},
               config.tls.certificate, 4096);
        s.text({"key", "PEM file: its private key.", true}, config.tls.key, 4096);
        s.text({"ca", "PEM file: the private CA that signs coordinators.", true}, config.tls.ca,
               4096);
    });
    v.texts({"coordinators", "Subject alternative names of the coordinators that may ask.", true},
            config.coordinators, 64);
    describe_resolvers(v, config.resolvers);
    v.address({"source-address", "Local address of DNS queries, and of connections of its family."},
              config.source);
    v.count({"threads", "Event loops, each on a thread of its own."}, config.threads, 1, 256);
    v.section({"dns", "How names are looked up."},
              [&](ConfigVisitor& s) { describe_dns(s, config); });
    v.section({"http", "How files are fetched."},
              [&](ConfigVisitor& s) { describe_http(s, config); });
    v.section({"test-network", "For test networks only: loosens what checks may connect to."},
              [&](ConfigVisitor& s) { describe_test_network(s, config); });
    v.milliseconds({"max-budget-ms", "The longest a question may take."}, config.max_budget, 100,
                   600'000);
    v.count({"max-in-flight", "Questions under way at once, per thread; further ones get 503."},
            config.max_in_flight, 1, 1'000'000);
    v.milliseconds({"drain-ms", "How long SIGTERM waits for questions under way."}, config.drain, 0,
                   600'000);
    v.section({"limits", "Bounds of the listener."},
              [&](ConfigVisitor& s) { describe(s, config.limits); });
    v.section({"admin", "The admin listener: health and metrics. Plain HTTP."},
              [&](ConfigVisitor& s) { describe_admin(s, config.admin_listen); });
    describe(v, config.watch);
    describe_core_dumps(v, config.core_dumps);
    v.section({"log", "Events on stderr."}, [&](ConfigVisitor& s) { describe(s, config.log); });
}

PerspectiveConfig read_perspective_config(const std::string& file) {
    PerspectiveConfig config;
    read_config(file, [&](ConfigVisitor& v) { describe(v, config); });
    return config;
}

} // namespace mpicd
