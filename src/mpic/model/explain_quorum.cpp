// SPDX-License-Identifier: Apache-2.0
#include "base/core/encoding.hpp"
#include "explain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mpic {
namespace {

std::string subject_of(const Matrix& matrix, Part part) {
    if (part == Part::dcv)
        return "domain control";
    return matrix.attempt.caa_by_permission ? "the CAA permission" : "the CAA records";
}

std::string regions(const RirSet& rirs) {
    std::vector<std::string> words;
    for (const Rir rir : rirs)
        words.emplace_back(to_string(rir));
    return base::join_and(words);
}

std::string pending_note(const Matrix& matrix) {
    const auto pending = rows_where(matrix, [](const Row& row) { return row.pending(); });
    if (pending.empty())
        return "";
    return fmt::format(" ({} had not reported when this was decided)", names(pending));
}

void explain_part(const Matrix& matrix, Part part, Sentences& sentences) {
    const PartDecision& decision = matrix.part(part);
    const QuorumRule& rule = matrix.attempt.rule;
    // Without the primary's determination there is nothing to corroborate, whatever the remotes
    // say.
    if (!matrix.failed(part)
        || (matrix.primary() != nullptr && !decision.primary_passed.value_or(false)))
        return;
    const std::string count = fmt::format("{} of {} remotes corroborate {}", decision.corroborated,
                                          rule.remotes, subject_of(matrix, part));
    if (decision.corroborated < std::max(rule.required, 1))
        sentences.push_back(
            fmt::format("{}, {} are required{}", count, rule.required, pending_note(matrix)));
    else if (static_cast<int>(decision.rirs.size()) < rule.minimum_rirs)
        sentences.push_back(fmt::format("{} but all are in {}; at least {} regions are required",
                                        count, regions(decision.rirs), rule.minimum_rirs));
}

} // namespace

Sentences explain_quorum(const Matrix& matrix) {
    Sentences sentences;
    if (const Row* primary = matrix.primary(); primary != nullptr && primary->pending())
        sentences.push_back(fmt::format("the primary ({}) had not reported when this was decided",
                                        primary->name()));
    const QuorumRule& rule = matrix.attempt.rule;
    if (rule.remotes < rule.minimum_remotes)
        sentences.push_back(fmt::format("{} remote perspectives take part, {} demands at least {}",
                                        rule.remotes, rule.policy, rule.minimum_remotes));
    for (const Part part : {Part::dcv, Part::caa})
        explain_part(matrix, part, sentences);
    if (sentences.empty() && !matrix.decision.dcv.asked && !matrix.decision.caa.asked)
        sentences.emplace_back("nothing was asked");
    return sentences;
}

} // namespace mpic
