// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a listener says of those whom its TLS handshake refuses.

#include "base/core/clock.hpp"
#include "base/log/logger.hpp"
#include "base/log/metrics.hpp"
#include "base/log/rate_bound.hpp"

#include <string>

namespace base::http {

/// A Server's logger that passes everything on, with one change: a handshake that failed over the
/// peer's identity (its certificate does not verify, or it has none where one is needed) is a line
/// "peer-refused" at warn, with its reason, as far as a flood leaves room for it; all of them are
/// counted. What else fails (a scanner's garbage, a timeout, an old version) stays as the server
/// says it, at debug. Any thread; all of it outlives the server.
class RefusalLog final : public log::Logger {
public:
    RefusalLog(log::Logger& log, const Clock& clock, log::Counter& refusals, std::string listener);

    void write(log::Level level, std::string_view event,
               std::initializer_list<log::Field> fields) override;

private:
    log::Logger& log_;
    const Clock& clock_;
    log::Counter& refusals_;
    std::string listener_;
    log::RateBound bound_;
};

} // namespace base::http
