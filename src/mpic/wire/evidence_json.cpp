// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/evidence_json.hpp"

#include "base/core/encoding.hpp"

#include <cmath>
#include <utility>

namespace mpic::wire {
namespace {

Json lookup_json(const LookupEvidence& lookup) {
    Json out{{"name", lookup.name},
             {"type", lookup.type},
             {"rcode", lookup.rcode},
             {"records", lookup.records},
             {"record-count", lookup.record_count},
             {"chain", lookup.chain},
             {"dnssec", base::dns::to_string(lookup.dnssec)},
             {"dnssec-proof", lookup.dnssec_proof},
             {"extended-errors", lookup.extended_errors},
             {"resolver", lookup.resolver},
             {"tries", lookup.tries},
             {"elapsed-ms", finite_ms(lookup.elapsed_ms)}};
    if (lookup.failure)
        out["failure"] = failure_json(*lookup.failure);
    return out;
}

Json tried_json(const AddressTried& tried) {
    return Json{{"address", tried.address},
                {"outcome", tried.outcome},
                {"phase", tried.phase},
                {"elapsed-ms", finite_ms(tried.elapsed_ms)}};
}

Json hop_json(const HopEvidence& hop) {
    Json out{{"url", hop.url},
             {"resolved", hop.resolved},
             {"tried", Json::array()},
             {"address", hop.address},
             {"family", hop.family},
             {"status", hop.status},
             {"location", hop.location},
             {"server", hop.server},
             {"tls-version", hop.tls_version},
             {"resolve-ms", finite_ms(hop.resolve_ms)},
             {"connect-ms", finite_ms(hop.connect_ms)},
             {"tls-ms", finite_ms(hop.tls_ms)},
             {"first-byte-ms", finite_ms(hop.first_byte_ms)},
             {"total-ms", finite_ms(hop.total_ms)}};
    for (const AddressTried& tried : hop.tried)
        out["tried"].push_back(tried_json(tried));
    if (hop.failure)
        out["failure"] = failure_json(*hop.failure);
    return out;
}

/// Nothing to tell: an empty text or list, or a zero that means "never came to that".
bool is_silent(const std::string& key, const Json& value) {
    if (key == "record-count" || key == "elapsed-ms")
        return false;
    if (value.is_number())
        return value.get<double>() == 0;
    return (value.is_string() || value.is_array()) && value.empty();
}

bool is_empty_text(const Json& value) {
    const auto* text = value.get_ptr<const std::string*>();
    return text != nullptr && text->empty();
}

Json shortened(const Json& full) {
    if (full.is_array()) {
        Json out = Json::array();
        for (const Json& element : full)
            out.push_back(shortened(element));
        return out;
    }
    if (full.is_number_float())
        return rounded_ms(full.get<double>());
    if (!full.is_object())
        return full;
    Json out = Json::object();
    for (const auto& [key, value] : full.items())
        if (!is_silent(key, value) && !is_empty_text(value))
            out[key] = shortened(value);
    return out;
}

template <class T>
Json list_json(const std::vector<T>& evidence, Json (*encode)(const T&), Detail detail) {
    Json out = Json::array();
    for (const T& one : evidence)
        out.push_back(detail == Detail::full ? encode(one) : shortened(encode(one)));
    return out;
}

Json finding_json(const Finding& finding) {
    return Json{{"verdict", to_string(finding.verdict)},
                {"code", finding.code},
                {"detail", finding.detail}};
}

Json records_text(const std::vector<std::string>& rdata) {
    Json out = Json::array();
    for (const std::string& one : rdata)
        out.push_back(base::dns::rdata_text(base::dns::RecordType::caa, one));
    return out;
}

} // namespace

Json failure_json(const base::Failure& failure) {
    return Json{{"code", base::to_string(failure.kind)}, {"detail", failure.detail}};
}

Json record_set_json(std::string_view node, const std::vector<std::string>& rdata) {
    Json records = Json::array();
    for (const std::string& one : rdata)
        records.push_back(base::base64(one));
    return Json{{"domain", node}, {"records", std::move(records)}};
}

Json dcv_json(const DcvReport& report, Detail detail) {
    Json out = finding_json(report.finding);
    out["dnssec"] = base::dns::to_string(report.dnssec);
    out["lookups"] = list_json(report.lookups, lookup_json, detail);
    if (detail == Detail::full || !report.hops.empty())
        out["hops"] = list_json(report.hops, hop_json, detail);
    if (detail == Detail::full || !report.seen.empty())
        out["seen"] = report.seen;
    return out;
}

Json caa_json(const CaaReport& report, Detail detail) {
    Json out = finding_json(report.finding);
    out.update(record_set_json(report.node, report.rdata));
    if (detail == Detail::brief)
        out["records-text"] = records_text(report.rdata);
    if (report.permits)
        out["permits"] = *report.permits;
    if (detail == Detail::full || !report.deciding_record.empty())
        out["deciding-record"] = report.deciding_record;
    out["dnssec"] = base::dns::to_string(report.dnssec);
    out["lookups"] = list_json(report.lookups, lookup_json, detail);
    if (report.lookup_failure)
        out["lookup-failure"] =
            Json{{"outside-infrastructure", report.lookup_failure->outside_infrastructure},
                 {"retried", report.lookup_failure->retried},
                 {"proved-insecure", report.lookup_failure->proved_insecure},
                 {"evidence", report.lookup_failure->evidence}};
    return out;
}

double finite_ms(double ms) {
    return std::isfinite(ms) ? ms : 0;
}

double rounded_ms(double ms) {
    return std::round(finite_ms(ms) * 1000) / 1000;
}

std::string to_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace mpic::wire
