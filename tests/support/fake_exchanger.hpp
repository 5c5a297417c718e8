// SPDX-License-Identifier: Apache-2.0
#pragma once
// The subscribers' web servers as a table: what answers to (address, Host header, target). Behaves
// like DirectExchanger where a check can see it: phases, times, the body limit, the deadline.
// Records every exchange that was asked for.

#include "base/async/deadline.hpp"
#include "base/core/clock.hpp"
#include "base/http/client.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace test {

class FakeExchanger final : public base::http::Exchanger {
public:
    struct Answer {
        base::http::Response response;
        /// Ends the exchange in this phase with `failure`; `response` counts from phase body on.
        std::optional<base::http::ExchangePhase> fails_in;
        base::Failure failure{base::FailureKind::connection_reset, "reset by the fake"};
        /// Waited in the phase that fails, or in phase head; past the deadline it is a timeout
        /// there.
        base::Milliseconds delay{0};
    };

    struct Asked {
        base::http::ExchangeOptions options;
        base::http::Request request;
    };

    explicit FakeExchanger(const base::Clock& clock) : clock_(clock) {}

    /// `address` is "192.0.2.1" (any port), "192.0.2.1:443" or "[2001:db8::1]:80"; "*" matches
    /// anything in each place. Later rules win over earlier ones.
    void on(std::string address, std::string host, std::string target, Answer answer) {
        rules_.push_back(
            {std::move(address), std::move(host), std::move(target), std::move(answer)});
    }
    /// 200 with `body` from every address for that host and target.
    void serve(std::string host, std::string target, std::string body) {
        on("*", std::move(host), std::move(target), Answer{.response = {.body = std::move(body)}});
    }
    void redirect(std::string host, std::string target, unsigned status, std::string location) {
        base::http::Response response{.status = status};
        response.headers.add("Location", std::move(location));
        on("*", std::move(host), std::move(target), Answer{.response = std::move(response)});
    }
    /// The TCP connection to `address` fails with `kind`.
    void refuse(std::string address,
                base::FailureKind kind = base::FailureKind::connection_refused) {
        on(address, "*", "*",
           Answer{.response = {},
                  .fails_in = base::http::ExchangePhase::connect,
                  .failure = {kind, "connecting to " + address + ": "
                                        + std::string(base::to_string(kind))}});
    }

    [[nodiscard]] const std::vector<Asked>& asked() const { return asked_; }

    base::Awaitable<base::http::Exchange> exchange(base::http::ExchangeOptions options,
                                                   base::http::Request request,
                                                   base::Deadline deadline) override {
        const base::SteadyTime start = clock_.steady();
        asked_.push_back({options, request});
        const Answer answer = find(options, request);
        base::http::Exchange out;
        const auto stop = answer.fails_in.value_or(base::http::ExchangePhase::head);
        if (answer.delay.count() > 0) {
            const bool late = start + answer.delay > deadline.at();
            const auto waited = co_await base::sleep_until(deadline.within(start, answer.delay));
            if (!waited || late) {
                out.failure = waited ? timeout(stop) : waited.error();
                reach(out, stop, answer, options, clock_.steady() - start);
                co_return out;
            }
        }
        if (answer.fails_in) {
            out.failure = answer.failure;
        }
        reach(out, answer.fails_in.value_or(base::http::ExchangePhase::done), answer, options,
              clock_.steady() - start);
        co_return out;
    }

private:
    struct Rule {
        std::string address, host, target;
        Answer answer;
    };

    static base::Failure timeout(base::http::ExchangePhase phase) {
        return {phase == base::http::ExchangePhase::connect ? base::FailureKind::connection_timeout
                                                            : base::FailureKind::timeout,
                std::string(base::http::to_string(phase))};
    }

    Answer find(const base::http::ExchangeOptions& options,
                const base::http::Request& request) const {
        const std::string_view host = request.headers.get("Host");
        for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
            const bool address = rule->address == "*" || rule->address == options.to.to_string()
                                 || rule->address == options.to.address.to_string();
            if (address && (rule->host == "*" || rule->host == host)
                && (rule->target == "*" || rule->target == request.target)) {
                return rule->answer;
            }
        }
        return Answer{.response = {},
                      .fails_in = base::http::ExchangePhase::connect,
                      .failure = {base::FailureKind::invalid,
                                  "unexpected exchange: " + options.to.to_string() + " "
                                      + std::string(host) + " " + request.target}};
    }

    static void reach(base::http::Exchange& out, base::http::ExchangePhase phase,
                      const Answer& answer, const base::http::ExchangeOptions& options,
                      base::SteadyTime::duration elapsed) {
        using enum base::http::ExchangePhase;
        out.phase = phase;
        const auto at = elapsed + base::SteadyTime::duration(1); // zero means not reached
        if (phase > connect) {
            out.times.connected = at;
        }
        if (options.tls_server_name && phase > tls) {
            out.times.tls_done = at;
            out.tls_version = "TLSv1.3";
        }
        if (phase >= body) {
            out.times.first_byte = at;
            out.response = answer.response;
            if (out.response.body.size() > options.body_limit) {
                out.response.body.resize(options.body_limit);
                out.body_cut = true;
            }
        }
        if (phase == done) {
            out.times.finished = at;
        }
    }

    const base::Clock& clock_;
    std::vector<Rule> rules_;
    std::vector<Asked> asked_;
};

} // namespace test
