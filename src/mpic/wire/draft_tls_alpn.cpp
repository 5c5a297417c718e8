// SPDX-License-Identifier: Apache-2.0
// The method tls-alpn-01: a TLS server shows the challenge certificate (RFC 8737, RFC 8738).
#include "mpic/wire/draft_fields.hpp"

#include <utility>

namespace mpic::wire {

void read_tls_alpn_method(base::json::ObjectReader& body, Draft& draft) {
    constexpr TargetRules rules{
        .key = "domain",
        .no_address = {},
        .no_wildcard =
            "a wildcard name cannot be validated by tls-alpn-01 (BR 3.2.2.4.20): use dns-01",
    };
    read_target(body, rules, draft);
    auto digest = read_key_digest(body);
    read_caa_question(body, "caa", rules, draft);
    set_validation_method(body, "tls-alpn-01", draft);
    if (draft.target && digest)
        draft.dcv = TlsAlpnQuestion{.host = draft.target->host, .digest = *std::move(digest)};
}

} // namespace mpic::wire
