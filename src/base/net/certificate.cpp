// SPDX-License-Identifier: Apache-2.0
#include "base/net/certificate.hpp"

#include "base/net/ip_address.hpp"
#include "openssl.hpp"

#include <ctime>
#include <stdexcept>
#include <tuple>

namespace base::net {

namespace {

void require(bool ok, const char* what) {
    if (!ok)
        throw std::runtime_error(std::string(what) + ": " + openssl_reason());
}

std::string pem_of(const auto& write) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    require(bio && write(bio.get()) == 1, "writing PEM");
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

TlsIdentity to_identity(X509* certificate, EVP_PKEY* key) {
    return {pem_of([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); }),
            pem_of([&](BIO* bio) {
                return PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr,
                                                     nullptr);
            })};
}

KeyPtr new_key() {
    KeyPtr key(EVP_EC_gen("P-256"));
    require(key != nullptr, "making a P-256 key");
    return key;
}

void set_random_serial(X509* certificate) {
    const BignumPtr number(BN_new());
    require(number && BN_rand(number.get(), 128, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1
                && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
            "making a serial number");
}

void set_validity(X509* certificate, WallTime not_before, WallTime not_after) {
    using std::chrono::floor;
    using std::chrono::seconds;
    const auto seconds_of = [](WallTime at) {
        return static_cast<std::time_t>(floor<seconds>(at).time_since_epoch().count());
    };
    require(ASN1_TIME_set(X509_getm_notBefore(certificate), seconds_of(not_before)) != nullptr
                && ASN1_TIME_set(X509_getm_notAfter(certificate), seconds_of(not_after)) != nullptr,
            "setting the validity");
}

/// A version 3 certificate without its issuer, extensions and signature.
X509Ptr new_certificate(const std::string& common_name, EVP_PKEY* key, WallTime not_before,
                        WallTime not_after) {
    X509Ptr certificate(X509_new());
    require(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1
                && X509_set_pubkey(certificate.get(), key) == 1,
            "making a certificate");
    set_random_serial(certificate.get());
    set_validity(certificate.get(), not_before, not_after);
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    const auto* name = reinterpret_cast<const unsigned char*>(common_name.data());
    require(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, name,
                                       static_cast<int>(common_name.size()), -1, 0)
                == 1,
            "setting the common name");
    return certificate;
}

/// `value` is in OpenSSL's configuration syntax: constants of this file only, never input.
void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1,
            "adding an extension");
}

GeneralNamePtr general_name(const std::string& text) {
    GeneralNamePtr name(GENERAL_NAME_new());
    const auto address = IpAddress::parse(text);
    const std::string bytes = address ? std::string(address->octets()) : text;
    const int type = address                                 ? GEN_IPADD
                     : text.find("://") != std::string::npos ? GEN_URI
                                                             : GEN_DNS;
    ASN1_STRING* value = ASN1_STRING_type_new(address ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
    require(name && value != nullptr
                && ASN1_STRING_set(value, bytes.data(), static_cast<int>(bytes.size())) == 1,
            "making an alternative name");
    GENERAL_NAME_set0_value(name.get(), type, value);
    return name;
}

void add_alternative_names(X509* certificate, const std::vector<std::string>& names) {
    if (names.empty())
        return;
    const GeneralNamesPtr list(sk_GENERAL_NAME_new_null());
    require(list != nullptr, "making alternative names");
    for (const auto& text : names) {
        GeneralNamePtr name = general_name(text);
        require(sk_GENERAL_NAME_push(list.get(), name.get()) > 0, "adding an alternative name");
        std::ignore = name.release(); // the list owns it now
    }
    require(X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, 0) == 1,
            "adding the alternative names");
}

void add_extension(X509* certificate, const CertificateExtension& wanted) {
    const ObjectPtr oid(OBJ_txt2obj(wanted.oid.c_str(), 1));
    const OctetStringPtr value(ASN1_OCTET_STRING_new());
    const auto* octets = reinterpret_cast<const unsigned char*>(wanted.value.data());
    require(oid && value
                && ASN1_OCTET_STRING_set(value.get(), octets, static_cast<int>(wanted.value.size()))
                       == 1,
            "making an extension");
    const ExtensionPtr extension(
        X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), wanted.critical ? 1 : 0, value.get()));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1,
            "adding an extension");
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
    require(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1,
            "setting the issuer");
    add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
    add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
    require(X509_sign(certificate, issuer_key, EVP_sha256()) > 0, "signing");
}

} // namespace

TlsIdentity make_ca(const std::string& common_name, WallTime not_before, WallTime not_after) {
    const KeyPtr key = new_key();
    const X509Ptr ca = new_certificate(common_name, key.get(), not_before, not_after);
    add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    sign(ca.get(), ca.get(), key.get());
    return to_identity(ca.get(), key.get());
}

TlsIdentity issue(const TlsIdentity& ca, const CertificateRequest& request) {
    const BioPtr ca_bio = bio_over(ca.certificate_chain_pem);
    const X509Ptr issuer = next_certificate(ca_bio.get());
    require(issuer != nullptr, "reading the CA's certificate");
    const KeyPtr issuer_key = read_private_key(ca.private_key_pem);
    require(issuer_key != nullptr, "reading the CA's key");

    const KeyPtr key = new_key();
    const X509Ptr leaf =
        new_certificate(request.common_name, key.get(), request.not_before, request.not_after);
    add_extension(leaf.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(leaf.get(), issuer.get(), NID_key_usage, "critical,digitalSignature");
    if (request.server || request.client)
        add_extension(leaf.get(), issuer.get(), NID_ext_key_usage,
                      !request.client   ? "serverAuth"
                      : !request.server ? "clientAuth"
                                        : "serverAuth,clientAuth");
    add_alternative_names(leaf.get(), request.subject_alternative_names);
    for (const CertificateExtension& extension : request.extensions)
        add_extension(leaf.get(), extension);
    sign(leaf.get(), issuer.get(), issuer_key.get());
    return to_identity(leaf.get(), key.get());
}

} // namespace base::net
