// SPDX-License-Identifier: Apache-2.0
#include "mpicd/check_output.hpp"

#include "base/core/encoding.hpp"
#include "mpic/wire/agent_protocol.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace mpicd {

namespace {

using Json = nlohmann::ordered_json;

Json caa_summary(const mpic::CaaReport& report) {
    Json records = Json::array();
    for (const auto& rdata : report.rdata)
        records.push_back(base::base64(rdata));
    Json caa{{"domain", report.node}, {"records", records}};
    if (report.permits)
        caa["permits"] = *report.permits;
    return caa;
}

std::string state_line(std::string_view name, base::dns::DnssecState state,
                       std::string_view proof) {
    return fmt::format("            {} is {}: {}\n", name, base::dns::to_string(state), proof);
}

std::string lookup_line(const mpic::LookupEvidence& l) {
    const auto answer =
        l.failure ? l.failure->detail
                  : fmt::format("{} {}", l.rcode,
                                l.records.empty() ? "no records"
                                                  : fmt::format("{}", fmt::join(l.records, ", ")));
    const auto chain = l.chain.empty() ? "" : fmt::format(" via {}", fmt::join(l.chain, " -> "));
    const auto ede =
        l.extended_errors.empty() ? "" : fmt::format(" [{}]", fmt::join(l.extended_errors, "; "));
    std::string out =
        fmt::format("  lookup    {} {}: {}{}{} ({}, {:.1f} ms from {}, tries {})\n", l.name, l.type,
                    answer, chain, ede, base::dns::to_string(l.dnssec), l.elapsed_ms,
                    l.resolver.empty() ? "-" : l.resolver, l.tries);
    for (const auto& link : l.links)
        out += state_line(link.name, link.dnssec, link.dnssec_proof);
    if (l.links.empty() && !l.dnssec_proof.empty())
        out += state_line(l.name, l.dnssec, l.dnssec_proof);
    return out;
}

std::string_view yes_or_no(bool yes) {
    return yes ? "yes" : "no";
}

/// BR 4.2.2.1.1: the three conditions, and what they rest on.
std::string failure_lines(const mpic::LookupFailureConditions& conditions) {
    return fmt::format("  failure   outside this infrastructure: {}, retried: {}, proved insecure: "
                       "{}\n            {}\n",
                       yes_or_no(conditions.outside_infrastructure), yes_or_no(conditions.retried),
                       yes_or_no(conditions.proved_insecure), conditions.evidence);
}

std::string hop_lines(const mpic::HopEvidence& hop) {
    std::string out = fmt::format("  fetch     {}\n", hop.url);
    for (const auto& tried : hop.tried)
        out += fmt::format("            {} {} ({}, {:.1f} ms)\n", tried.address, tried.outcome,
                           tried.phase, tried.elapsed_ms);
    if (hop.status != 0)
        out += fmt::format("            status {}{} over {}{}\n", hop.status,
                           hop.location.empty() ? "" : " to " + hop.location, hop.family,
                           hop.tls_version.empty() ? "" : " and " + hop.tls_version);
    if (hop.failure)
        out += fmt::format("            {}\n", hop.failure->detail);
    return out;
}

std::string dcv_lines(const mpic::DcvReport& report) {
    std::string out;
    for (const auto& selected : report.selected)
        out += fmt::format("  found     {}\n", base::excerpt(selected, 300));
    for (const auto& hop : report.hops)
        out += hop_lines(hop);
    if (!report.hops.empty() && report.hops.back().status == 0 && !report.seen.empty())
        out += fmt::format("  shown     {}\n", report.seen);
    return out;
}

std::string caa_lines(const mpic::CaaReport& report) {
    std::string out;
    if (report.node.empty() && report.finding.verdict == mpic::Verdict::passed)
        out += "  records   none at any node\n";
    else if (!report.node.empty())
        out += fmt::format("  node      {}\n", report.node);
    for (const auto& rdata : report.rdata)
        out += fmt::format("  record    {}\n",
                           base::dns::rdata_text(base::dns::RecordType::caa, rdata));
    if (report.permits)
        out += fmt::format("  permits   {}\n", yes_or_no(*report.permits));
    if (!report.deciding_record.empty())
        out += fmt::format("  decided   {}\n", report.deciding_record);
    if (report.lookup_failure)
        out += failure_lines(*report.lookup_failure);
    return out;
}

} // namespace

std::string check_json(const CheckResult& result) {
    const auto& finding = result.finding();
    const auto dnssec = result.dcv ? result.dcv->dnssec : result.caa->dnssec;
    Json out{{"verdict", mpic::to_string(finding.verdict)},
             {"code", finding.code},
             {"detail", finding.detail},
             {"dnssec", base::dns::to_string(dnssec)}};
    // Not for what could not be determined: no records at no node would look like "none anywhere".
    if (result.caa && finding.verdict != mpic::Verdict::undetermined)
        out["caa"] = caa_summary(*result.caa);
    if (result.dcv && !result.dcv->selected.empty())
        out["selected"] = result.dcv->selected;
    out["evidence"] = Json::parse(result.dcv ? mpic::wire::dcv_report_json(*result.dcv)
                                             : mpic::wire::caa_report_json(*result.caa));
    return out.dump(2) + "\n";
}

std::string check_text(const mpic::CheckRequest& request, const CheckResult& result) {
    const auto& finding = result.finding();
    std::string out = fmt::format("{} {}: {} ({})\n", request.method, request.target.text(),
                                  mpic::to_string(finding.verdict), finding.code);
    if (!finding.detail.empty())
        out += fmt::format("  {}\n", finding.detail);
    if (result.caa)
        out += caa_lines(*result.caa);
    if (result.dcv)
        out += dcv_lines(*result.dcv);
    for (const auto& lookup : (result.dcv ? result.dcv->lookups : result.caa->lookups).list())
        out += lookup_line(lookup);
    out += fmt::format("  dnssec    {}\n",
                       base::dns::to_string(result.dcv ? result.dcv->dnssec : result.caa->dnssec));
    return out;
}

} // namespace mpicd
