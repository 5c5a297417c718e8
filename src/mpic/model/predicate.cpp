// SPDX-License-Identifier: Apache-2.0
#include "predicate.hpp"

#include "base/dns/record.hpp"
#include "evidence.hpp"
#include "mpic/model/codes.hpp"
#include "mpic/model/dcv_rules.hpp"

#include <fmt/format.h>

namespace mpic {
namespace {

/// Of a check that passed and determined something else than the primary's.
std::string selected_predicate(const DcvReport& report) {
    return report.selected.empty() ? "reported no value that it found"
                                   : fmt::format("found {}", join_some(report.selected));
}

std::string record_predicate(const RecordAsked& question, const DcvReport& report) {
    const std::string type = base::dns::to_string(question.type);
    const std::string owner = question.owner.text();
    if (report.finding.code == code::record_absent || report.finding.code == "dns-nxdomain")
        return fmt::format("saw no {} record at {}", type, owner);
    if (report.finding.code == code::record_mismatch) {
        const LookupEvidence* lookup = lookup_of(report.lookups, question);
        if (lookup != nullptr && !lookup->records.empty())
            return fmt::format("saw the {} record{} {} at {} instead of the expected value", type,
                               lookup->records.size() == 1 ? "" : "s", join_some(lookup->records),
                               owner);
        return fmt::format("saw {} at {} instead of the expected value",
                           report.seen.empty() ? "another " + type + " record" : report.seen,
                           owner);
    }
    if (report.finding.verdict == Verdict::undetermined)
        if (std::string failed = failed_lookup_predicate(report.lookups, report.finding);
            !failed.empty())
            return failed;
    return plain_predicate(report.finding);
}

std::string http_rejection(const HopEvidence& hop, const DcvReport& report) {
    if (report.finding.code == code::http_status)
        return fmt::format("got HTTP status {} from {} for {}{}", hop.status, hop.address, hop.url,
                           hop.server.empty() ? "" : " (Server: " + hop.server + ")");
    if (report.finding.code == code::body_mismatch)
        return report.seen.empty()
                   ? fmt::format("saw an empty body at {}", hop.url)
                   : fmt::format("saw the body \"{}\" at {} instead of the expected content",
                                 report.seen, hop.url);
    return plain_predicate(report.finding);
}

std::string connection_predicate(const DcvReport& report) {
    const HopEvidence* hop = report.hops.empty() ? nullptr : &report.hops.back();
    if (hop != nullptr && report.finding.verdict == Verdict::rejected)
        return http_rejection(*hop, report);
    if (hop == nullptr || hop->tried.empty()) {
        std::string failed = failed_lookup_predicate(report.lookups, report.finding);
        return failed.empty() ? plain_predicate(report.finding) : failed;
    }
    if (!hop->address.empty()) // it did answer; what failed came later
        return plain_predicate(report.finding);
    const std::string port = port_of(hop->url);
    if (hop->tried.back().phase != "connect")
        return fmt::format("connected to {} port {} but got no usable answer ({})",
                           hop->tried.back().address, port, report.finding.code);
    std::vector<std::string> addresses;
    for (const AddressTried& tried : hop->tried)
        addresses.push_back(tried.address);
    return fmt::format("could not connect to {} port {} ({})", join_some(addresses), port,
                       report.finding.code);
}

} // namespace

std::string plain_predicate(const Finding& finding) {
    if (finding.detail.empty())
        return fmt::format("could not complete the check ({})", finding.code);
    return fmt::format("reported: {} ({})", finding.detail, finding.code);
}

std::string failed_lookup_predicate(const Lookups& lookups, const Finding& finding) {
    const LookupEvidence* failed = failed_lookup(lookups, finding);
    if (failed == nullptr)
        return "";
    std::string why = finding.code;
    if (!failed->rcode.empty())
        why += ", " + failed->rcode;
    for (const std::string& error : failed->extended_errors)
        why += ", " + error;
    return fmt::format("could not look up the {} record at {} ({})", failed->type, failed->name,
                       why);
}

std::string dcv_predicate(const DcvQuestion& question, const DcvReport& report) {
    if (report.finding.verdict == Verdict::passed)
        return selected_predicate(report);
    if (const auto record = record_asked(question))
        return record_predicate(*record, report);
    return connection_predicate(report);
}

std::string caa_predicate(const CaaReport& report) {
    if (report.finding.verdict == Verdict::undetermined) {
        std::string failed = failed_lookup_predicate(report.lookups, report.finding);
        return failed.empty() ? plain_predicate(report.finding) : failed;
    }
    if (report.deciding_record.empty())
        return plain_predicate(report.finding);
    return fmt::format("saw the CAA record {} on {}", report.deciding_record, report.node);
}

} // namespace mpic
