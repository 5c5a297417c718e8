// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/audit_question.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"
#include "mpic/model/contact_value.hpp"
#include "mpic/model/dcv_rules.hpp"

#include <string>
#include <variant>

namespace mpic::wire {
namespace {

using base::dns::Name;
using base::net::IpAddress;

std::string digest_of(const std::string& secret) {
    return base::hex(base::sha256(secret));
}

std::string host_text(const std::variant<Name, IpAddress>& host) {
    const auto* name = std::get_if<Name>(&host);
    return name != nullptr ? name->text() : std::get<IpAddress>(host).to_string();
}

void put(JsonOut& out, const HttpQuestion& question) {
    out.member("type", question.https ? "https" : "http");
    out.member("host", host_text(question.host));
    out.member("path", question.path);
    out.member("expected-sha256", digest_of(question.expected));
}

void put(JsonOut& out, const DnsQuestion& question) {
    out.member("type", "dns");
    out.member("owner", question.owner.text());
    out.member("record-type", base::dns::to_string(question.type));
    out.member("expected-sha256", digest_of(question.expected));
}

void put(JsonOut& out, const TlsAlpnQuestion& question) {
    out.member("type", "tls-alpn");
    out.member("host", host_text(question.host));
    out.member("expected-sha256", base::hex(question.digest)); // it is the digest already
}

void put(JsonOut& out, const PersistQuestion& question) {
    out.member("type", "dns-persist");
    out.member("host", host_text(question.host));
    out.member("owner", question.owner.text());
    out.member("issuer-domains", question.issuer_domains);
    out.member("account-uri", question.account_uri);
    if (!question.policy.empty())
        out.member("policy", question.policy);
}

void put(JsonOut& out, const ReverseQuestion& question) {
    out.member("type", "ip-reverse");
    out.member("host", question.address.to_string());
    if (question.expected)
        out.member("expected-name", question.expected->text());
}

void put(JsonOut& out, const ContactQuestion& question) {
    out.member("type", "contact");
    out.member("owner", question.owner.text());
    out.member("kind", to_string(question.kind));
    out.member("source", to_string(question.source));
    if (!question.expected.empty())
        out.member("expected-contact", question.expected);
}

void put(JsonOut& out, const CaaQuestion& question) {
    out.member("domain", question.domain.text());
    out.member("wildcard", question.wildcard);
    if (!question.policy)
        return;
    out.member("issuer-domains", question.policy->issuer_domains);
    if (question.policy->account_uri)
        out.member("account-uri", *question.policy->account_uri);
    if (question.policy->validation_method)
        out.member("validation-method", *question.policy->validation_method);
}

} // namespace

void put_audit_request(JsonOut& out, const CheckRequest& request) {
    if (request.dcv) {
        out.member("validation-method", validation_method(request));
        out.key("dcv");
        out.open_object();
        std::visit([&out](const auto& one) { put(out, one); }, *request.dcv);
        if (selects_value(*request.dcv)) // replaying the decision needs to know
            out.member("by-selection", true);
        if (request.account_url)
            out.member("account-url", *request.account_url);
        out.close_object();
    }
    if (request.caa) {
        out.key("caa");
        out.open_object();
        put(out, *request.caa);
        out.close_object();
    }
    if (!request.traceparent.empty())
        out.member("traceparent", request.traceparent);
}

} // namespace mpic::wire
