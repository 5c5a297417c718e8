// SPDX-License-Identifier: Apache-2.0
#include "mpic/coordinator/record_writer.hpp"

#include "base/async/deadline.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace mpic::coordinator {
namespace {

/// Between two tries. The journal looks by itself whether its disk is back, about every second.
constexpr base::Milliseconds first_pause{100};
constexpr base::Milliseconds longest_pause{1'000};
/// How long a record that nobody waits for may itself wait. To wake the journal's thread, and to be
/// woken by it, costs more than the record.
constexpr base::Milliseconds company{10};

bool may_pass(const base::Failure& failure) {
    return failure.kind == base::FailureKind::io || failure.kind == base::FailureKind::overloaded;
}

} // namespace

RecordWriter::Written RecordWriter::append(std::string record, std::function<void(bool)> told) {
    Written written = queue(std::move(record), std::move(told));
    wake_journal_soon();
    return written;
}

RecordWriter::Written RecordWriter::append_in_company(std::string record) {
    Written written = queue(std::move(record), {});
    if (!*wake_posted_ && !alone_.is_set())
        alone_.set(std::chrono::steady_clock::now() + company);
    return written;
}

RecordWriter::Written RecordWriter::queue(std::string record, std::function<void(bool)> told) {
    Written written(loop_);
    journal_.append(
        std::move(record),
        [written, told = std::move(told)](base::Result<void> result) mutable {
            if (told)
                told(result.has_value());
            written.set_from_any_thread(std::move(result));
        },
        base::log::Wake::later);
    return written;
}

void RecordWriter::wake_journal_soon() {
    if (std::exchange(*wake_posted_, true))
        return;
    base::asio::post(loop_, [this, here = std::weak_ptr(wake_posted_)] {
        if (const auto posted = here.lock()) {
            *posted = false;
            alone_.clear();
            journal_.wake();
        }
    });
}

base::Awaitable<base::Result<void>> RecordWriter::outcome(Written written) {
    auto result = co_await written.wait();
    co_return result ? std::move(*result) : std::unexpected(std::move(result.error()));
}

base::Awaitable<base::Result<void>> RecordWriter::insist(std::string record) {
    for (auto pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
        auto written = co_await outcome(append_in_company(record));
        if (written || !may_pass(written.error()))
            co_return written;
        do {
            if (given_up_
                || !co_await base::sleep_until(base::Deadline::after(clock_.steady(), pause)))
                co_return written;
        } while (!journal_.healthy()); // a try would fail, and count as one more refused record
    }
}

} // namespace mpic::coordinator
