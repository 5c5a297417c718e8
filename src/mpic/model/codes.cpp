// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/codes.hpp"

#include <algorithm>

namespace mpic {
namespace {

using enum CodeGroup;

constexpr Code table[] = {
    // What one perspective found.
    {code::ok, finding, "The check is satisfied."},
    {code::http_status, finding, "The final HTTP status is not 2xx."},
    {code::body_mismatch, finding, "The body is not the expected content."},
    {code::record_absent, finding, "There is no record of the type at the name."},
    {code::record_mismatch, finding, "No record of the type at the name has the expected value."},
    {code::record_expired, finding, "The record that would match is past its persistUntil."},
    {code::contact_unusable, finding, "What is published as a contact has not the form of one."},
    {code::alpn_mismatch, finding, "The server did not choose the protocol acme-tls/1."},
    {code::certificate_mismatch, finding,
     "The challenge certificate is not for exactly the one identifier."},
    {code::acme_identifier_mismatch, finding,
     "The challenge certificate does not carry the expected acmeIdentifier."},
    {code::caa_forbids, finding, "The relevant CAA records do not permit this issuer."},
    {code::caa_critical_unknown, finding,
     "A CAA record that is marked critical has a tag that is not understood."},

    // Why one perspective, or this program, could not determine: the names of base::FailureKind.
    {"timeout", failure, "The time allowed ran out."},
    {"cancelled", failure, "The check was given up before it ended."},
    {code::overloaded, failure, // the API's too
     "A limit on concurrent work was reached; an API answer says in Retry-After when to come "
     "again."},
    {"address-refused", failure,
     "The address is not on the public Internet, so nothing connects there."},
    {"no-address", failure, "The name has no usable address."},
    {"connection-refused", failure, "The peer refused the connection."},
    {"connection-reset", failure, "The peer broke an established connection."},
    {"connection-timeout", failure, "No answer to the connection attempt came in time."},
    {"network-unreachable", failure, "There is no route to the address."},
    {"tls-failed", failure, "The TLS handshake failed."},
    {"tls-identity", failure, "The peer's certificate names somebody else."},
    {"dns-nxdomain", failure, "The name does not exist in the DNS."},
    {"dns-servfail", failure, "The resolver answered SERVFAIL."},
    {"dns-refused", failure, "The resolver answered REFUSED."},
    {"dns-error-rcode", failure, "The resolver answered with another error code."},
    {"dns-timeout", failure, "No DNS answer came in time."},
    {"dns-malformed", failure, "The DNS answer cannot be parsed or does not answer the question."},
    {"dns-truncated", failure, "The DNS answer is truncated over TCP or exceeds the limits."},
    {"dns-loop", failure, "The aliases form a loop or too long a chain."},
    {"dns-bogus", failure, "DNSSEC validation failed."},
    {"http-malformed", failure, "The answer is not HTTP/1."},
    {"http-too-large", failure, "The HTTP head or body exceeds its limit."},
    {"redirect-refused", failure,
     "The redirect's target is not allowed: its scheme, port or host."},
    {"too-many-redirects", failure, "The redirects exceed their limit."},
    {"redirect-loop", failure, "The redirects form a loop."},
    {"peer-malformed", failure, "An agent's answer does not follow the protocol."},
    {"io", failure, "A file or socket operation failed on this machine."},
    {"invalid", failure, "Input cannot be accepted."},

    // Why an attempt was not successful.
    {code::primary_rejected, decision, "The primary perspective's check was rejected."},
    {code::primary_undetermined, decision,
     "The primary perspective could not determine the answer."},
    {code::primary_unavailable, decision, "The primary perspective gave no report."},
    {code::dcv_not_corroborated, decision,
     "Too few remote perspectives corroborate domain control."},
    {code::caa_not_corroborated, decision, "Too few remote perspectives corroborate CAA."},
    {code::rir_diversity, decision,
     "Enough remote perspectives corroborate, but from too few RIR regions."},
    {code::too_few_perspectives, decision,
     "The attempt had fewer remote perspectives than the policy demands."},
    {code::dnssec_bogus, decision, "DNSSEC validation failed at the primary perspective."},

    // What the pattern over the perspectives suggests.
    {code::dnssec_broken, diagnosis, "The domain's DNSSEC signatures do not validate."},
    {code::caa_record_forbids, diagnosis, "A CAA record does not permit this issuer."},
    {code::split_horizon, diagnosis, "The name resolves usefully only inside a private network."},
    {code::perspectives_unavailable, diagnosis,
     "Perspectives of this service did not report; the domain is not the cause."},
    {code::resolver_unreachable, diagnosis,
     "Perspectives cannot reach their own resolver; the domain is not the cause."},
    {code::one_family_broken, diagnosis, "The host cannot be reached over IPv6, or not over IPv4."},
    {code::geo_blocking, diagnosis, "The host is reachable from some regions only."},
    {code::selective_blocking, diagnosis,
     "The host blocks some perspectives, in no pattern of regions."},
    {code::filtered_by_server, diagnosis,
     "A CDN or web application firewall answers some perspectives with an error."},
    {code::stale_address, diagnosis,
     "One of several addresses does not serve the expected content."},
    {code::different_addresses, diagnosis,
     "Perspectives resolve the name to different addresses, and some of those do not answer "
     "rightly."},
    {code::same_address_differs, diagnosis,
     "One address gives some perspectives the expected content and others another."},
    {code::port_closed, diagnosis, "Nothing listens on the port, from everywhere."},
    {code::port_filtered, diagnosis, "Connection attempts are dropped, from everywhere."},
    {code::connections_reset, diagnosis, "Connections are broken off, from everywhere."},
    {code::server_slow, diagnosis, "The server accepts connections and does not answer in time."},
    {code::doubled_name, diagnosis, "The name asked for contains the domain twice."},
    {code::not_yet_propagated, diagnosis, "Some perspectives see the record and others none yet."},
    {code::records_out_of_step, diagnosis, "Perspectives see different records."},
    {code::value_not_published, diagnosis, "No perspective sees the expected value."},
    {code::nameservers_failing, diagnosis, "The domain's name servers do not answer usably."},
    {code::perspective_clock, diagnosis, "A perspective's clock is wrong."},

    // What the API answers instead of a decision.
    {code::invalid_request, api, "The request is malformed; the issues say where."},
    {code::method_sunset, api, "The method must no longer be used on this date."},
    {code::unauthorized, api, "No valid credentials came with the request."},
    {code::forbidden, api, "The client may not do this."},
    {code::not_found, api, "There is nothing at this path."},
    {code::method_not_allowed, api, "The path exists, and not for this HTTP method."},
    {code::request_timeout, api, "The request did not arrive in time."},
    {code::payload_too_large, api, "The request body exceeds its limit."},
    {code::headers_too_large, api, "The request head exceeds its limit."},
    {code::unsupported_media_type, api, "The request body is not application/json."},
    {code::rate_limited, api, "The client's rate is exceeded."},
    {code::not_compliant, api, "The roster does not meet the policy in force today."},
    {code::audit_unavailable, api,
     "The audit record could not be written, so nothing is answered."},
    {code::internal_error, api, "The service has a fault; the incident id finds it in its log."},
};

} // namespace

std::span<const Code> all_codes() {
    return table;
}

const Code* find_code(std::string_view name) {
    const auto found = std::ranges::find(table, name, &Code::name);
    return found == std::end(table) ? nullptr : found;
}

} // namespace mpic
