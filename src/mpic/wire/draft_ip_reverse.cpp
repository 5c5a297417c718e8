// SPDX-License-Identifier: Apache-2.0
// The method ip-reverse: the host names that an address leads back to (BR 3.2.2.5.3).
#include "mpic/wire/draft_fields.hpp"

#include <utility>

namespace mpic::wire {

void read_ip_reverse_method(base::json::ObjectReader& body, Draft& draft) {
    constexpr TargetRules rules{
        .key = "ip-address",
        .no_address = {},
        .no_wildcard = {},
        .no_name = "must be an IP address, as in 198.51.100.7 or 2001:db8::7",
    };
    read_target(body, rules, draft);
    const auto given = body.string("fqdn", domain_limit);
    std::optional<base::dns::Name> expected;
    if (given) {
        auto name = base::dns::host_from_user(*given, false);
        if (name)
            expected = *std::move(name);
        else
            body.issue("fqdn", name.error().detail);
    }
    if (draft.target)
        draft.dcv =
            ReverseQuestion{.address = *draft.target->address(), .expected = std::move(expected)};
}

} // namespace mpic::wire
