// SPDX-License-Identifier: Apache-2.0
// Certificates made and read (RFC 5280), and files.

#include "base/net/certificate.hpp"

#include "base/net/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using base::FailureKind;
using base::WallTime;
using base::net::TlsIdentity;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

const WallTime begin = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};

Certificate parse(const TlsIdentity& identity) {
    BIO* bio = BIO_new_mem_buf(identity.certificate_chain_pem.data(), -1);
    Certificate certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), X509_free);
    BIO_free(bio);
    return certificate;
}

TlsIdentity ca() {
    return base::net::make_ca("the CA", begin, begin + 24h);
}

TEST(Certificate, RFC5280_CaMaySignCertificatesOfOneLevel) {
    const auto identity = ca();
    const auto certificate = parse(identity);
    EXPECT_EQ(X509_get_version(certificate.get()), X509_VERSION_3);
    EXPECT_EQ(X509_check_ca(certificate.get()), 1);
    EXPECT_EQ(X509_get_pathlen(certificate.get()), 0);
    EXPECT_EQ(X509_get_key_usage(certificate.get()), std::uint32_t{KU_KEY_CERT_SIGN | KU_CRL_SIGN});
    ASSERT_NE(X509_get0_subject_key_id(certificate.get()), nullptr);
    ASSERT_NE(X509_get0_authority_key_id(certificate.get()), nullptr);
    EXPECT_EQ(ASN1_STRING_cmp(X509_get0_subject_key_id(certificate.get()),
                              X509_get0_authority_key_id(certificate.get())),
              0);
    EXPECT_EQ(X509_self_signed(certificate.get(), 1), 1);
}

TEST(Certificate, RFC5280_LeafIsSignedByTheCaAndNamesItsUses) {
    const auto issuer = ca();
    const auto leaf = parse(base::net::issue(
        issuer,
        {.common_name = "leaf", .client = false, .not_before = begin, .not_after = begin + 1h}));
    const auto issuer_certificate = parse(issuer);
    EXPECT_EQ(X509_check_issued(issuer_certificate.get(), leaf.get()), X509_V_OK);
    EXPECT_EQ(X509_verify(leaf.get(), X509_get0_pubkey(issuer_certificate.get())), 1);
    EXPECT_EQ(X509_check_ca(leaf.get()), 0);
    EXPECT_EQ(X509_get_key_usage(leaf.get()), std::uint32_t{KU_DIGITAL_SIGNATURE});
    EXPECT_EQ(X509_get_extended_key_usage(leaf.get()), std::uint32_t{XKU_SSL_SERVER});
    EXPECT_EQ(ASN1_STRING_cmp(X509_get0_authority_key_id(leaf.get()),
                              X509_get0_subject_key_id(issuer_certificate.get())),
              0);
    EXPECT_TRUE(base::net::subject_alternative_names(leaf.get()).empty());
}

TEST(Certificate, SerialsDiffer) {
    const auto issuer = ca();
    const base::net::CertificateRequest wanted{
        .common_name = "leaf", .not_before = begin, .not_after = begin + 1h};
    const auto one = parse(base::net::issue(issuer, wanted));
    const auto two = parse(base::net::issue(issuer, wanted));
    EXPECT_NE(
        ASN1_INTEGER_cmp(X509_get0_serialNumber(one.get()), X509_get0_serialNumber(two.get())), 0);
}

TEST(Certificate, AlternativeNamesComeBackByTheirKind) {
    const auto leaf = parse(base::net::issue(
        ca(), {.common_name = "leaf",
               .subject_alternative_names = {"Fra.Example.ORG", "127.0.0.9", "2001:DB8::0:1",
                                             "urn://perspective/FRA", "*.example.org",
                                             "a.example,DNS:evil.example"},
               .not_before = begin,
               .not_after = begin + 1h}));
    EXPECT_EQ(base::net::subject_alternative_names(leaf.get()),
              (std::vector<std::string>{"fra.example.org", "127.0.0.9", "2001:db8::1",
                                        "urn://perspective/FRA", "*.example.org",
                                        "a.example,dns:evil.example"}));
    EXPECT_EQ(X509_check_ip_asc(leaf.get(), "127.0.0.9", 0), 1);
    EXPECT_EQ(X509_check_host(leaf.get(), "fra.example.org", 0, 0, nullptr), 1);
    EXPECT_EQ(X509_check_host(leaf.get(), "evil.example", 0, 0, nullptr), 0);
}

TEST(Certificate, NoCertificateHasNoNames) {
    EXPECT_TRUE(base::net::subject_alternative_names(nullptr).empty());
}

TEST(Certificate, RefusesToUseWhatIsNoCa) {
    EXPECT_THROW(std::ignore = base::net::issue({}, {.common_name = "x"}), std::runtime_error);
    auto no_key = ca();
    no_key.private_key_pem.clear();
    EXPECT_THROW(std::ignore = base::net::issue(no_key, {.common_name = "x"}), std::runtime_error);
}

TEST(NotAfter, IsReadBackToTheSecond) {
    for (const auto& end :
         {begin + 1h, begin + 1h + 999ms, begin + 24h * 365 * 40}) { // also past 2050
        const auto identity = base::net::make_ca("the CA", begin, end);
        EXPECT_EQ(base::net::not_after(identity.certificate_chain_pem),
                  base::Result<WallTime>(std::chrono::floor<std::chrono::seconds>(end)));
    }
}

TEST(NotAfter, IsInvalidWithoutACertificate) {
    for (const std::string text : {"", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n"})
        EXPECT_EQ(base::net::not_after(text).error().kind, FailureKind::invalid) << text;
    EXPECT_FALSE(base::net::not_after(ca().private_key_pem));
}

TEST(FirstToEnd, IsTheEarliestOfAllCertificates) {
    const auto until = [](base::WallTime end) {
        return base::net::make_ca("CA", begin, end).certificate_chain_pem;
    };
    const std::string early = until(begin + 1h);
    const std::string late = until(begin + 48h);
    EXPECT_EQ(base::net::first_to_end(late), begin + 48h);
    EXPECT_EQ(base::net::first_to_end(late + early + late), begin + 1h);
    EXPECT_EQ(base::net::first_to_end(early + late), begin + 1h);
    EXPECT_EQ(base::net::first_to_end("nothing").error().kind, FailureKind::invalid);
}

class ReadFile : public testing::Test {
protected:
    ReadFile()
        : path_(std::filesystem::temp_directory_path()
                / ("read_file_test." + std::to_string(::getpid()))) {}
    ~ReadFile() override { std::filesystem::remove(path_); }
    void write(std::string_view content) { std::ofstream(path_, std::ios::binary) << content; }

    std::filesystem::path path_;
};

TEST_F(ReadFile, ReturnsEveryOctetUpToTheLimit) {
    const std::string content = std::string("a\0\r\n", 4) + std::string(20'000, 'x');
    write(content);
    EXPECT_EQ(base::net::read_file(path_), base::Result<std::string>(content));
    EXPECT_EQ(base::net::read_file(path_, content.size()), base::Result<std::string>(content));
    EXPECT_EQ(base::net::read_file(path_, content.size() - 1).error(),
              (base::Failure{FailureKind::io,
                             "reading " + path_.string() + ": larger than 20003 bytes"}));
    write("");
    EXPECT_EQ(base::net::read_file(path_), base::Result<std::string>(""));
}

TEST_F(ReadFile, NamesTheFileAndTheReason) {
    EXPECT_EQ(
        base::net::read_file("/nonexistent/file").error(),
        (base::Failure{FailureKind::io, "reading /nonexistent/file: No such file or directory"}));
    EXPECT_EQ(base::net::read_file("/").error(),
              (base::Failure{FailureKind::io, "reading /: Is a directory"}));
}

} // namespace
