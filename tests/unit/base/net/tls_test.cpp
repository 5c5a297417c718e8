// SPDX-License-Identifier: Apache-2.0
// The TLS contexts, each against the others over a loopback connection.

#include "base/net/tls.hpp"

#include "base/async/deadline.hpp"
#include "base/async/task_set.hpp"
#include "base/net/certificate.hpp"
#include "base/net/connect.hpp"
#include "support/run.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Result;
using base::net::CertificateRequest;
using base::net::TlsContext;
using base::net::TlsIdentity;
namespace asio = base::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using Stream = ssl::stream<tcp::socket>;

base::WallTime now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

CertificateRequest request(const char* name) {
    return {.common_name = name,
            .subject_alternative_names = {name},
            .not_before = now() - 1h,
            .not_after = now() + 1h};
}

/// One private CA with a server and a client, and a second CA that nobody trusts.
struct Pki {
    TlsIdentity ca = base::net::make_ca("test CA", now() - 24h, now() + 24h);
    TlsIdentity other_ca = base::net::make_ca("other CA", now() - 24h, now() + 24h);
    TlsIdentity server = base::net::issue(ca, request("server.test"));
    TlsIdentity client = base::net::issue(ca, request("client.test"));
};

const Pki& pki() {
    static const Pki all;
    return all;
}

/// What one end of a connection saw: of the handshake, then of one octet exchanged.
struct End {
    boost::system::error_code error;
    std::vector<std::string> peer_names;
    std::string version;
    std::string suite;
};

Awaitable<Result<void>> talk(Stream& stream, bool server, End& end) {
    const auto side = server ? Stream::server : Stream::client;
    auto [error] = co_await stream.async_handshake(side, asio::as_tuple(asio::deferred));
    std::string octet = "x";
    // With TLS 1.3 a client learns only here that the server refused its certificate.
    if (!error && server)
        error = std::get<0>(co_await asio::async_write(stream, asio::buffer(octet),
                                                       asio::as_tuple(asio::deferred)));
    else if (!error)
        error = std::get<0>(
            co_await stream.async_read_some(asio::buffer(octet), asio::as_tuple(asio::deferred)));
    end.error = error;
    if (auto* certificate = SSL_get0_peer_certificate(stream.native_handle()))
        end.peer_names = base::net::subject_alternative_names(certificate);
    end.version = SSL_get_version(stream.native_handle());
    end.suite = SSL_get_cipher_name(stream.native_handle());
    boost::system::error_code ignored;
    stream.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
    co_return Result<void>();
}

struct Ends {
    End server;
    End client;
};

Ends handshake(const TlsContext& server_context, const TlsContext& client_context) {
    asio::io_context loop;
    tcp::acceptor acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    Stream client(loop, *client_context);
    client.next_layer().connect(acceptor.local_endpoint());
    Stream server(acceptor.accept(), *server_context);
    Ends ends;
    std::vector<Awaitable<Result<void>>> both;
    const auto deadline = base::Deadline::after(std::chrono::steady_clock::now(), 10s);
    both.push_back(base::with_deadline(deadline, "server", talk(server, true, ends.server)));
    both.push_back(base::with_deadline(deadline, "client", talk(client, false, ends.client)));
    for (const auto& result : test::run(loop, base::gather(std::move(both))))
        EXPECT_TRUE(result) << result.error().detail;
    return ends;
}

TlsContext mutual_server() {
    return *base::net::mutual_server_context(pki().server, pki().ca.certificate_chain_pem);
}
TlsContext mutual_client(const TlsIdentity& identity, const TlsIdentity& trusted = pki().ca) {
    return *base::net::mutual_client_context(identity, trusted.certificate_chain_pem);
}

TEST(MutualTls, RightPeersSucceedWithTls13AndSeeEachOthersNames) {
    const auto ends = handshake(mutual_server(), mutual_client(pki().client));
    EXPECT_FALSE(ends.server.error) << ends.server.error.message();
    EXPECT_FALSE(ends.client.error) << ends.client.error.message();
    EXPECT_EQ(ends.server.peer_names, std::vector<std::string>{"client.test"});
    EXPECT_EQ(ends.client.peer_names, std::vector<std::string>{"server.test"});
    EXPECT_EQ(ends.server.version, "TLSv1.3");
}

TEST(MutualTls, ServerRefusesAClientOfAnotherCa) {
    const auto stranger = base::net::issue(pki().other_ca, request("client.test"));
    const auto ends = handshake(mutual_server(), mutual_client(stranger));
    EXPECT_TRUE(ends.server.error);
    EXPECT_TRUE(ends.client.error);
}

TEST(MutualTls, ClientRefusesAServerOfAnotherCa) {
    const auto ends = handshake(mutual_server(), mutual_client(pki().client, pki().other_ca));
    EXPECT_TRUE(ends.client.error);
    EXPECT_EQ(base::net::to_failure(ends.client.error, "x").kind, base::FailureKind::tls_failed);
    EXPECT_TRUE(ends.server.error);
}

TEST(MutualTls, ServerRefusesAClientWithoutACertificate) {
    const auto ends = handshake(
        mutual_server(), *base::net::verifying_client_context(pki().ca.certificate_chain_pem));
    EXPECT_TRUE(ends.server.error);
    EXPECT_TRUE(ends.client.error);
}

TEST(MutualTls, ExpiredAndNotYetValidCertificatesAreRefused) {
    auto expired = request("client.test");
    expired.not_before = now() - 2h;
    expired.not_after = now() - 1h;
    auto future = request("client.test");
    future.not_before = now() + 1h;
    future.not_after = now() + 2h;
    for (const auto& wanted : {expired, future}) {
        const auto identity = base::net::issue(pki().ca, wanted);
        EXPECT_TRUE(handshake(mutual_server(), mutual_client(identity)).server.error);
        const auto server =
            base::net::mutual_server_context(identity, pki().ca.certificate_chain_pem);
        EXPECT_TRUE(handshake(*server, mutual_client(pki().client)).client.error);
    }
}

TEST(MutualTls, ExtendedKeyUsageIsEnforcedOnBothSides) {
    auto server_only = request("server-only.test");
    server_only.client = false;
    auto client_only = request("client-only.test");
    client_only.server = false;
    const auto for_servers = base::net::issue(pki().ca, server_only);
    const auto for_clients = base::net::issue(pki().ca, client_only);
    EXPECT_TRUE(handshake(mutual_server(), mutual_client(for_servers)).server.error);
    const auto server =
        *base::net::mutual_server_context(for_clients, pki().ca.certificate_chain_pem);
    EXPECT_TRUE(handshake(server, mutual_client(pki().client)).client.error);
    const auto right =
        *base::net::mutual_server_context(for_servers, pki().ca.certificate_chain_pem);
    EXPECT_FALSE(handshake(right, mutual_client(for_clients)).server.error);
}

/// A client that speaks `version` only and verifies nothing, with an identity to show.
TlsContext client_of(int version, const TlsIdentity& identity) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_security_level(context->native_handle(), 0);
    SSL_CTX_set_min_proto_version(context->native_handle(), version);
    SSL_CTX_set_max_proto_version(context->native_handle(), version);
    context->use_certificate_chain(asio::buffer(identity.certificate_chain_pem));
    context->use_private_key(asio::buffer(identity.private_key_pem), ssl::context::pem);
    return context;
}

TEST(MutualTls, Tls12IsRefused) {
    EXPECT_TRUE(handshake(mutual_server(), client_of(TLS1_2_VERSION, pki().client)).server.error);
    EXPECT_FALSE(handshake(mutual_server(), client_of(TLS1_3_VERSION, pki().client)).server.error);
}

TEST(PublicTls, SpeaksTls12And13WithForwardSecrecyButNothingOlder) {
    const auto server = *base::net::public_server_context(pki().server);
    const auto old = handshake(server, client_of(TLS1_2_VERSION, pki().client));
    EXPECT_FALSE(old.server.error) << old.server.error.message();
    EXPECT_EQ(old.server.version, "TLSv1.2");
    EXPECT_TRUE(old.server.suite.starts_with("ECDHE-")) << old.server.suite;
    EXPECT_EQ(handshake(server, client_of(TLS1_3_VERSION, pki().client)).server.version, "TLSv1.3");
    EXPECT_TRUE(handshake(server, client_of(TLS1_1_VERSION, pki().client)).server.error);
}

TEST(PublicTls, RefusesSuitesWithoutAead) {
    const auto server = *base::net::public_server_context(pki().server);
    const auto client = client_of(TLS1_2_VERSION, pki().client);
    ASSERT_EQ(SSL_CTX_set_cipher_list(client->native_handle(), "ECDHE-ECDSA-AES128-SHA256"), 1);
    EXPECT_TRUE(handshake(server, client).server.error);
}

TEST(PublicTls, ClientCertificateIsOptionalButMustVerify) {
    const auto server =
        *base::net::public_server_context(pki().server, pki().ca.certificate_chain_pem);
    const auto anonymous =
        handshake(server, *base::net::verifying_client_context(pki().ca.certificate_chain_pem));
    EXPECT_FALSE(anonymous.server.error) << anonymous.server.error.message();
    EXPECT_TRUE(anonymous.server.peer_names.empty());
    EXPECT_EQ(handshake(server, mutual_client(pki().client)).server.peer_names,
              std::vector<std::string>{"client.test"});
    const auto stranger = base::net::issue(pki().other_ca, request("client.test"));
    EXPECT_TRUE(handshake(server, mutual_client(stranger)).server.error);
}

TEST(VerifyingClient, RefusesAServerThatTheSystemDoesNotKnow) {
    const auto server = *base::net::public_server_context(pki().server);
    EXPECT_TRUE(handshake(server, *base::net::verifying_client_context("")).client.error);
}

TEST(UnverifiedClient, AcceptsAnyCertificate) {
    auto expired = request("server.test");
    expired.not_after = now() - 30min;
    const auto server =
        *base::net::public_server_context(base::net::issue(pki().other_ca, expired));
    const auto ends = handshake(server, *base::net::unverified_client_context());
    EXPECT_FALSE(ends.client.error) << ends.client.error.message();
}

/// A self-signed RSA certificate of 1024 bits, signed with SHA-1: what a forgotten server shows.
TlsContext forgotten_server(int version) {
    EVP_PKEY* key = EVP_RSA_gen(1024);
    X509* certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate), -3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha1());
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_security_level(native, 0);
    SSL_CTX_set_min_proto_version(native, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(native, version);
    SSL_CTX_set_cipher_list(native, "AES128-SHA:@SECLEVEL=0");
    EXPECT_EQ(SSL_CTX_use_certificate(native, certificate), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(native, key), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return context;
}

TEST(UnverifiedClient, ConnectsToOldServersDownToTls12) {
    const auto client = *base::net::unverified_client_context();
    const auto ends = handshake(forgotten_server(TLS1_2_VERSION), client);
    EXPECT_FALSE(ends.client.error) << ends.client.error.message();
    EXPECT_EQ(ends.client.version, "TLSv1.2");
    EXPECT_TRUE(handshake(forgotten_server(TLS1_1_VERSION), client).client.error);
}

std::string detail(const Result<TlsContext>& context) {
    return context ? "a context" : context.error().detail;
}

TEST(TlsContexts, SayWhichPemIsWrong) {
    using base::net::mutual_server_context;
    using base::net::public_server_context;
    const auto& ca = pki().ca.certificate_chain_pem;
    const auto starts = [](const std::string& text, std::string_view begin) {
        EXPECT_TRUE(text.starts_with(begin)) << text;
    };
    starts(detail(public_server_context({"", pki().server.private_key_pem})),
           "the certificate chain holds no certificate");
    starts(detail(public_server_context({pki().server.certificate_chain_pem, "nonsense"})),
           "the private key is no");
    starts(detail(public_server_context(
               {pki().server.certificate_chain_pem, pki().client.private_key_pem})),
           "the private key does not belong");
    starts(detail(public_server_context(pki().server, "nonsense")), "the CA file holds no");
    starts(detail(mutual_server_context(pki().server, "")), "the CA file holds no");
    auto damaged = ca;
    damaged.insert(damaged.size() / 2, "!");
    starts(detail(mutual_server_context(pki().server, ca + damaged)), "the CA file holds no");
    starts(detail(public_server_context(
               {pki().server.certificate_chain_pem + damaged, pki().server.private_key_pem})),
           "the certificate chain is damaged");
    EXPECT_EQ(public_server_context({}).error().kind, base::FailureKind::invalid);
}

TEST(TlsContexts, SendTheWholeChain) {
    const TlsIdentity with_ca{pki().server.certificate_chain_pem + pki().ca.certificate_chain_pem,
                              pki().server.private_key_pem};
    const auto context = base::net::public_server_context(with_ca);
    ASSERT_TRUE(context) << context.error().detail;
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs((*context)->native_handle(), &chain);
    EXPECT_EQ(sk_X509_num(chain), 1);
}

} // namespace
