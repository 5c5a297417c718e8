// SPDX-License-Identifier: Apache-2.0
#include "base/net/tls.hpp"

#include "openssl.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <string_view>
#include <utility>
#include <vector>

namespace base::net {

namespace {

namespace ssl = boost::asio::ssl;

// Forward secrecy and authenticated encryption only: what is left of TLS 1.2 after RFC 9325 §4.2.
constexpr const char* tls12_suites = "ECDHE+AESGCM:ECDHE+CHACHA20:!PSK:!aNULL";
constexpr const char* strong_groups = "X25519:P-256:P-384";
constexpr unsigned char session_context[] = "base";

std::unexpected<Failure> invalid(std::string_view what) {
    return fail(FailureKind::invalid, fmt::format("{}: {}", what, openssl_reason()));
}

Result<void> use_chain(SSL_CTX* context, const std::string& pem) {
    const BioPtr bio = bio_over(pem);
    const X509Ptr leaf = next_certificate(bio.get());
    if (!leaf)
        return invalid("the certificate chain holds no certificate in PEM");
    if (SSL_CTX_use_certificate(context, leaf.get()) != 1)
        return invalid("the certificate cannot be used");
    while (const X509Ptr next = next_certificate(bio.get()))
        if (SSL_CTX_add1_chain_cert(context, next.get()) != 1)
            return invalid("the certificate chain cannot be used");
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        return invalid("the certificate chain is damaged after its first certificate");
    ERR_clear_error();
    return {};
}

Result<void> use_identity(SSL_CTX* context, const TlsIdentity& identity) {
    if (auto chain = use_chain(context, identity.certificate_chain_pem); !chain)
        return chain;
    const KeyPtr key = read_private_key(identity.private_key_pem);
    if (!key)
        return invalid("the private key is no unencrypted private key in PEM");
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
        return invalid("the private key does not belong to the certificate");
    return {};
}

/// Trusts the certificates of `pem` and nothing else; a server also names them to its clients.
Result<void> trust(SSL_CTX* context, const std::string& pem, bool is_server) {
    const BioPtr bio = bio_over(pem);
    int certificates = 0;
    while (const X509Ptr ca = next_certificate(bio.get())) {
        if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get()) != 1
            || (is_server && SSL_CTX_add_client_CA(context, ca.get()) != 1))
            return invalid("a CA certificate cannot be used");
        ++certificates;
    }
    if (certificates == 0 || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        return invalid("the CA file holds no certificate in PEM, or a damaged one");
    ERR_clear_error();
    return {};
}

/// OpenSSL's error codes for a client certificate that does not verify, so that the failure of a
/// handshake says which rule was broken instead of "certificate verify failed": a reason for each
/// X509_V_ERR_…, in a library of our own.
class ClientCertificateErrors {
public:
    ClientCertificateErrors() {
        strings_.push_back({packed(0), "client certificate"}); // the library's own name
        for (int code = 1; code <= last_code; ++code)
            strings_.push_back({packed(code), X509_verify_cert_error_string(code)});
        strings_.push_back({0, nullptr});
        ERR_load_strings(library_, strings_.data());
    }
    void raise(int code) const { ERR_raise(library_, code); }

private:
    static constexpr int last_code = 120; // OpenSSL 3 has less than a hundred
    [[nodiscard]] unsigned long packed(int code) const { return ERR_PACK(library_, 0, code); }

    int library_ = ERR_get_next_error_library();
    std::vector<ERR_STRING_DATA> strings_; // OpenSSL keeps pointers to them
};

/// The first error in the queue is the one that Asio reports.
int explain_refusal(int verified, X509_STORE_CTX* store) {
    // Never destroyed: OpenSSL may be asked for its strings until the very end.
    static const auto* const errors = new ClientCertificateErrors;
    if (verified != 1)
        errors->raise(X509_STORE_CTX_get_error(store));
    return verified;
}

/// RFC 7301: HTTP/2 where the client knows it, else HTTP/1.1. A client that wants to speak
/// something else must not get HTTP from us under that name (no_application_protocol).
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
    static constexpr std::string_view ours = "\x02h2\x08http/1.1";
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_size,
                              reinterpret_cast<const unsigned char*>(ours.data()),
                              static_cast<unsigned>(ours.size()), offered, offered_size)
        != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

TlsContext new_context(ssl::context::method method, int oldest_version) {
    auto context = std::make_shared<ssl::context>(method);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, oldest_version);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);         // idle connections are many
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF); // tickets need no shared cache
    SSL_CTX_set_verify(native, SSL_VERIFY_NONE, nullptr);
    if (method == ssl::context::tls_server)
        SSL_CTX_set_alpn_select_cb(native, &choose_protocol, nullptr);
    return context;
}

Result<void> use_strong_algorithms(SSL_CTX* context) {
    if (SSL_CTX_set_cipher_list(context, tls12_suites) != 1
        || SSL_CTX_set1_groups_list(context, strong_groups) != 1)
        return invalid("this OpenSSL lacks the algorithms");
    return {};
}

/// What both ends of a mutually authenticated connection share. No resumption: every connection
/// verifies the peer's certificate anew, so that a reload takes effect with the next one.
Result<TlsContext> mutual_context(ssl::context::method method, const TlsIdentity& identity,
                                  const std::string& peer_ca_pem) {
    const bool is_server = method == ssl::context::tls_server;
    TlsContext context = new_context(method, TLS1_3_VERSION);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(native, 0);
    if (auto done = use_strong_algorithms(native); !done)
        return std::unexpected(done.error());
    if (auto done = use_identity(native, identity); !done)
        return std::unexpected(done.error());
    if (auto done = trust(native, peer_ca_pem, is_server); !done)
        return std::unexpected(done.error());
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       is_server ? &explain_refusal : nullptr);
    return context;
}

} // namespace

Result<TlsContext> public_server_context(const TlsIdentity& identity,
                                         const std::string& client_ca_pem) {
    TlsContext context = new_context(ssl::context::tls_server, TLS1_2_VERSION);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_options(native, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_num_tickets(native, 1);
    // Without it OpenSSL fails every resumption on a context that verifies clients.
    SSL_CTX_set_session_id_context(native, session_context, sizeof session_context - 1);
    if (auto done = use_strong_algorithms(native); !done)
        return std::unexpected(done.error());
    if (auto done = use_identity(native, identity); !done)
        return std::unexpected(done.error());
    if (client_ca_pem.empty())
        return context;
    if (auto done = trust(native, client_ca_pem, true); !done)
        return std::unexpected(done.error());
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, &explain_refusal);
    return context;
}

Result<TlsContext> mutual_server_context(const TlsIdentity& identity,
                                         const std::string& peer_ca_pem) {
    return mutual_context(ssl::context::tls_server, identity, peer_ca_pem);
}

Result<TlsContext> mutual_client_context(const TlsIdentity& identity,
                                         const std::string& peer_ca_pem) {
    return mutual_context(ssl::context::tls_client, identity, peer_ca_pem);
}

Result<TlsContext> verifying_client_context(const std::string& ca_pem) {
    TlsContext context = new_context(ssl::context::tls_client, TLS1_2_VERSION);
    SSL_CTX* native = context->native_handle();
    if (auto done = use_strong_algorithms(native); !done)
        return std::unexpected(done.error());
    if (ca_pem.empty()) {
        if (SSL_CTX_set_default_verify_paths(native) != 1)
            return invalid("the system's certificate store cannot be used");
    } else if (auto done = trust(native, ca_pem, false); !done) {
        return std::unexpected(done.error());
    }
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    return context;
}

Result<TlsContext> unverified_client_context() {
    TlsContext context = new_context(ssl::context::tls_client, TLS1_2_VERSION);
    SSL_CTX* native = context->native_handle();
    // Nothing is kept secret and nobody is trusted here: a server that is merely old must not fail.
    SSL_CTX_set_security_level(native, 0);
    SSL_CTX_set_options(native, SSL_OP_LEGACY_SERVER_CONNECT);
    if (SSL_CTX_set_cipher_list(native, "DEFAULT:@SECLEVEL=0") != 1)
        return invalid("this OpenSSL lacks the algorithms");
    return context;
}

} // namespace base::net
