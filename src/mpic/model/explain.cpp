// SPDX-License-Identifier: Apache-2.0
#include "explain.hpp"

#include "base/core/encoding.hpp"
#include "mpic/model/corroboration.hpp"
#include "predicate.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mpic {
namespace {

std::string subject(const Row& row) {
    return row.is_primary() ? fmt::format("the primary ({})", row.name()) : row.name();
}

std::string silence(const Row& row) {
    if (row.impostor != nullptr)
        return fmt::format("\"{}\" answered in place of",
                           base::excerpt(row.impostor->perspective, 32));
    const std::string_view why = base::to_string(row.no_report->failure.kind);
    switch (row.no_report->outcome) {
    case Outcome::unreachable:
        return fmt::format("could not be reached ({})", why);
    case Outcome::misconfigured:
        return fmt::format("did not prove the expected identity ({})", why);
    default:
        return "did not answer within the time allowed";
    }
}

/// "JNB's agent", "the agents of JNB and GRU".
std::string agents(const std::vector<const Row*>& rows) {
    return rows.size() == 1 ? rows.front()->name() + "'s agent" : "the agents of " + names(rows);
}

std::string join(const Sentences& sentences) {
    std::string text;
    for (const std::string& sentence : sentences)
        text += (text.empty() ? "" : "; ") + sentence;
    return text;
}

} // namespace

void GroupedSentences::add(const Row& row, std::string predicate) {
    const auto same = std::ranges::find(entries_, predicate, &Entry::predicate);
    if (same == entries_.end())
        entries_.push_back({std::move(predicate), {subject(row)}});
    else
        same->subjects.push_back(subject(row));
}

Sentences GroupedSentences::sentences() const {
    Sentences sentences;
    for (const Entry& entry : entries_)
        sentences.push_back(base::join_and(entry.subjects) + " " + entry.predicate);
    return sentences;
}

Sentences explain_dcv(const Matrix& matrix) {
    GroupedSentences grouped;
    if (!matrix.failed(Part::dcv) || !matrix.request.dcv)
        return {};
    for (const Row& row : matrix.rows) {
        if (row.report == nullptr || row.dcv_outcome == Outcome::corroborates)
            continue;
        if (row.dcv() != nullptr)
            grouped.add(row, dcv_predicate(*matrix.request.dcv, *row.dcv()));
        else if (row.dcv_outcome)
            grouped.add(row, "reported nothing about domain control");
    }
    return grouped.sentences();
}

Sentences explain_silence(const Matrix& matrix) {
    std::vector<std::string> kinds;
    std::vector<std::vector<const Row*>> members;
    Sentences sentences;
    for (const Row& row : matrix.rows) {
        if (row.impostor != nullptr)
            sentences.push_back(silence(row) + " " + row.name());
        if (row.no_report == nullptr)
            continue;
        const auto same = std::ranges::find(kinds, silence(row));
        const auto index = static_cast<std::size_t>(same - kinds.begin());
        if (same == kinds.end()) {
            kinds.push_back(silence(row));
            members.emplace_back();
        }
        members[index].push_back(&row);
    }
    for (std::size_t i = 0; i < kinds.size(); ++i)
        sentences.push_back(agents(members[i]) + " " + kinds[i]);
    return sentences;
}

std::optional<Refusal> explain(const CheckRequest& request, const Attempt& attempt,
                               const Replies& replies, const Decision& decision) {
    if (decision.ok)
        return std::nullopt;
    const Matrix all = matrix(request, attempt, replies, decision);
    Sentences sentences;
    for (const auto part : {explain_dcv, explain_caa, explain_silence, explain_quorum}) {
        const Sentences more = part(all);
        sentences.insert(sentences.end(), more.begin(), more.end());
    }
    return Refusal{std::string(refusal_code(all)), join(sentences)};
}

} // namespace mpic
