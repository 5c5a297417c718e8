// SPDX-License-Identifier: Apache-2.0
// One address, and not the same content from everywhere: what a hijacked route looks like.

#include "base/core/encoding.hpp"
#include "diagnose_rules.hpp"
#include "evidence.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string_view>

namespace mpic::rules {
namespace {

struct Answered {
    Rows rightly;
    Rows otherwise;
};

/// The site itself answered, with something else than what was expected. Statuses with which
/// firewalls turn visitors away are not meant.
bool is_other_content(const DcvReport& dcv) {
    const unsigned status = dcv.hops.back().status;
    return dcv.finding.verdict == Verdict::rejected
           && (dcv.finding.code != code::http_status || status == 404 || status == 410);
}

/// By the address that gave the last answer; nothing when redirects led to different hosts.
std::map<std::string, Answered> by_address(const Matrix& matrix) {
    std::map<std::string, Answered> found;
    std::set<std::string_view> hosts;
    for (const Row& row : matrix.rows) {
        if (row.dcv() == nullptr || row.dcv()->hops.empty())
            continue;
        const HopEvidence& hop = row.dcv()->hops.back();
        hosts.insert(authority_of(hop.url));
        if (row.dcv()->finding.verdict == Verdict::passed)
            found[hop.address].rightly.push_back(&row);
        else if (!hop.address.empty() && is_other_content(*row.dcv()))
            found[hop.address].otherwise.push_back(&row);
    }
    if (hosts.size() > 1)
        found.clear();
    return found;
}

} // namespace

std::optional<Diagnosis> same_address_differs(const Matrix& matrix) {
    if (!connection_failed(matrix))
        return std::nullopt;
    for (const auto& [address, answered] : by_address(matrix)) {
        if (answered.rightly.empty() || answered.otherwise.empty())
            continue;
        return make_diagnosis(
            code::same_address_differs,
            fmt::format("the same address, {}, gives {} the expected content and {} another: the "
                        "servers behind it are out of step (anycast, load balancing), or the route "
                        "to it is hijacked and some are led to somebody else's server",
                        address, names(answered.rightly), names(answered.otherwise)),
            answered.otherwise);
    }
    return std::nullopt;
}

} // namespace mpic::rules
