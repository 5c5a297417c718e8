// SPDX-License-Identifier: Apache-2.0
#include "mpicd/build_info.hpp"

#include <ares.h>
#include <boost/version.hpp>
#include <fmt/format.h>
#include <idn2.h>
#include <nghttp2/nghttp2.h>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <spdlog/version.h>

namespace mpicd {

std::string build_name() {
    return fmt::format("mpicd {} ({})", MPICD_VERSION, MPICD_COMMIT);
}

std::string user_agent(const std::string& perspective) {
    return fmt::format("mpicd/{} (perspective {})", MPICD_VERSION, perspective);
}

std::string build_details() {
    return fmt::format(
        "{}\ncompiler: {}\nBoost {}.{}.{}\n{}\nc-ares {}\nlibidn2 {}\nnghttp2 {}\n"
        "nlohmann/json {}.{}.{}\nspdlog {}.{}.{}\n",
        build_name(), __VERSION__, BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000,
        BOOST_VERSION % 100, OpenSSL_version(OPENSSL_VERSION), ares_version(nullptr),
        idn2_check_version(nullptr), nghttp2_version(0)->version_str, NLOHMANN_JSON_VERSION_MAJOR,
        NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH, SPDLOG_VER_MAJOR,
        SPDLOG_VER_MINOR, SPDLOG_VER_PATCH);
}

} // namespace mpicd
