// SPDX-License-Identifier: Apache-2.0
#pragma once
// Random questions and reports for round trips: every optional member there and not there, lists of
// any small length, texts with everything that JSON escapes.

#include "base/core/random.hpp"
#include "mpic/wire/agent_protocol.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace test {

class RandomValues {
public:
    explicit RandomValues(std::uint64_t seed) : random_(seed) {}

    mpic::wire::AgentQuestion question() {
        mpic::wire::AgentQuestion out;
        out.attempt_id = random_.hex(16);
        out.perspective = word();
        out.budget = std::chrono::milliseconds(1 + random_.below(600'000));
        out.request_id = random_.hex(8);
        out.traceparent = chance() ? "00-" + random_.hex(16) + "-" + random_.hex(8) + "-01" : "";
        if (chance())
            out.dcv = dcv_question();
        if (chance() || !out.dcv)
            out.caa = caa_question();
        return out;
    }

    mpic::PerspectiveReport report() {
        mpic::PerspectiveReport out;
        out.perspective = word();
        out.build = text();
        out.started = "2026-11-22T13:55:23.041000Z";
        out.elapsed_ms = ms();
        if (chance())
            out.dcv = dcv_report();
        if (chance())
            out.caa = caa_report();
        return out;
    }

private:
    bool chance() { return random_.below(2) == 1; }
    /// To the microsecond, as it is sent.
    double ms() { return static_cast<double>(random_.below(1'100'000'000)) / 1000.0; }
    template <class T>
    T one_of(std::initializer_list<T> values) {
        return values.begin()[random_.below(values.size())];
    }
    template <class T>
    std::optional<T> maybe(T (RandomValues::*make)()) {
        return chance() ? std::optional<T>((this->*make)()) : std::nullopt;
    }
    template <class T>
    std::vector<T> list(T (RandomValues::*make)()) {
        std::vector<T> out(random_.below(4));
        for (T& element : out)
            element = (this->*make)();
        return out;
    }

    std::string word() { return one_of<std::string>({"fra", "nrt-2", "iad", "gru"}); }
    std::string text() {
        std::string out;
        for (std::uint64_t n = random_.below(20); n > 0; --n)
            out +=
                one_of<std::string>({"a", "Z", "\"", "\\", "é", "…", "\n", "/", "\x01", "𝄞", " "});
        return out;
    }
    std::string octets() {
        std::string out(1 + random_.below(40), '\0');
        random_.fill(std::as_writable_bytes(std::span(out)));
        return out;
    }
    base::dns::Name name() {
        return base::dns::Name::parse(one_of<std::string>({"example.com", "_a.b-c.example",
                                                           "*.x.test", "\\000\\046a.b"}))
            .value();
    }
    base::net::IpAddress address() {
        return base::net::IpAddress::parse(one_of<std::string>({"192.0.2.7", "2001:db8::9"}))
            .value();
    }
    mpic::HttpQuestion http() {
        mpic::HttpQuestion out;
        if (chance())
            out.host = name();
        else
            out.host = address();
        out.path = "/" + text();
        out.expected = octets();
        out.https = chance();
        return out;
    }
    mpic::DcvQuestion dcv_question() {
        switch (random_.below(6)) {
        case 0:
            return http();
        case 1:
            return mpic::TlsAlpnQuestion{http().host, std::string(32, octets().front())};
        case 2:
            return mpic::PersistQuestion{
                http().host, name(), {"ca.example", text() + "x"}, text() + "x", text()};
        case 3:
            return mpic::ReverseQuestion{address(), maybe(&RandomValues::name)};
        case 4:
            return mpic::ContactQuestion{
                name(), one_of({mpic::ContactKind::email, mpic::ContactKind::phone}),
                one_of({mpic::ContactSource::caa, mpic::ContactSource::txt}), text()};
        default:
            return dns();
        }
    }
    mpic::DnsQuestion dns() {
        return {.owner = name(),
                .type = one_of({base::dns::RecordType::txt, base::dns::RecordType::caa,
                                base::dns::RecordType{65280}}),
                .expected = octets()};
    }
    mpic::CaaPolicy policy() {
        return {.issuer_domains = list(&RandomValues::text),
                .account_uri = maybe(&RandomValues::text),
                .validation_method = maybe(&RandomValues::word)};
    }
    mpic::CaaQuestion caa_question() {
        return {.domain = name(), .wildcard = chance(), .policy = maybe(&RandomValues::policy)};
    }

    base::Failure failure() {
        return {.kind = one_of({base::FailureKind::timeout, base::FailureKind::dns_bogus,
                                base::FailureKind::invalid, base::FailureKind::tls_failed}),
                .detail = text()};
    }
    base::dns::DnssecState dnssec() {
        using enum base::dns::DnssecState;
        return one_of({secure, insecure, bogus, indeterminate});
    }
    mpic::Finding finding() {
        using enum mpic::Verdict;
        return {.verdict = one_of({passed, rejected, undetermined}),
                .code = one_of<std::string>({"ok", "http-status", "dns-timeout"}),
                .detail = text()};
    }
    mpic::LinkEvidence link() { return {text(), dnssec(), text()}; }
    /// Nothing that is not sent as it is in nearly every report.
    mpic::LookupEvidence usual_lookup() {
        mpic::LookupEvidence out;
        out.name = word();
        out.type = "CAA";
        out.rcode = one_of<std::string>({"NOERROR", "NXDOMAIN", ""});
        out.records = list(&RandomValues::word);
        out.record_count = random_.below(1000);
        out.chain = list(&RandomValues::word);
        out.dnssec = dnssec();
        out.dnssec_proof = one_of<std::string>({"AD", ""});
        out.extended_errors = list(&RandomValues::word);
        out.resolver = one_of<std::string>({"192.0.2.53:53", ""});
        out.tries = static_cast<int>(random_.below(3));
        out.elapsed_ms = static_cast<double>(random_.below(1'000'000)) / 1000.0;
        return out;
    }
    mpic::LookupEvidence lookup() {
        if (chance())
            return usual_lookup();
        mpic::LookupEvidence out;
        out.name = text();
        out.type = word();
        out.rcode = text();
        out.records = list(&RandomValues::text);
        out.record_count = random_.below(1000);
        out.chain = list(&RandomValues::text);
        out.dnssec = dnssec();
        out.dnssec_proof = text();
        out.links = list(&RandomValues::link);
        out.extended_errors = list(&RandomValues::text);
        out.resolver = text();
        out.tries = static_cast<int>(random_.below(9));
        out.elapsed_ms = ms();
        out.failure = maybe(&RandomValues::failure);
        return out;
    }
    mpic::AddressTried tried() { return {text(), text(), text(), ms()}; }
    mpic::HopEvidence hop() {
        mpic::HopEvidence out;
        out.url = text();
        out.resolved = list(&RandomValues::text);
        out.tried = list(&RandomValues::tried);
        out.address = text();
        out.family = text();
        out.status = static_cast<unsigned>(random_.below(1000));
        out.location = text();
        out.server = text();
        out.tls_version = text();
        out.resolve_ms = ms();
        out.connect_ms = ms();
        out.tls_ms = ms();
        out.first_byte_ms = ms();
        out.total_ms = ms();
        out.failure = maybe(&RandomValues::failure);
        return out;
    }
    mpic::DcvReport dcv_report() {
        return {.finding = finding(),
                .lookups = list(&RandomValues::lookup),
                .hops = list(&RandomValues::hop),
                .seen = text(),
                .dnssec = dnssec(),
                .selected = list(&RandomValues::text)};
    }
    bool flag() { return chance(); }
    mpic::LookupFailureConditions conditions() { return {chance(), chance(), chance(), text()}; }
    mpic::CaaReport caa_report() {
        return {.finding = finding(),
                .node = text(),
                .rdata = list(&RandomValues::octets),
                .permits = maybe(&RandomValues::flag),
                .deciding_record = text(),
                .lookups = list(&RandomValues::lookup),
                .lookup_failure = maybe(&RandomValues::conditions),
                .dnssec = dnssec()};
    }

    base::SeededRandom random_;
};

} // namespace test
