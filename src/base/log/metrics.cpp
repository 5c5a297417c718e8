// SPDX-License-Identifier: Apache-2.0
#include "base/log/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>

namespace base::log {
namespace {

class PrometheusCounter final : public Counter {
public:
    explicit PrometheusCounter(prometheus::Counter& metric) : metric_(metric) {}
    void add(double value) override { metric_.Increment(value); }

private:
    prometheus::Counter& metric_;
};

class PrometheusGauge final : public Gauge {
public:
    explicit PrometheusGauge(prometheus::Gauge& metric) : metric_(metric) {}
    void set(double value) override { metric_.Set(value); }
    void add(double value) override { metric_.Increment(value); }

private:
    prometheus::Gauge& metric_;
};

class PrometheusHistogram final : public Histogram {
public:
    explicit PrometheusHistogram(prometheus::Histogram& metric) : metric_(metric) {}
    void observe(double value) override { metric_.Observe(value); }

private:
    prometheus::Histogram& metric_;
};

prometheus::Labels as_map(Labels labels) {
    return {labels.begin(), labels.end()};
}

/// One handle for each metric of the registry, found again by the metric's address.
template <class Handle, class Metric>
class Handles {
public:
    Handle& of(Metric& metric) {
        const std::lock_guard lock(mutex_);
        return handles_.try_emplace(&metric, metric).first->second;
    }

private:
    std::mutex mutex_;
    std::map<Metric*, Handle> handles_; // its nodes stay where they are
};

} // namespace

struct Metrics::State {
    prometheus::Registry registry;
    Handles<PrometheusCounter, prometheus::Counter> counters;
    Handles<PrometheusGauge, prometheus::Gauge> gauges;
    Handles<PrometheusHistogram, prometheus::Histogram> histograms;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(const std::string& name, const std::string& help, Labels labels) {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
    return state_->counters.of(family.Add(as_map(std::move(labels))));
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help, Labels labels) {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
    return state_->gauges.of(family.Add(as_map(std::move(labels))));
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help,
                              std::vector<double> bounds, Labels labels) {
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
    return state_->histograms.of(family.Add(as_map(std::move(labels)), std::move(bounds)));
}

std::string Metrics::expose() const {
    return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

} // namespace base::log
