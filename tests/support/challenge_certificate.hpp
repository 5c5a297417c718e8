// SPDX-License-Identifier: Apache-2.0
#pragma once
// Self-signed certificates for tls-alpn-01 challenges made with OpenSSL alone, right or wrong in
// any rule, and a TLS server that shows one.

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"
#include "base/net/ip_address.hpp"
#include "support/one_by_one_server.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// An extension in the syntax of OpenSSL's configuration: {"subjectAltName", "DNS:a.test"},
/// {"1.3.6.1.5.5.7.1.31", "critical,DER:04:20:…"}.
using Extensions = std::vector<std::pair<std::string, std::string>>;

inline std::string acme_identifier(std::string_view octets, bool critical = true) {
    return std::string(critical ? "critical," : "") + "DER:" + base::hex(octets);
}
/// DER of an OCTET STRING.
inline std::string octet_string(std::string_view octets) {
    return std::string("\x04") + static_cast<char>(octets.size()) + std::string(octets);
}

/// The right extensions for a challenge.
inline Extensions challenge_extensions(const std::string& san, std::string_view key_authorization) {
    return {{"subjectAltName", san},
            {"1.3.6.1.5.5.7.1.31", acme_identifier(octet_string(base::sha256(key_authorization)))}};
}

struct ChallengeCertificate {
    X509* certificate = nullptr;
    EVP_PKEY* key = nullptr;

    explicit ChallengeCertificate(const Extensions& extensions)
        : certificate(X509_new()), key(EVP_EC_gen("P-256")) {
        must(certificate != nullptr && key != nullptr);
        must(X509_set_version(certificate, X509_VERSION_3));
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        must(X509_set_pubkey(certificate, key));
        X509V3_CTX context;
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
        for (const auto& [name, value] : extensions) {
            X509_EXTENSION* extension =
                X509V3_EXT_conf(nullptr, &context, name.c_str(), value.c_str());
            must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
            X509_EXTENSION_free(extension);
        }
        must(X509_sign(certificate, key, EVP_sha256()) > 0);
    }
    ~ChallengeCertificate() {
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    ChallengeCertificate(const ChallengeCertificate&) = delete;
    ChallengeCertificate& operator=(const ChallengeCertificate&) = delete;

    [[nodiscard]] std::string der() const {
        unsigned char* octets = nullptr;
        const int size = i2d_X509(certificate, &octets);
        must(size > 0);
        std::string out(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
        OPENSSL_free(octets);
        return out;
    }

private:
    static void must(bool ok) {
        if (!ok)
            throw std::runtime_error("OpenSSL could not make the certificate");
    }
    static void must(int ok) { must(ok == 1); }
};

/// Shows one certificate to everybody. Chooses `protocol` where it is offered; else it refuses with
/// the alert no_application_protocol, unless it knows no ALPN at all.
class AlpnServer {
public:
    struct Options {
        std::optional<std::string> protocol = "acme-tls/1";
        int newest_version = TLS1_3_VERSION;
        bool silent = false; ///< accepts the connection and says nothing
    };

    AlpnServer(const ChallengeCertificate& shown, Options options) : options_(std::move(options)) {
        SSL_CTX* native = context_.native_handle();
        SSL_CTX_set_security_level(native, 0);
        SSL_CTX_set_min_proto_version(native, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(native, options_.newest_version);
        if (SSL_CTX_use_certificate(native, shown.certificate) != 1
            || SSL_CTX_use_PrivateKey(native, shown.key) != 1)
            throw std::runtime_error("OpenSSL refused the certificate");
        if (options_.protocol)
            SSL_CTX_set_alpn_select_cb(native, &AlpnServer::choose, this);
        server_.emplace([this](OneByOneServer::Socket& socket) { serve(socket); });
    }
    AlpnServer(const AlpnServer&) = delete;
    AlpnServer& operator=(const AlpnServer&) = delete;

    [[nodiscard]] base::net::Endpoint endpoint() const { return server_->endpoint(); }
    /// What the last client named, and the ALPN list that it offered as it stood on the wire.
    [[nodiscard]] std::pair<std::string, std::string> asked() const {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

private:
    static int choose(SSL* ssl, const unsigned char** out, unsigned char* size,
                      const unsigned char* offered, unsigned offered_size, void* self) {
        auto& server = *static_cast<AlpnServer*>(self);
        const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        {
            const std::lock_guard lock(server.mutex_);
            server.asked_ = {name == nullptr ? "" : name,
                             {reinterpret_cast<const char*>(offered), offered_size}};
        }
        for (unsigned at = 0; at < offered_size; at += 1U + offered[at]) {
            const std::string_view one(reinterpret_cast<const char*>(offered) + at + 1,
                                       offered[at]);
            if (one != *server.options_.protocol)
                continue;
            *out = offered + at + 1;
            *size = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }

    void serve(OneByOneServer::Socket& socket) {
        boost::asio::ssl::stream<OneByOneServer::Socket&> stream(socket, context_);
        boost::system::error_code error;
        char octet[256];
        if (!options_.silent)
            stream.handshake(boost::asio::ssl::stream_base::server, error);
        while (!error) // until the client closes
            socket.read_some(boost::asio::buffer(octet), error);
    }

    Options options_;
    boost::asio::ssl::context context_{boost::asio::ssl::context::tls_server};
    mutable std::mutex mutex_;
    std::pair<std::string, std::string> asked_;
    std::optional<OneByOneServer> server_; // last: its thread uses the others
};

} // namespace test
