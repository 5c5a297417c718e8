// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/audit_replay.hpp"

#include "base/core/encoding.hpp"
#include "mpic/wire/audit_compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace mpic::wire {
namespace {

std::string shown(const std::string& text) {
    return base::excerpt(text, 64);
}

std::string at(const AuditPlace& place) {
    return fmt::format("{}:{}", place.segment, place.line);
}

/// Whether the primary is among those that the decision did not wait for. Which one it is does not
/// matter to a decision that it has no part in.
bool primary_is_pending(const AuditDecision& decision) {
    const auto seats = decision.seats.size() + decision.pending.size();
    return !decision.pending.empty() && static_cast<int>(seats) == decision.attempt.rule.remotes + 1
           && std::ranges::none_of(decision.seats, [](const AuditSeat& seat) {
                  return seat.seat.role == Role::primary;
              });
}

/// The attempt with places for those that were pending.
Attempt with_pending(const AuditDecision& decision) {
    Attempt attempt = decision.attempt;
    auto role = primary_is_pending(decision) ? Role::primary : Role::remote;
    for (const std::string& id : decision.pending) {
        attempt.seats.push_back({id, role, Rir{}});
        role = Role::remote;
    }
    return attempt;
}

Replies replies_of(const AuditDecision& decision, std::size_t seats) {
    Replies replies(seats);
    for (std::size_t i = 0; i < decision.seats.size(); ++i)
        replies[i] = decision.seats[i].reply;
    return replies;
}

} // namespace

std::vector<std::string> replay_problems(const AuditDecision& decision, base::WallTime at) {
    std::vector<std::string> problems;
    compare_seats(decision.attempt, decision.pending, problems);
    compare_rule(decision.attempt.rule, at, problems);
    const Attempt attempt = with_pending(decision);
    const Decision replayed = decide(attempt, replies_of(decision, attempt.seats.size()));
    for (std::size_t i = 0; i < decision.seats.size(); ++i)
        compare_seat(attempt, decision.seats[i], replayed.seats[i], problems);
    compare_decision(decision, replayed, problems);
    return problems;
}

void AuditReplay::take(AuditPlace place, std::uint64_t seq, base::WallTime time,
                       std::string_view record) {
    if (!now_ && seq != 1)
        begin_ = elapsed_;
    pass(time);
    auto read = decode_audit_record(record);
    if (!read)
        return problem(place, "not an audit record: " + read.error().detail);
    if (auto* decision = std::get_if<AuditDecision>(&*read))
        take_decision(std::move(place), time, std::move(*decision));
    else if (auto* late = std::get_if<AuditLate>(&*read))
        take_late(std::move(place), std::move(*late));
    else
        take_mark(std::get<AuditMark>(*read));
}

void AuditReplay::take_decision(AuditPlace place, base::WallTime time, AuditDecision decision) {
    ++decisions_;
    for (std::string& sentence : replay_problems(decision, time))
        problem(place, std::move(sentence));
    const std::string id = decision.attempt.id;
    const auto running = open_.find(id);
    const auto ended = closed_.find(id);
    if (running != open_.end() || ended != closed_.end()) {
        const AuditPlace& first = running != open_.end() ? running->second.place : ended->second;
        return problem(place, fmt::format("a second decision of attempt {}; the first is at {}",
                                          shown(id), at(first)));
    }
    order_.emplace_back(elapsed_, id);
    if (decision.pending.empty()) {
        closed_.emplace(id, std::move(place));
        return;
    }
    Open open{
        .place = std::move(place), .decision = std::move(decision), .pending = {}, .late = {}};
    open.pending.insert(open.decision.pending.begin(), open.decision.pending.end());
    open_.emplace(id, std::move(open));
}

void AuditReplay::take_late(AuditPlace place, AuditLate late) {
    ++late_records_;
    const auto found = open_.find(late.attempt_id);
    if (found == open_.end())
        return orphan(place, late);
    Open& open = found->second;
    const std::string& id = late.seat.seat.id;
    if (open.pending.erase(id) == 0) {
        const bool known = std::ranges::count(open.decision.seats, id,
                                              [](const AuditSeat& s) { return s.seat.id; })
                               > 0
                           || std::ranges::count(open.decision.pending, id) > 0;
        return problem(place,
                       known ? fmt::format("a second terminal record of perspective {} in the "
                                           "attempt that was decided at {}",
                                           shown(id), at(open.place))
                             : fmt::format("perspective {} had no seat in the attempt that was "
                                           "decided at {}",
                                           shown(id), at(open.place)));
    }
    open.late.push_back({std::move(place), std::move(late.seat)});
    if (!open.pending.empty())
        return;
    complete(open);
    closed_.emplace(found->first, open.place);
    open_.erase(found);
}

void AuditReplay::orphan(const AuditPlace& place, const AuditLate& late) {
    const std::string id = shown(late.seat.seat.id);
    if (const auto ended = closed_.find(late.attempt_id); ended != closed_.end())
        return problem(place,
                       fmt::format("one terminal record too many: perspective {}, in the attempt "
                                   "that was decided at {}",
                                   id, at(ended->second)));
    const auto recent = [this](const std::optional<Duration>& then) {
        return then && elapsed_ - *then <= longest_attempt;
    };
    if (recent(begin_))
        return say_({place, "its decision is in an earlier segment, which was not given", false});
    if (recent(outage_))
        return say_({place, "its decision was refused in an outage, and so was the answer", false});
    problem(place, fmt::format("the decision record is missing: attempt {}, perspective {}",
                               shown(late.attempt_id), id));
}

void AuditReplay::take_mark(const AuditMark& mark) {
    if (mark.kind == "start") {
        // The attempts of a process end with it. Torn lines of theirs have a mark of their own.
        for (auto& [id, open] : open_) {
            give_up(open, "the service ended before it was written");
            closed_.emplace(id, open.place);
        }
        open_.clear();
        return;
    }
    if (mark.refused_records > 0) {
        outage_ = elapsed_;
        for (auto& [id, open] : open_)
            open.refused = true;
    }
    if (mark.reason == "write-failed")
        hold_over();
}

/// Late records that could not be written wait for the end of the outage, however long it was.
void AuditReplay::hold_over() {
    std::erase_if(order_, [this](const auto& decided) { return open_.contains(decided.second); });
    for (const auto& [id, open] : open_)
        order_.emplace_back(elapsed_, id);
}

/// All replies are known: the ones that came late must leave the decision as it was.
void AuditReplay::complete(const Open& open) {
    Attempt attempt = open.decision.attempt;
    auto replies = replies_of(open.decision, attempt.seats.size());
    for (const Late& late : open.late) {
        attempt.seats.push_back(late.seat.seat);
        replies.emplace_back(late.seat.reply);
    }
    const Decision replayed = decide(attempt, replies);
    for (std::size_t i = 0; i < open.late.size(); ++i) {
        std::vector<std::string> problems;
        compare_seat(attempt, open.late[i].seat, replayed.seats[open.decision.seats.size() + i],
                     problems);
        for (std::string& sentence : problems)
            problem(open.late[i].place, std::move(sentence));
    }
    std::vector<std::string> problems;
    compare_seats(attempt, {}, problems);
    if (replayed.ok != open.decision.ok)
        problems.push_back(fmt::format("ok is recorded as {} before all had reported, and with the "
                                       "late reports it is {}",
                                       open.decision.ok, replayed.ok));
    for (std::string& sentence : problems)
        problem(open.place, std::move(sentence));
}

/// The times in a journal are of the wall clock, which can be set, and stands still for nobody: a
/// late record may follow its decision by seconds and be dated hours after it. So one step forward
/// never ends an attempt, and one back does not lengthen any.
void AuditReplay::pass(base::WallTime time) {
    if (now_)
        elapsed_ += std::clamp(time - *now_, Duration::zero(), Duration(longest_attempt) / 2);
    now_ = time;
    for (; !order_.empty() && order_.front().first + longest_attempt < elapsed_;
         order_.pop_front()) {
        const std::string& id = order_.front().second;
        if (const auto open = open_.find(id); open != open_.end()) {
            give_up(open->second, open->second.refused ? "the disk refused records meanwhile" : "");
            open_.erase(open);
        }
        closed_.erase(id);
    }
}

void AuditReplay::give_up(const Open& open, std::string_view why) {
    for (const std::string& id : open.pending)
        say_({open.place,
              fmt::format("perspective {} has no terminal record{}{}", shown(id),
                          why.empty() ? "" : ": ", why),
              why.empty()});
}

void AuditReplay::finish() {
    for (const auto& [id, open] : open_)
        give_up(open, "the journal ends before it; a running service writes it soon");
    open_.clear();
    closed_.clear();
    order_.clear();
}

void AuditReplay::problem(const AuditPlace& place, std::string message) {
    say_({place, std::move(message), true});
}

} // namespace mpic::wire
