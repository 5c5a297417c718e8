// SPDX-License-Identifier: Apache-2.0
#include "base/net/certificate_watch.hpp"

#include "base/core/time_text.hpp"
#include "base/net/tls.hpp"

#include <limits>
#include <utility>

namespace base::net {

CertificateWatch::CertificateWatch(log::Logger& log, log::Metrics& metrics, std::string metric,
                                   std::chrono::days warn_before)
    : log_(log), metrics_(metrics), metric_(std::move(metric)), warn_before_(warn_before) {}

void CertificateWatch::use(const std::vector<NamedCertificate>& certificates) {
    std::map<std::string, InUse> fresh;
    for (const auto& [name, pem] : certificates)
        if (const auto end = first_to_end(pem)) {
            const auto old = in_use_.find(name);
            const bool same = old != in_use_.end() && old->second.end == *end;
            fresh[name] = {*end, same ? old->second.told : std::nullopt};
        }
    const auto gauge = [this](const std::string& name) -> log::Gauge& {
        return metrics_.gauge(metric_, "When a certificate in use ends, in Unix time.",
                              {{"certificate", name}});
    };
    for (const auto& [name, gone] : in_use_)
        gauge(name).set(std::numeric_limits<double>::quiet_NaN()); // no alarm for what is not there
    for (const auto& [name, certificate] : fresh)
        gauge(name).set(std::chrono::duration<double>(certificate.end.time_since_epoch()).count());
    in_use_ = std::move(fresh);
}

void CertificateWatch::check(WallTime now) {
    for (auto& [name, certificate] : in_use_)
        if (certificate.end <= now + warn_before_
            && (!certificate.told || now - *certificate.told >= std::chrono::days(1)))
            tell(name, certificate, now);
}

void CertificateWatch::tell(const std::string& name, InUse& certificate, WallTime now) {
    certificate.told = now;
    const bool over = certificate.end <= now;
    const auto left = std::chrono::floor<std::chrono::days>(certificate.end - now);
    log_.write(over ? log::Level::error : log::Level::warn,
               over ? "certificate-expired" : "certificate-expires",
               {{"certificate", name}, {"end", rfc3339(certificate.end)}, {"days", left.count()}});
}

} // namespace base::net
