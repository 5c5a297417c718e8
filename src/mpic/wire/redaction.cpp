// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/redaction.hpp"

#include "base/core/encoding.hpp"
#include "base/dns/record.hpp"
#include "base/json/writer.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace mpic::wire {
namespace {

constexpr std::size_t shortest_secret = 8;
/// Excerpts are cut, so a long secret is recognised by its first octets and followed as far as it
/// goes.
constexpr std::size_t recognised_by = 64;
constexpr std::string_view marker = "[the expected value]";

std::string secret_of(const CheckRequest& request) {
    if (!request.dcv)
        return {};
    if (const auto* http = std::get_if<HttpQuestion>(&*request.dcv))
        return http->expected;
    const auto* dns = std::get_if<DnsQuestion>(&*request.dcv);
    return dns != nullptr && dns->type == base::dns::RecordType::txt ? dns->expected
                                                                     : std::string();
}

/// A TXT value as rdata_text() writes it, without the quotes around.
std::string in_txt_form(const std::string& secret) {
    const std::string text = base::dns::rdata_text(
        base::dns::RecordType::txt, base::dns::txt_rdata(secret), secret.size() * 4 + 2);
    return text.size() > 2 && text.front() == '"' ? text.substr(1, text.size() - 2) : std::string();
}

std::size_t common_length(std::string_view a, std::string_view b) {
    const std::size_t limit = std::min(a.size(), b.size());
    std::size_t n = 0;
    while (n < limit && a[n] == b[n])
        ++n;
    return n;
}

/// Without the quotes around it.
std::string json_text(std::string_view text) {
    base::json::Writer out;
    out.value(text);
    const std::string quoted = out.take();
    return quoted.substr(1, quoted.size() - 2);
}

} // namespace

Redaction::Redaction(const CheckRequest& request) {
    const std::string secret = secret_of(request);
    if (secret.size() < shortest_secret)
        return;
    for (std::string form : {secret, base::excerpt(secret, secret.size()), in_txt_form(secret)})
        if (!form.empty() && std::ranges::find(secrets_, form) == secrets_.end())
            secrets_.push_back(std::move(form));
    for (const std::string& form : secrets_)
        in_json_.push_back(json_text(std::string_view(form).substr(0, recognised_by)));
}

/// Each character is escaped for itself: what is in a text is, escaped, in the escaped text.
bool Redaction::may_concern(std::string_view json) const {
    return std::ranges::any_of(in_json_,
                               [json](const std::string& secret) { return json.contains(secret); });
}

std::string Redaction::apply(std::string_view text) const {
    std::string out(text);
    for (const std::string& secret : secrets_) {
        const std::string_view start = std::string_view(secret).substr(0, recognised_by);
        std::size_t at = 0;
        while ((at = out.find(start, at)) != std::string::npos) {
            out.replace(at, common_length(std::string_view(out).substr(at), secret), marker);
            at += marker.size();
        }
    }
    return out;
}

} // namespace mpic::wire
