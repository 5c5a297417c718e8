// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/question_json.hpp"

#include "base/core/encoding.hpp"
#include "mpic/model/contact_value.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mpic::wire {
namespace {

using base::dns::Name;
using base::net::IpAddress;
using Host = std::variant<Name, IpAddress>;

constexpr std::size_t digest_octets = 32;

void put_host(JsonOut& out, const Host& host) {
    if (const auto* name = std::get_if<Name>(&host))
        out.member("host-name", name->text());
    else
        out.member("host-address", std::get<IpAddress>(host).to_string());
}

/// https is a type of its own, so that an agent that does not know it refuses instead of asking by
/// http.
void put(JsonOut& out, const HttpQuestion& question) {
    out.member("type", question.https ? "https" : "http");
    put_host(out, question.host);
    out.member("path", question.path);
    out.member("expected-base64", base::base64(question.expected));
}

void put(JsonOut& out, const DnsQuestion& question) {
    out.member("type", "dns");
    out.member("owner", question.owner.text());
    out.member("record-type", base::dns::to_string(question.type));
    out.member("expected-base64", base::base64(question.expected));
}

void put(JsonOut& out, const TlsAlpnQuestion& question) {
    out.member("type", "tls-alpn");
    put_host(out, question.host);
    out.member("digest-base64", base::base64(question.digest));
}

void put(JsonOut& out, const PersistQuestion& question) {
    out.member("type", "dns-persist");
    put_host(out, question.host);
    out.member("owner", question.owner.text());
    out.member("issuer-domains", question.issuer_domains);
    out.member("account-uri", question.account_uri);
    out.member("policy", question.policy);
}

void put(JsonOut& out, const ReverseQuestion& question) {
    out.member("type", "ip-reverse");
    out.member("host-address", question.address.to_string());
    if (question.expected)
        out.member("expected-name", question.expected->text());
}

void put(JsonOut& out, const ContactQuestion& question) {
    out.member("type", "contact");
    out.member("owner", question.owner.text());
    out.member("kind", to_string(question.kind));
    out.member("source", to_string(question.source));
    out.member("expected", question.expected);
}

Host read_host(StrictFields& fields) {
    if (fields.has("host-address"))
        return fields.word<IpAddress>("host-address", IpAddress::parse);
    return read_name(fields, "host-name");
}

/// Nothing would match an empty expectation, or everything.
std::string read_expected(StrictFields& fields) {
    std::string out = fields.octets("expected-base64");
    if (out.empty())
        fields.issue("expected-base64", "must not be empty");
    return out;
}

HttpQuestion read_http_question(StrictFields& fields) {
    HttpQuestion out;
    out.host = read_host(fields);
    out.path = fields.text("path");
    if (!out.path.starts_with('/'))
        fields.issue("path", "must begin with /");
    out.expected = read_expected(fields);
    return out;
}

DcvQuestion read_http(StrictFields& fields) {
    return read_http_question(fields);
}

DcvQuestion read_https(StrictFields& fields) {
    HttpQuestion out = read_http_question(fields);
    out.https = true;
    return out;
}

DcvQuestion read_dns(StrictFields& fields) {
    return DnsQuestion{
        .owner = read_name(fields, "owner"),
        .type = fields.word<base::dns::RecordType>("record-type", base::dns::record_type_from),
        .expected = read_expected(fields)};
}

DcvQuestion read_tls_alpn(StrictFields& fields) {
    TlsAlpnQuestion out{.host = read_host(fields), .digest = fields.octets("digest-base64")};
    if (out.digest.size() != digest_octets)
        fields.issue("digest-base64", "must be 32 octets");
    return out;
}

DcvQuestion read_persist(StrictFields& fields) {
    PersistQuestion out;
    out.host = read_host(fields);
    out.owner = read_name(fields, "owner");
    out.issuer_domains = fields.texts("issuer-domains");
    out.account_uri = fields.text("account-uri");
    out.policy = fields.text("policy");
    if (out.issuer_domains.empty())
        fields.issue("issuer-domains", "must not be empty");
    if (out.account_uri.empty())
        fields.issue("account-uri", "must not be empty");
    return out;
}

DcvQuestion read_reverse(StrictFields& fields) {
    ReverseQuestion out{.address = fields.word<IpAddress>("host-address", IpAddress::parse),
                        .expected = {}};
    if (fields.has("expected-name"))
        out.expected = read_name(fields, "expected-name");
    return out;
}

DcvQuestion read_contact(StrictFields& fields) {
    return ContactQuestion{.owner = read_name(fields, "owner"),
                           .kind = fields.word<ContactKind>("kind", contact_kind_from),
                           .source = fields.word<ContactSource>("source", contact_source_from),
                           .expected = fields.text("expected")};
}

struct Type {
    std::string_view name;
    DcvQuestion (*read)(StrictFields& fields);
};
constexpr std::array<Type, 7> types{{{"http", read_http},
                                     {"https", read_https},
                                     {"dns", read_dns},
                                     {"tls-alpn", read_tls_alpn},
                                     {"dns-persist", read_persist},
                                     {"ip-reverse", read_reverse},
                                     {"contact", read_contact}}};

} // namespace

void put_dcv_question(JsonOut& out, const DcvQuestion& question) {
    std::visit([&out](const auto& one) { put(out, one); }, question);
}

DcvQuestion read_dcv_question(StrictFields& fields) {
    const std::string name = fields.text("type");
    const auto* type = std::ranges::find(types, name, &Type::name);
    if (type != types.end())
        return type->read(fields);
    fields.issue("type", "not a type of question that this agent knows");
    return {};
}

Name read_name(StrictFields& fields, std::string_view key) {
    auto name = Name::parse(fields.text(key));
    if (name)
        return *std::move(name);
    fields.issue(key, name.error().detail);
    return {};
}

} // namespace mpic::wire
