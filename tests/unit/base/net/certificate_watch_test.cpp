// SPDX-License-Identifier: Apache-2.0
#include "base/net/certificate_watch.hpp"

#include "base/net/certificate.hpp"
#include "support/recording_logger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace {

using namespace std::chrono_literals;
using base::net::CertificateWatch;
using std::chrono::days;
using testing::HasSubstr;

const base::WallTime now = std::chrono::sys_days(std::chrono::November / 22 / 2026) + 12h;

std::string ending(base::WallTime end) {
    return base::net::make_ca("CA", now - days(100), end).certificate_chain_pem;
}

class CertificateWatchTest : public testing::Test {
protected:
    test::RecordingLogger log;
    base::log::Metrics metrics;
    CertificateWatch watch{log, metrics, "expiry", days(30)};
};

TEST_F(CertificateWatchTest, WarnsOnceADayForEach) {
    watch.use({{"tls.certificate", ending(now + days(10))}, {"tls.ca", ending(now + days(400))}});
    watch.check(now);
    watch.check(now + 23h);
    ASSERT_EQ(log.events().size(), 1U);
    const auto line = log.find("certificate-expires");
    ASSERT_TRUE(line);
    EXPECT_EQ(line->level, base::log::Level::warn);
    EXPECT_EQ(line->field("certificate"), "tls.certificate");
    EXPECT_EQ(line->field("days"), "10");
    EXPECT_EQ(line->field("end"), "2026-12-02T12:00:00.000000Z");
    watch.check(now + 24h);
    EXPECT_EQ(log.count("certificate-expires"), 2U);
    EXPECT_EQ(log.events().back().field("days"), "9");
}

TEST_F(CertificateWatchTest, SaysWhenItIsTooLate) {
    watch.use({{"tls.ca", ending(now - 1h)}});
    watch.check(now);
    ASSERT_EQ(log.count("certificate-expired"), 1U);
    EXPECT_EQ(log.events().back().level, base::log::Level::error);
    watch.check(now + days(1));
    EXPECT_EQ(log.count("certificate-expired"), 2U);
}

TEST_F(CertificateWatchTest, OfSeveralTheFirstToEndCounts) {
    watch.use({{"tls.ca", ending(now + days(400)) + ending(now + days(3))}});
    watch.check(now);
    EXPECT_EQ(log.count("certificate-expires"), 1U);
}

TEST_F(CertificateWatchTest, ARenewedCertificateIsQuietAndANewOldOneIsNot) {
    const auto old = ending(now + days(10));
    watch.use({{"tls.certificate", old}});
    watch.check(now);
    watch.use({{"tls.certificate", old}}); // a reload of the same
    watch.check(now + 1h);
    EXPECT_EQ(log.events().size(), 1U);
    watch.use({{"tls.certificate", ending(now + days(90))}});
    watch.check(now + days(2));
    EXPECT_EQ(log.events().size(), 1U);
    watch.use({{"tls.certificate", ending(now + days(5))}});
    watch.check(now + days(2));
    EXPECT_EQ(log.events().size(), 2U);
}

TEST_F(CertificateWatchTest, TheGaugeHasTheEnd) {
    watch.use({{"tls.certificate", ending(now + days(10))}, {"tls.client-ca", ending(now)}});
    const auto seconds = [](base::WallTime at) {
        return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
    };
    EXPECT_THAT(metrics.expose(),
                HasSubstr(fmt::format("expiry{{certificate=\"tls.certificate\"}} {}\n",
                                      seconds(now + days(10)))));
    watch.use({{"tls.certificate", ending(now + days(20))}, {"x", "no certificate"}});
    EXPECT_THAT(metrics.expose(),
                HasSubstr(fmt::format("expiry{{certificate=\"tls.certificate\"}} {}\n",
                                      seconds(now + days(20)))));
    EXPECT_THAT(metrics.expose(), HasSubstr("expiry{certificate=\"tls.client-ca\"} Nan"))
        << "what is not in use any more raises no alarm";
}

} // namespace
