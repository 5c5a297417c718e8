// SPDX-License-Identifier: Apache-2.0
#include "base/http/refusal_log.hpp"

#include <utility>

namespace base::http {

namespace {

constexpr std::string_view handshake_failed = "tls-handshake-failed"; // of the server's sessions

std::string_view text_of(std::initializer_list<log::Field> fields, std::string_view key) {
    for (const log::Field& field : fields)
        if (field.key == key)
            if (const auto* text = std::get_if<std::string_view>(&field.value))
                return *text;
    return {};
}

/// net::mutual_server_context() and public_server_context() give the first; OpenSSL the second, and
/// the others when it is the peer that refuses us.
bool is_about_identity(std::string_view reason) {
    for (const std::string_view sign :
         {"(client certificate)", "did not return a certificate", "alert unknown ca",
          "alert bad certificate", "alert certificate", "alert unsupported certificate"})
        if (reason.find(sign) != std::string_view::npos)
            return true;
    return false;
}

} // namespace

RefusalLog::RefusalLog(log::Logger& log, const Clock& clock, log::Counter& refusals,
                       std::string listener)
    : log_(log), clock_(clock), refusals_(refusals), listener_(std::move(listener)) {}

void RefusalLog::write(log::Level level, std::string_view event,
                       std::initializer_list<log::Field> fields) {
    const std::string_view reason = event == handshake_failed ? text_of(fields, "reason") : "";
    if (reason.empty() || !is_about_identity(reason))
        return log_.write(level, event, fields);
    refusals_.add();
    if (const auto withheld = bound_.admit(clock_.steady()))
        log_.warn("peer-refused", {{"listener", listener_},
                                   {"peer", text_of(fields, "peer")},
                                   {"reason", reason},
                                   {"withheld", *withheld}});
}

} // namespace base::http
