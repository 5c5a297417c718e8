// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a coordinator writes audit records: one loop's way to the journal that all loops share.

#include "base/async/alarm.hpp"
#include "base/async/awaitable.hpp"
#include "base/async/one_shot.hpp"
#include "base/core/clock.hpp"
#include "base/core/result.hpp"
#include "base/log/journal.hpp"

#include <functional>
#include <memory>
#include <string>

namespace mpic::coordinator {

class RecordWriter {
public:
    /// The journal's word on one record; may be dropped.
    using Written = base::OneShot<base::Result<void>>;

    RecordWriter(base::asio::io_context& loop, const base::Clock& clock,
                 base::log::Journal& journal)
        : loop_(loop),
          clock_(clock),
          journal_(journal),
          alone_(loop, [&journal] { journal.wake(); }) {}
    ~RecordWriter() {
        if (*wake_posted_ || alone_.is_set())
            journal_.wake();
    }
    RecordWriter(const RecordWriter&) = delete;
    RecordWriter& operator=(const RecordWriter&) = delete;

    /// Hands the record over before it returns. `told`, where given, is called once with whether
    /// the record is in the journal, on any thread, also when nobody awaits the outcome any more.
    [[nodiscard]] Written append(std::string record, std::function<void(bool)> told = {});
    /// The same for a record that nobody waits for: it goes to the disk with the next decision, or
    /// a moment later by itself.
    [[nodiscard]] Written append_in_company(std::string record);
    /// Of append(). Cancelled: nobody knows yet.
    [[nodiscard]] static base::Awaitable<base::Result<void>> outcome(Written written);

    /// Writes the record, in company, after an outage if there is one, however long it lasts.
    /// Failures: what the journal said last, once give_up() or a cancellation has ended the tries;
    /// invalid, at once, for a record that it will never take.
    [[nodiscard]] base::Awaitable<base::Result<void>> insist(std::string record);
    /// No further try: an insist() fails where it would pause. The caller cancels those that do.
    void give_up() { given_up_ = true; }

private:
    [[nodiscard]] Written queue(std::string record, std::function<void(bool)> told);
    /// The decisions of one turn of the loop go to the disk together.
    void wake_journal_soon();

    base::asio::io_context& loop_;
    const base::Clock& clock_;
    base::log::Journal& journal_;
    base::Alarm alone_; ///< set: a record has waited long enough for company then
    bool given_up_ = false;
    std::shared_ptr<bool> wake_posted_ = std::make_shared<bool>(false); ///< outlived by the handler
};

} // namespace mpic::coordinator
