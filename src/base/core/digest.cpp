// SPDX-License-Identifier: Apache-2.0
#include "base/core/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace base {

namespace {

/// Looked up once, as long as the program: that costs more than the digest of a short text.
const EVP_MD* sha256_method() {
    static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return method;
}

} // namespace

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, sha256_method(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available in this OpenSSL");
    return {out.begin(), out.begin() + size};
}

bool constant_time_equal(std::string_view a, std::string_view b) {
    // The length is no secret: tokens and hashes have a fixed one.
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace base
