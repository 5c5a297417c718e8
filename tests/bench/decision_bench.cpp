// SPDX-License-Identifier: Apache-2.0
// The pure part: replies go into the tally one by one, CAA sets are judged.

#include "bench/sample.hpp"
#include "mpic/check/caa_evaluate.hpp"

#include <benchmark/benchmark.h>

namespace {

void tally_one_attempt(benchmark::State& state) {
    const mpic::Attempt attempt = bench::attempt();
    std::vector<mpic::PerspectiveReport> reports;
    for (const mpic::Seat& seat : attempt.seats)
        reports.push_back(bench::report(seat.id));
    for (auto _ : state) {
        mpic::Tally tally(attempt);
        for (std::size_t seat = 0; seat < reports.size(); ++seat)
            benchmark::DoNotOptimize(tally.record(seat, reports[seat]));
        benchmark::DoNotOptimize(tally.decision().ok);
    }
}
BENCHMARK(tally_one_attempt);

void corroborate(benchmark::State& state) {
    mpic::Tally tally(bench::attempt());
    for (std::size_t seat = 0; seat < tally.attempt().seats.size(); ++seat)
        tally.record(seat, bench::report(tally.attempt().seats[seat].id));
    for (auto _ : state)
        benchmark::DoNotOptimize(mpic::make_corroboration(bench::request(), tally));
}
BENCHMARK(corroborate);

/// As many issue properties as the argument says, the permitting one last.
void judge_caa(benchmark::State& state) {
    std::vector<base::dns::CaaProperty> set;
    for (std::int64_t i = 1; i < state.range(0); ++i)
        set.push_back({.flags = 0, .tag = "issue", .value = "ca" + std::to_string(i) + ".example"});
    set.push_back({.flags = 128,
                   .tag = "issue",
                   .value = "letsencrypt.org; accounturi=https://ca.example/1; "
                            "validationmethods=http-01,dns-01"});
    const mpic::CaaPolicy policy{.issuer_domains = {"letsencrypt.org"},
                                 .account_uri = "https://ca.example/1",
                                 .validation_method = "http-01"};
    for (auto _ : state)
        benchmark::DoNotOptimize(mpic::check::judge_caa(set, false, policy));
}
BENCHMARK(judge_caa)->Arg(1)->Arg(8)->Arg(64);

} // namespace
