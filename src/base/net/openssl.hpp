// SPDX-License-Identifier: Apache-2.0
#pragma once
// Owning handles for OpenSSL's objects, and its error queue as text.

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <climits>
#include <memory>
#include <string>
#include <string_view>

namespace base::net {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

using BioPtr = std::unique_ptr<BIO, Freed<BIO_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Freed<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using GeneralNamePtr = std::unique_ptr<GENERAL_NAME, Freed<GENERAL_NAME_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;
using ObjectPtr = std::unique_ptr<ASN1_OBJECT, Freed<ASN1_OBJECT_free>>;
using OctetStringPtr = std::unique_ptr<ASN1_OCTET_STRING, Freed<ASN1_OCTET_STRING_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, Freed<BN_free>>;

/// The innermost reason that OpenSSL gives; empties the thread's queue.
[[nodiscard]] inline std::string openssl_reason() {
    const auto code = ERR_peek_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    return reason == nullptr ? "unknown reason" : reason;
}

/// Reads from `bytes`, which must outlive it.
[[nodiscard]] inline BioPtr bio_over(std::string_view bytes) {
    if (bytes.size() > INT_MAX)
        return nullptr;
    return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

[[nodiscard]] inline X509Ptr next_certificate(BIO* bio) {
    return X509Ptr(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
}

/// Nothing for an encrypted key: OpenSSL's own callback would ask for the password on the terminal.
[[nodiscard]] inline KeyPtr read_private_key(std::string_view pem) {
    const auto no_password = [](char*, int, int, void*) { return -1; };
    const BioPtr bio = bio_over(pem);
    return KeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
}

} // namespace base::net
