// SPDX-License-Identifier: Apache-2.0
#pragma once
// The subscribers' TLS servers as a table: what answers a handshake at (address, server name).
// Connections to anything else are refused. Records every handshake that was asked for.

#include "base/async/deadline.hpp"
#include "base/core/clock.hpp"
#include "base/net/tls_handshake.hpp"

#include <string>
#include <utility>
#include <vector>

namespace test {

class FakeHandshaker final : public base::net::Handshaker {
public:
    explicit FakeHandshaker(const base::Clock& clock) : clock_(clock) {}

    /// `address` is "192.0.2.1:443"; "*" matches anything in each place. Later rules win.
    void on(std::string address, std::string server_name, base::net::Handshake answer,
            base::Milliseconds delay = base::Milliseconds{0}) {
        rules_.push_back({std::move(address), std::move(server_name), std::move(answer), delay});
    }
    void refuse(std::string address) {
        base::net::Handshake answer;
        answer.failure = {base::FailureKind::connection_refused, "refused by the fake"};
        on(std::move(address), "*", std::move(answer));
    }

    [[nodiscard]] const std::vector<base::net::HandshakeOptions>& asked() const { return asked_; }

    base::Awaitable<base::net::Handshake> shake_hands(base::net::HandshakeOptions options,
                                                      base::Deadline deadline) override {
        const base::SteadyTime start = clock_.steady();
        asked_.push_back(options);
        const Rule rule = find(options);
        if (rule.delay.count() > 0) {
            (void)co_await base::sleep_until(deadline.within(start, rule.delay));
            if (start + rule.delay > deadline.at()) {
                base::net::Handshake late;
                late.connected = true;
                late.failure = {base::FailureKind::timeout, "no answer in time"};
                co_return late;
            }
        }
        co_return rule.answer;
    }

private:
    struct Rule {
        std::string address, server_name;
        base::net::Handshake answer;
        base::Milliseconds delay{0};
    };

    [[nodiscard]] Rule find(const base::net::HandshakeOptions& options) const {
        for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule)
            if ((rule->address == "*" || rule->address == options.to.to_string())
                && (rule->server_name == "*" || rule->server_name == options.server_name))
                return *rule;
        Rule none;
        none.answer.failure = {base::FailureKind::connection_refused,
                               "nothing listens at " + options.to.to_string()};
        return none;
    }

    const base::Clock& clock_;
    std::vector<Rule> rules_;
    std::vector<base::net::HandshakeOptions> asked_;
};

} // namespace test
