// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/evidence_read.hpp"

#include "mpic/wire/lookup_text.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace mpic::wire {
namespace {

base::Failure read_failure(StrictFields& fields) {
    // A kind that only a newer agent knows is read as invalid: still a failure, its detail kept.
    return {.kind = base::failure_kind_from(fields.text("code")),
            .detail = fields.text_or_empty("detail")};
}

base::dns::DnssecState read_dnssec(StrictFields& fields) {
    return fields.word<base::dns::DnssecState>("dnssec", base::dns::dnssec_state_from);
}

Finding read_finding(StrictFields& fields) {
    return {.verdict = fields.word<Verdict>("verdict", verdict_from),
            .code = fields.code("code"),
            .detail = fields.text("detail")};
}

LinkEvidence read_link(StrictFields& fields) {
    return {.name = fields.text("name"),
            .dnssec = read_dnssec(fields),
            .dnssec_proof = fields.text_or_empty("dnssec-proof")};
}

LookupEvidence read_lookup(StrictFields& fields) {
    LookupEvidence out;
    out.name = fields.text("name");
    out.type = fields.text("type");
    out.rcode = fields.text_or_empty("rcode");
    out.records = fields.texts_or_empty("records");
    out.record_count = static_cast<std::size_t>(fields.integer("record-count", 0, max_count));
    out.chain = fields.texts_or_empty("chain");
    out.dnssec = read_dnssec(fields);
    out.dnssec_proof = fields.text_or_empty("dnssec-proof");
    out.links = fields.list_or_empty("links", read_link);
    out.extended_errors = fields.texts_or_empty("extended-errors");
    out.resolver = fields.text_or_empty("resolver");
    out.tries = static_cast<int>(fields.integer_or_zero("tries", max_count));
    out.elapsed_ms = fields.ms("elapsed-ms");
    out.failure = fields.maybe("failure", read_failure);
    return out;
}

/// Of a text that was retraced: "lookups":[…].
Lookups::List list_of(std::string_view text) {
    base::json::Scan scan(text);
    bool trouble = false;
    Lookups::List out = StrictFields(scan, trouble).list("lookups", read_lookup);
    if (trouble || !scan.complete())
        throw std::logic_error("lookups that were retraced cannot be read");
    return out;
}

/// As the text that stands there, if that is all the same in the end.
Lookups read_lookups(StrictFields& fields) {
    const auto text = fields.retraced(
        [](base::json::Retrace& in) { return retrace_lookups(in, [](const LookupText&) {}); });
    if (!text.empty())
        return {std::string(text), list_of};
    return fields.list("lookups", read_lookup);
}

AddressTried read_tried(StrictFields& fields) {
    return {.address = fields.text("address"),
            .outcome = fields.text("outcome"),
            .phase = fields.text_or_empty("phase"),
            .elapsed_ms = fields.ms("elapsed-ms")};
}

HopEvidence read_hop(StrictFields& fields) {
    HopEvidence out;
    out.url = fields.text("url");
    out.resolved = fields.texts_or_empty("resolved");
    out.tried = fields.list_or_empty("tried", read_tried);
    out.address = fields.text_or_empty("address");
    out.family = fields.text_or_empty("family");
    out.status = static_cast<unsigned>(fields.integer_or_zero("status", 999));
    out.location = fields.text_or_empty("location");
    out.server = fields.text_or_empty("server");
    out.tls_version = fields.text_or_empty("tls-version");
    out.resolve_ms = fields.ms_or_zero("resolve-ms");
    out.connect_ms = fields.ms_or_zero("connect-ms");
    out.tls_ms = fields.ms_or_zero("tls-ms");
    out.first_byte_ms = fields.ms_or_zero("first-byte-ms");
    out.total_ms = fields.ms_or_zero("total-ms");
    out.failure = fields.maybe("failure", read_failure);
    return out;
}

LookupFailureConditions read_conditions(StrictFields& fields) {
    return {.outside_infrastructure = fields.flag("outside-infrastructure"),
            .retried = fields.flag("retried"),
            .proved_insecure = fields.flag("proved-insecure"),
            .evidence = fields.text("evidence")};
}

} // namespace

DcvReport read_dcv_report(StrictFields& fields) {
    DcvReport out;
    out.finding = read_finding(fields);
    out.dnssec = read_dnssec(fields);
    out.lookups = read_lookups(fields);
    out.hops = fields.list_or_empty("hops", read_hop);
    out.seen = fields.text_or_empty("seen");
    out.selected = fields.texts_or_empty("selected");
    return out;
}

CaaReport read_caa_report(StrictFields& fields) {
    CaaReport out;
    out.finding = read_finding(fields);
    out.node = fields.text("domain");
    out.rdata = fields.octet_list("records");
    out.permits = fields.maybe_flag("permits");
    out.deciding_record = fields.text_or_empty("deciding-record");
    out.dnssec = read_dnssec(fields);
    out.lookups = read_lookups(fields);
    out.lookup_failure = fields.maybe("lookup-failure", read_conditions);
    return out;
}

} // namespace mpic::wire
