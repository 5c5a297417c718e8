// SPDX-License-Identifier: Apache-2.0
#include "tls_alpn_judge.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"
#include "findings.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <vector>

namespace mpic::check {
namespace {

using base::net::AlternativeName;
using base::net::CertificateExtension;
using base::net::CertificateFacts;
using base::net::IpAddress;

constexpr std::string_view subject_alt_name = "2.5.29.17";
constexpr std::string_view acme_identifier = "1.3.6.1.5.5.7.1.31";
constexpr std::string_view octet_string_32("\x04\x20", 2); // DER: tag and length (X.690 §8.7)
constexpr std::size_t names_shown = 4;

std::vector<CertificateExtension> with_oid(const CertificateFacts& certificate,
                                           std::string_view oid) {
    std::vector<CertificateExtension> out;
    std::ranges::copy_if(certificate.extensions, std::back_inserter(out),
                         [&](const auto& extension) { return extension.oid == oid; });
    return out;
}

std::string text_of(const AlternativeName& name) {
    if (name.kind == AlternativeName::Kind::dns)
        return "DNS:" + base::excerpt(name.value);
    if (name.kind == AlternativeName::Kind::other)
        return "a name of another kind";
    std::array<std::uint8_t, 16> octets{};
    std::ranges::copy(std::string_view(name.value).substr(0, octets.size()), octets.begin());
    if (name.value.size() == 16)
        return "IP:" + IpAddress::v6(octets).to_string();
    if (name.value.size() == 4)
        return "IP:" + IpAddress::v4({octets[0], octets[1], octets[2], octets[3]}).to_string();
    return "an IP address of " + std::to_string(name.value.size()) + " octets";
}

std::string names_of(const CertificateFacts& certificate) {
    std::vector<std::string> out;
    for (const auto& name : certificate.alternative_names | std::views::take(names_shown))
        out.push_back(text_of(name));
    if (certificate.alternative_names.size() > names_shown)
        out.push_back(fmt::format("{} more", certificate.alternative_names.size() - names_shown));
    return out.empty() ? "no alternative names" : base::join_and(out);
}

bool names_host(const AlternativeName& name, const TlsAlpnQuestion& question) {
    if (const auto* address = std::get_if<IpAddress>(&question.host))
        return name.kind == AlternativeName::Kind::address && name.value == address->octets();
    return name.kind == AlternativeName::Kind::dns
           && base::ascii_iequals(name.value, std::get<base::dns::Name>(question.host).text());
}

/// Why the extension is not the expected one; empty when it is.
std::string why_not(const std::vector<CertificateExtension>& found, std::string_view digest) {
    if (found.empty())
        return "is missing";
    if (found.size() > 1)
        return "is there more than once";
    const CertificateExtension& extension = found.front();
    if (!extension.critical)
        return "is not marked critical";
    const std::string_view value = extension.value;
    if (!value.starts_with(octet_string_32)
        || value.size() != octet_string_32.size() + digest.size())
        return "is not the DER of an OCTET STRING of 32 octets";
    return base::constant_time_equal(value.substr(octet_string_32.size()), digest)
               ? ""
               : "has the digest of another key authorization";
}

} // namespace

std::string host_text(const TlsAlpnQuestion& question) {
    if (const auto* address = std::get_if<IpAddress>(&question.host))
        return address->to_string();
    return std::get<base::dns::Name>(question.host).text();
}

Finding judge_challenge(const TlsAlpnQuestion& question, std::string_view protocol,
                        const CertificateFacts& certificate) {
    const std::string host = host_text(question);
    if (protocol != acme_tls_protocol)
        return rejected(code::alpn_mismatch,
                        protocol.empty()
                            ? fmt::format("{} speaks TLS without choosing a protocol, and not {}",
                                          host, acme_tls_protocol)
                            : fmt::format("{} chose the protocol {} and not {}", host,
                                          base::excerpt(protocol), acme_tls_protocol));
    if (with_oid(certificate, subject_alt_name).size() != 1
        || certificate.alternative_names.size() != 1
        || !names_host(certificate.alternative_names.front(), question))
        return rejected(code::certificate_mismatch,
                        fmt::format("{} showed a certificate for {} and not for {} alone", host,
                                    names_of(certificate), host));
    if (const auto why = why_not(with_oid(certificate, acme_identifier), question.digest);
        !why.empty())
        return rejected(code::acme_identifier_mismatch,
                        fmt::format("{} showed a certificate whose acmeIdentifier {}", host, why));
    return passed(fmt::format("{} showed the expected challenge certificate", host));
}

std::string challenge_excerpt(const TlsAlpnQuestion& question, std::string_view protocol,
                              const CertificateFacts& certificate) {
    const auto why = why_not(with_oid(certificate, acme_identifier), question.digest);
    return fmt::format("protocol {}; certificate for {}; acmeIdentifier {}",
                       protocol.empty() ? "none" : base::excerpt(protocol), names_of(certificate),
                       why.empty() ? "as expected" : why);
}

} // namespace mpic::check
