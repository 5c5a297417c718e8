// SPDX-License-Identifier: Apache-2.0
#pragma once
// Counters, gauges and histograms with bounded labels, exposed in Prometheus' text format.
// prometheus-cpp stays inside the .cpp. Any thread.

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace base::log {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
public:
    virtual ~Counter() = default;
    virtual void add(double value = 1) = 0;
};
class Gauge {
public:
    virtual ~Gauge() = default;
    virtual void set(double value) = 0;
    virtual void add(double value) = 0;
};
class Histogram {
public:
    virtual ~Histogram() = default;
    virtual void observe(double value) = 0;
};

/// Handles live as long as the registry; asking again for the same name and labels gives the same
/// one. Ask for handles at start-up, not per request: the look-up takes a lock. Label values must
/// come from a fixed set, never from a request.
class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    [[nodiscard]] Counter& counter(const std::string& name, const std::string& help,
                                   Labels labels = {});
    [[nodiscard]] Gauge& gauge(const std::string& name, const std::string& help,
                               Labels labels = {});
    [[nodiscard]] Histogram& histogram(const std::string& name, const std::string& help,
                                       std::vector<double> bounds, Labels labels = {});
    /// Text exposition format 0.0.4.
    [[nodiscard]] std::string expose() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace base::log
