// SPDX-License-Identifier: Apache-2.0
// What one corroboration has to write and read: questions, reports, the answer, the audit record.

#include "bench/sample.hpp"
#include "mpic/wire/agent_protocol.hpp"
#include "mpic/wire/audit_record.hpp"
#include "mpic/wire/draft_request.hpp"
#include "mpic/wire/draft_response.hpp"

#include <benchmark/benchmark.h>

namespace {

void octets(benchmark::State& state, std::size_t size) {
    state.counters["octets"] = static_cast<double>(size);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

void decode_request(benchmark::State& state) {
    const std::string body = R"({"method":"caa","domain":"w17.bench.example"})";
    for (auto _ : state)
        benchmark::DoNotOptimize(mpic::wire::decode_draft_request(body, "request-1"));
    octets(state, body.size());
}
BENCHMARK(decode_request);

void encode_question(benchmark::State& state) {
    const auto question = bench::question();
    for (auto _ : state)
        benchmark::DoNotOptimize(mpic::wire::encode_question(question));
    octets(state, mpic::wire::encode_question(question).size());
}
BENCHMARK(encode_question);

void decode_question(benchmark::State& state) {
    const std::string body = mpic::wire::encode_question(bench::question());
    for (auto _ : state)
        benchmark::DoNotOptimize(mpic::wire::decode_question(body));
    octets(state, body.size());
}
BENCHMARK(decode_question);

void encode_report(benchmark::State& state) {
    const auto report = bench::report("fra");
    for (auto _ : state)
        benchmark::DoNotOptimize(mpic::wire::encode_report(report, "attempt-1"));
    octets(state, mpic::wire::encode_report(report, "attempt-1").size());
}
BENCHMARK(encode_report);

void decode_report(benchmark::State& state) {
    const std::string body = mpic::wire::encode_report(bench::report("fra"), "attempt-1");
    for (auto _ : state)
        benchmark::DoNotOptimize(mpic::wire::decode_report(body, "attempt-1"));
    octets(state, body.size());
}
BENCHMARK(decode_report);

void encode_answer(benchmark::State& state) {
    const auto corroboration = bench::corroboration();
    for (auto _ : state)
        benchmark::DoNotOptimize(
            mpic::wire::encode_draft_response(bench::request(), corroboration));
    octets(state, mpic::wire::encode_draft_response(bench::request(), corroboration).size());
}
BENCHMARK(encode_answer);

void encode_audit_record(benchmark::State& state) {
    const auto corroboration = bench::corroboration();
    for (auto _ : state)
        benchmark::DoNotOptimize(
            mpic::wire::encode_decision_record(bench::request(), corroboration, "pipeline"));
    octets(state,
           mpic::wire::encode_decision_record(bench::request(), corroboration, "pipeline").size());
}
BENCHMARK(encode_audit_record);

} // namespace
