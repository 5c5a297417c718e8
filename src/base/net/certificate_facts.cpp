// SPDX-License-Identifier: Apache-2.0
#include "base/net/certificate_facts.hpp"

#include "openssl.hpp"

#include <array>
#include <climits>

namespace base::net {
namespace {

std::string octets_of(const ASN1_STRING* value) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
            static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::string oid_of(X509_EXTENSION* extension) {
    const ASN1_OBJECT* object = X509_EXTENSION_get_object(extension);
    const int size = OBJ_obj2txt(nullptr, 0, object, 1);
    if (size <= 0)
        return {};
    std::string text(static_cast<std::size_t>(size) + 1, '\0');
    OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
    text.resize(static_cast<std::size_t>(size));
    return text;
}

AlternativeName name_of(const GENERAL_NAME* name) {
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &type));
    if (type == GEN_DNS)
        return {AlternativeName::Kind::dns, octets_of(value)};
    if (type == GEN_IPADD)
        return {AlternativeName::Kind::address, octets_of(value)};
    return {};
}

/// False when the extension's value is not a SEQUENCE of GeneralName.
bool add_names(X509_EXTENSION* extension, std::vector<AlternativeName>& out) {
    const GeneralNamesPtr list(static_cast<GENERAL_NAMES*>(X509V3_EXT_d2i(extension)));
    if (!list)
        return false;
    for (int i = 0; i < sk_GENERAL_NAME_num(list.get()); ++i)
        out.push_back(name_of(sk_GENERAL_NAME_value(list.get(), i)));
    return true;
}

} // namespace

Result<CertificateFacts> read_certificate(std::string_view der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const unsigned char* end = at + der.size();
    const X509Ptr certificate(
        der.size() > LONG_MAX ? nullptr : d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (!certificate || at != end)
        return fail(FailureKind::tls_failed, "the certificate cannot be read: " + openssl_reason());
    CertificateFacts out;
    for (int i = 0; i < X509_get_ext_count(certificate.get()); ++i) {
        X509_EXTENSION* extension = X509_get_ext(certificate.get(), i);
        out.extensions.push_back({oid_of(extension), X509_EXTENSION_get_critical(extension) != 0,
                                  octets_of(X509_EXTENSION_get_data(extension))});
        const bool names =
            OBJ_obj2nid(X509_EXTENSION_get_object(extension)) == NID_subject_alt_name;
        if (names && !add_names(extension, out.alternative_names))
            return fail(FailureKind::tls_failed,
                        "the certificate's subjectAltName cannot be read: " + openssl_reason());
    }
    return out;
}

} // namespace base::net
