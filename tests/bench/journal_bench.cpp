// SPDX-License-Identifier: Apache-2.0
// The audit journal on this machine's disk: records appended so many at a time, each batch waited
// for. One at a time is what a lonely request pays; with 64, one fsync serves all.

#include "base/log/journal.hpp"
#include "bench/sample.hpp"
#include "mpic/wire/audit_record.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <semaphore>

namespace {

void append(benchmark::State& state, base::log::Fsync fsync) {
    char folder[] = "/tmp/mpicd-journal-bench-XXXXXX";
    if (::mkdtemp(folder) == nullptr)
        return state.SkipWithError("no temporary folder");
    {
        base::SystemClock clock;
        base::log::SystemJournalFiles files;
        const auto log = base::log::make_null_logger();
        base::log::Journal journal({.folder = folder, .fsync = fsync}, files, clock, *log);
        const std::string record = mpic::wire::encode_decision_record(
            bench::request(), bench::corroboration(), "pipeline");
        std::counting_semaphore<> written(0);
        bool sound = true;
        for (auto _ : state) {
            for (std::int64_t i = 0; i < state.range(0); ++i)
                journal.append(record, [&](base::Result<void> result) {
                    sound = sound && result.has_value();
                    written.release();
                });
            for (std::int64_t i = 0; i < state.range(0); ++i)
                written.acquire();
        }
        if (!sound)
            state.SkipWithError("a record was not written");
        state.SetItemsProcessed(state.iterations() * state.range(0));
    }
    std::filesystem::remove_all(folder);
}

void append_always(benchmark::State& state) {
    append(state, base::log::Fsync::always);
}
BENCHMARK(append_always)->Arg(1)->Arg(64)->UseRealTime();

void append_interval(benchmark::State& state) {
    append(state, base::log::Fsync::interval);
}
BENCHMARK(append_interval)->Arg(1)->Arg(64)->UseRealTime();

} // namespace
