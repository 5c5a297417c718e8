// SPDX-License-Identifier: Apache-2.0
#include "evidence.hpp"

#include "base/core/encoding.hpp"
#include "base/dns/record.hpp"

#include <algorithm>

namespace mpic {

const LookupEvidence* failed_lookup(const Lookups& lookups, const Finding& finding) {
    const LookupEvidence* last = nullptr;
    for (const LookupEvidence& lookup : lookups.list()) {
        if (!lookup.failure && (lookup.rcode == "NOERROR" || lookup.rcode == "NXDOMAIN"))
            continue;
        last = &lookup;
        // A climb asks several nodes, and the failure of one above the deciding one has no say.
        if (lookup.failure && !finding.detail.empty() && lookup.failure->detail == finding.detail)
            break;
    }
    return last;
}

const LookupEvidence* lookup_of(const Lookups& lookups, const RecordAsked& question) {
    const std::string type = base::dns::to_string(question.type);
    const auto asked = [&](const LookupEvidence& lookup) {
        return lookup.type == type && base::ascii_iequals(lookup.name, question.owner.text());
    };
    const Lookups::List& list = lookups.list();
    // The last one: earlier ones were tried again.
    const auto found = std::find_if(list.rbegin(), list.rend(), asked);
    return found == list.rend() ? nullptr : &*found;
}

std::string_view authority_of(std::string_view url) {
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos)
        url.remove_prefix(scheme + 3);
    return url.substr(0, url.find_first_of("/?#"));
}

std::string port_of(std::string_view url) {
    const std::string_view authority = authority_of(url);
    const auto colon = authority.rfind(':');
    const auto bracket = authority.rfind(']');
    if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket))
        return std::string(authority.substr(colon + 1));
    return url.starts_with("https://") ? "443" : "80";
}

std::string_view family_of(std::string_view address) {
    return address.find(':') == std::string_view::npos ? "ipv4" : "ipv6";
}

std::vector<std::string> caa_texts(const std::vector<std::string>& rdata) {
    std::vector<std::string> texts;
    for (const std::string& octets : rdata)
        texts.push_back(base::dns::rdata_text(base::dns::RecordType::caa, octets));
    return texts;
}

} // namespace mpic
