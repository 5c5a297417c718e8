// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every `code` that an answer can carry, in one table: findings of perspectives, decisions,
// diagnoses, and errors of the API. base::FailureKind's names are codes too. A test compares the
// table with docs/errors.md.

#include <span>
#include <string_view>

namespace mpic {

enum class CodeGroup { finding, failure, decision, diagnosis, api };

struct Code {
    std::string_view name;
    CodeGroup group;
    std::string_view meaning; ///< one sentence
};

[[nodiscard]] std::span<const Code> all_codes();
[[nodiscard]] const Code* find_code(std::string_view name);

namespace code {
// findings
inline constexpr std::string_view ok = "ok";
inline constexpr std::string_view http_status = "http-status";
inline constexpr std::string_view body_mismatch = "body-mismatch";
inline constexpr std::string_view record_absent = "record-absent";
inline constexpr std::string_view record_mismatch = "record-mismatch";
inline constexpr std::string_view record_expired = "record-expired";
inline constexpr std::string_view contact_unusable = "contact-unusable";
inline constexpr std::string_view alpn_mismatch = "alpn-mismatch";
inline constexpr std::string_view certificate_mismatch = "certificate-mismatch";
inline constexpr std::string_view acme_identifier_mismatch = "acme-identifier-mismatch";
inline constexpr std::string_view caa_forbids = "caa-forbids";
inline constexpr std::string_view caa_critical_unknown = "caa-critical-unknown";
// decisions
inline constexpr std::string_view primary_rejected = "primary-rejected";
inline constexpr std::string_view primary_undetermined = "primary-undetermined";
inline constexpr std::string_view primary_unavailable = "primary-unavailable";
inline constexpr std::string_view dcv_not_corroborated = "dcv-not-corroborated";
inline constexpr std::string_view caa_not_corroborated = "caa-not-corroborated";
inline constexpr std::string_view rir_diversity = "rir-diversity";
inline constexpr std::string_view too_few_perspectives = "too-few-perspectives";
inline constexpr std::string_view dnssec_bogus = "dnssec-bogus";
// diagnoses
inline constexpr std::string_view dnssec_broken = "dnssec-broken";
inline constexpr std::string_view caa_record_forbids = "caa-record-forbids";
inline constexpr std::string_view split_horizon = "split-horizon";
inline constexpr std::string_view perspectives_unavailable = "perspectives-unavailable";
inline constexpr std::string_view resolver_unreachable = "resolver-unreachable";
inline constexpr std::string_view one_family_broken = "one-family-broken";
inline constexpr std::string_view geo_blocking = "geo-blocking";
inline constexpr std::string_view selective_blocking = "selective-blocking";
inline constexpr std::string_view filtered_by_server = "filtered-by-server";
inline constexpr std::string_view stale_address = "stale-address";
inline constexpr std::string_view different_addresses = "different-addresses";
inline constexpr std::string_view same_address_differs = "same-address-differs";
inline constexpr std::string_view port_closed = "port-closed";
inline constexpr std::string_view port_filtered = "port-filtered";
inline constexpr std::string_view connections_reset = "connections-reset";
inline constexpr std::string_view server_slow = "server-slow";
inline constexpr std::string_view doubled_name = "doubled-name";
inline constexpr std::string_view not_yet_propagated = "not-yet-propagated";
inline constexpr std::string_view records_out_of_step = "records-out-of-step";
inline constexpr std::string_view value_not_published = "value-not-published";
inline constexpr std::string_view nameservers_failing = "nameservers-failing";
inline constexpr std::string_view perspective_clock = "perspective-clock";
// errors of the API
inline constexpr std::string_view invalid_request = "invalid-request";
inline constexpr std::string_view method_sunset = "method-sunset";
inline constexpr std::string_view unauthorized = "unauthorized";
inline constexpr std::string_view forbidden = "forbidden";
inline constexpr std::string_view not_found = "not-found";
inline constexpr std::string_view method_not_allowed = "method-not-allowed";
inline constexpr std::string_view request_timeout = "request-timeout";
inline constexpr std::string_view payload_too_large = "payload-too-large";
inline constexpr std::string_view headers_too_large = "headers-too-large";
inline constexpr std::string_view unsupported_media_type = "unsupported-media-type";
inline constexpr std::string_view rate_limited = "rate-limited";
inline constexpr std::string_view overloaded = "overloaded";
inline constexpr std::string_view not_compliant = "not-compliant";
inline constexpr std::string_view audit_unavailable = "audit-unavailable";
inline constexpr std::string_view internal_error = "internal-error";
} // namespace code

} // namespace mpic
