// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/management_body.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"
#include "base/dns/reverse_name.hpp"
#include "mpic/challenge_target/http_answers.hpp"
#include "mpic/challenge_target/zone.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpic::challenge_target {
namespace {

using base::dns::RecordType;
using base::json::Issues;
using base::json::ObjectReader;

constexpr std::size_t max_values = 100;
constexpr std::size_t max_value_octets = 8192;
constexpr std::size_t max_rrset_octets = 60'000; // it must fit one message
constexpr std::size_t max_body_octets = 256 * 1024;
constexpr std::size_t max_header_octets = 4096;
constexpr std::size_t max_headers = 50;
constexpr std::int64_t max_delay_ms = 60'000;
constexpr std::size_t max_key_octets = 1024;

std::vector<std::string> read_perspectives(ObjectReader& reader,
                                           const std::vector<std::string>& known, Issues& issues) {
    const auto ids = reader.strings("perspectives", known.size(), 64);
    if (!ids)
        return {};
    if (ids->empty())
        reader.issue("perspectives", "empty: leave it out to mean every perspective");
    for (std::size_t i = 0; i < ids->size(); ++i) {
        const std::string& id = (*ids)[i];
        if (std::ranges::find(known, id) == known.end())
            issues.add(fmt::format("{}[{}]", reader.path_of("perspectives"), i),
                       fmt::format("no perspective is called \"{}\"; there are {}",
                                   base::excerpt(id), base::join_and(known)));
    }
    return *ids;
}

std::optional<base::dns::Name> read_name(ObjectReader& reader) {
    const auto text = reader.string("name", 255);
    if (!text)
        return std::nullopt;
    auto name = base::dns::Name::parse(*text);
    if (!name) {
        reader.issue("name", name.error().detail);
        return std::nullopt;
    }
    if (zone_of(*name) == nullptr) {
        reader.issue("name", "not within test. or 127.in-addr.arpa., which is all that this server "
                             "answers for; try www.mpic.test");
        return std::nullopt;
    }
    return *name;
}

base::Milliseconds read_delay(ObjectReader& reader) {
    return base::Milliseconds(reader.integer("delay-ms", 0, max_delay_ms).value_or(0));
}

Behaviour read_behaviour(ObjectReader& reader) {
    Behaviour out;
    out.delay = read_delay(reader);
    out.drop = reader.boolean("drop").value_or(false);
    if (const auto text = reader.string("rcode", 16)) {
        const auto rcode = base::dns::rcode_from(*text);
        if (rcode && out.drop)
            reader.issue("rcode", "with \"drop\": true there is no response to carry it");
        else if (rcode)
            out.rcode = *rcode;
        else
            reader.issue("rcode", "no RCODE of that name; NOERROR, SERVFAIL, NXDOMAIN, REFUSED, "
                                  "NOTIMP and FORMERR are known");
    }
    return out;
}

void check_rrset(ObjectReader& reader, const RecordsChange& change) {
    const bool alias = change.type == RecordType::cname || change.type == RecordType::dname;
    if (alias && change.rdata.size() > 1)
        reader.issue("values", "a name has one alias at most"); // RFC 1034 §3.6.2
    std::size_t octets = 0;
    for (const std::string& rdata : change.rdata)
        octets += rdata.size() + 12; // an owner's pointer, type, class, TTL and length
    if (octets > max_rrset_octets)
        reader.issue("values", "more than one DNS message holds");
}

RecordsChange read_records(ObjectReader& reader, Issues& issues) {
    RecordsChange out;
    reader.require({"type", "values"});
    const auto type_text = reader.string("type", 16);
    const auto values = reader.strings("values", max_values, max_value_octets);
    if (!type_text)
        return out;
    const auto type = base::dns::record_type_from(*type_text);
    if (!type) {
        reader.issue("type", "no record type of that name");
        return out;
    }
    out.type = *type;
    for (std::size_t i = 0; values && i < values->size(); ++i) {
        auto rdata = base::dns::rdata_from_text(*type, (*values)[i]);
        if (rdata)
            out.rdata.push_back(std::move(*rdata));
        else
            issues.add(fmt::format("{}[{}]", reader.path_of("values"), i), rdata.error().detail);
    }
    check_rrset(reader, out);
    return out;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
               || std::string_view("!#$%&'*+-.^_`|~").contains(c);
    });
}

bool is_field_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    });
}

void read_header(const std::string& name, const base::json::Value& value, const std::string& path,
                 base::http::Headers& out, Issues& issues) {
    const std::string lower = base::ascii_lower(name);
    if (!is_token(name))
        issues.add(path, "not a header's name");
    else if (lower == "content-length" || lower == "transfer-encoding" || lower == "connection")
        issues.add(path, "the server sets this one itself");
    else if (!value.is_string())
        issues.add(path, "must be a string");
    else if (const auto& text = value.get_ref<const std::string&>();
             text.size() > max_header_octets || !is_field_value(text))
        issues.add(path,
                   fmt::format("at most {} octets, no control characters", max_header_octets));
    else
        out.add(name, text);
}

base::http::Headers read_headers(ObjectReader& reader, Issues& issues) {
    base::http::Headers out;
    const base::json::Value* headers = reader.member("headers");
    if (!headers)
        return out;
    if (!headers->is_object() || headers->size() > max_headers) {
        reader.issue("headers",
                     fmt::format("must be an object of at most {} strings", max_headers));
        return out;
    }
    for (const auto& [name, value] : headers->items())
        read_header(name, value, reader.path_of("headers") + "." + base::excerpt(name), out,
                    issues);
    return out;
}

HttpPlace read_place(ObjectReader& reader) {
    reader.require({"host", "path"});
    const std::string host = plain_host(reader.string("host", 255).value_or("-"));
    const std::string path = reader.string("path", 2048).value_or("/");
    if (host.empty())
        reader.issue("host", "must not be empty");
    if (!path.starts_with('/'))
        reader.issue("path", "must begin with a slash");
    if (path.find_first_of("?#") != std::string::npos)
        reader.issue("path", "without query and fragment: requests are matched by path alone");
    return {host, path};
}

std::optional<base::json::Value> parse_body(std::string_view body, Issues& issues) {
    return base::json::parse(body, {.max_bytes = management_body_limit}, issues);
}

} // namespace

std::optional<DnsChange> read_dns_change(std::string_view body,
                                         const std::vector<std::string>& known, Issues& issues) {
    const auto document = parse_body(body, issues);
    if (!document)
        return std::nullopt;
    ObjectReader reader(*document, "$", issues);
    reader.require({"name"});
    DnsChange out;
    const auto name = read_name(reader);
    out.perspectives = read_perspectives(reader, known, issues);
    if (reader.has("rcode") || reader.has("drop") || reader.has("delay-ms")) {
        for (const std::string_view key : {"type", "values"})
            if (reader.member(key))
                reader.issue(key, "rcode, drop and delay-ms are for every type at a name: "
                                  "set records in a call of their own");
        out.what = read_behaviour(reader);
    } else {
        out.what = read_records(reader, issues);
    }
    reader.finish();
    if (!issues.empty())
        return std::nullopt;
    out.name = *name;
    return out;
}

std::optional<HttpChange> read_http_change(std::string_view body,
                                           const std::vector<std::string>& known, Issues& issues) {
    const auto document = parse_body(body, issues);
    if (!document)
        return std::nullopt;
    ObjectReader reader(*document, "$", issues);
    HttpChange out;
    out.place = read_place(reader);
    out.perspectives = read_perspectives(reader, known, issues);
    out.answer.response.status =
        static_cast<unsigned>(reader.integer("status", 200, 599).value_or(200));
    out.answer.response.headers = read_headers(reader, issues);
    out.answer.response.body = reader.string("body", max_body_octets).value_or("");
    out.answer.delay = read_delay(reader);
    reader.finish();
    if (!issues.empty())
        return std::nullopt;
    return out;
}

std::optional<TlsChange> read_tls_change(std::string_view body,
                                         const std::vector<std::string>& known, Issues& issues) {
    const auto document = parse_body(body, issues);
    if (!document)
        return std::nullopt;
    ObjectReader reader(*document, "$", issues);
    reader.require({"host", "key-authorization"});
    TlsChange out;
    const std::string host = reader.string("host", 255).value_or("-");
    const std::string key = reader.string("key-authorization", max_key_octets).value_or("-");
    if (key.empty())
        reader.issue("key-authorization", "must not be empty");
    if (const auto address = base::net::IpAddress::parse(host)) {
        out.server_name = base::dns::reverse_name(*address).text();
        out.answer.identifier = address->to_string();
    } else if (const auto name = base::dns::host_from_user(host)) {
        out.server_name = name->text();
        out.answer.identifier = name->text();
    } else {
        reader.issue("host", name.error().detail);
    }
    out.answer.digest = base::sha256(key);
    out.perspectives = read_perspectives(reader, known, issues);
    reader.finish();
    return issues.empty() ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace mpic::challenge_target
