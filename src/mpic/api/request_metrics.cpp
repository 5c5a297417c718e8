// SPDX-License-Identifier: Apache-2.0
#include "mpic/api/request_metrics.hpp"

#include "mpic/model/codes.hpp"
#include "mpic/wire/draft_request.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <vector>

namespace mpic::api {
namespace {

constexpr std::string_view no_method = "none";
constexpr std::string_view other_code = "other";

std::string class_of(unsigned status) {
    return std::to_string(status / 100) + "xx";
}

std::vector<double> latency_bounds() {
    return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60};
}

std::vector<std::string> method_labels() {
    std::vector<std::string> out = wire::draft_methods();
    out.emplace_back(no_method);
    return out;
}

} // namespace

RequestMetrics::RequestMetrics(base::log::Metrics& metrics)
    : authentication_failures_(metrics.counter("mpicd_authentication_failures_total",
                                               "Requests without valid credentials.")),
      in_flight_(metrics.gauge("mpicd_requests_in_flight", "Requests being corroborated now.")) {
    for (const std::string& method : method_labels()) {
        for (const char* status : {"2xx", "4xx", "5xx"})
            requests_[{method, status}] =
                &metrics.counter("mpicd_requests_total", "Answers of the public API.",
                                 {{"method", method}, {"status", status}});
        seconds_[method] = &metrics.histogram("mpicd_request_seconds",
                                              "Time from a request's arrival to its answer.",
                                              latency_bounds(), {{"method", method}});
    }
    const auto add_decision = [&](std::string_view code) {
        decisions_[std::string(code)] = &metrics.counter(
            "mpicd_decisions_total", "Completed corroborations by their code.",
            {{"ok", code == code::ok ? "true" : "false"}, {"code", std::string(code)}});
    };
    for (const Code& code : all_codes())
        if (code.group == CodeGroup::decision)
            add_decision(code.name);
    add_decision(code::ok);
    add_decision(other_code);
}

void RequestMetrics::request(std::string_view method, unsigned status,
                             base::SteadyTime::duration elapsed) {
    const std::string label(method.empty() ? no_method : method);
    if (const auto found = requests_.find(Key(label, class_of(status))); found != requests_.end())
        found->second->add();
    if (const auto found = seconds_.find(label); found != seconds_.end())
        found->second->observe(std::chrono::duration<double>(elapsed).count());
}

void RequestMetrics::decision(std::string_view code) {
    auto found = decisions_.find(code);
    if (found == decisions_.end())
        found = decisions_.find(other_code);
    found->second->add();
}

} // namespace mpic::api
