// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"
#include "base/core/random.hpp"

#include <array>
#include <string>

namespace mpicd {

struct Token {
    std::string token;  ///< "mpicd_" and 256 random bits in base64url
    std::string sha256; ///< of the token, in hex
};

/// The hash of a token as the configuration has it.
[[nodiscard]] inline std::string token_hash(const std::string& token) {
    return base::hex(base::sha256(token));
}

[[nodiscard]] inline Token new_token(base::Random& random) {
    std::array<std::byte, 32> bytes{};
    random.fill(bytes);
    const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    auto token = "mpicd_" + base::base64url(view);
    return {token, token_hash(token)};
}

} // namespace mpicd
