// SPDX-License-Identifier: Apache-2.0
// Reading certificates: who they name and when they end.

#include "base/core/encoding.hpp"
#include "base/net/ip_address.hpp"
#include "base/net/tls.hpp"
#include "openssl.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <utility>

namespace base::net {

namespace {

std::string text_of(const ASN1_STRING* value) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
            static_cast<std::size_t>(ASN1_STRING_length(value))};
}

template <std::size_t N>
std::array<std::uint8_t, N> bytes_of(const std::string& text) {
    std::array<std::uint8_t, N> bytes{};
    std::ranges::copy(text, bytes.begin());
    return bytes;
}

std::optional<std::string> name_text(const GENERAL_NAME* name) {
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &type));
    if (type == GEN_DNS)
        return ascii_lower(text_of(value));
    if (type == GEN_URI)
        return text_of(value);
    if (type != GEN_IPADD)
        return std::nullopt;
    const std::string octets = text_of(value);
    if (octets.size() == 4)
        return IpAddress::v4(bytes_of<4>(octets)).to_string();
    if (octets.size() == 16)
        return IpAddress::v6(bytes_of<16>(octets)).to_string();
    return std::nullopt; // RFC 5280 §4.2.1.6 knows no other length
}

std::optional<WallTime> end_of(const X509* certificate) {
    std::tm time{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1)
        return std::nullopt;
    return WallTime(std::chrono::seconds(timegm(&time)));
}

} // namespace

std::vector<std::string> subject_alternative_names(X509* certificate) {
    std::vector<std::string> names;
    if (certificate == nullptr)
        return names;
    const GeneralNamesPtr list(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    if (!list)
        return names;
    for (int i = 0; i < sk_GENERAL_NAME_num(list.get()); ++i)
        if (auto text = name_text(sk_GENERAL_NAME_value(list.get(), i)))
            names.push_back(std::move(*text));
    return names;
}

Result<WallTime> not_after(const std::string& certificate_pem) {
    const BioPtr bio = bio_over(certificate_pem);
    const X509Ptr certificate = next_certificate(bio.get());
    const auto end = certificate ? end_of(certificate.get()) : std::nullopt;
    if (!end)
        return fail(FailureKind::invalid, "no certificate in PEM: " + openssl_reason());
    return *end;
}

Result<WallTime> first_to_end(const std::string& pem) {
    auto first = not_after(pem);
    const BioPtr bio = bio_over(pem);
    while (const X509Ptr certificate = next_certificate(bio.get()))
        if (const auto end = end_of(certificate.get()); first && end)
            first = std::min(*first, *end);
    ERR_clear_error(); // the end of the file counts as one
    return first;
}

} // namespace base::net
