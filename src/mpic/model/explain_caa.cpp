// SPDX-License-Identifier: Apache-2.0
#include "evidence.hpp"
#include "explain.hpp"
#include "predicate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace mpic {
namespace {

constexpr std::size_t differing_records_shown = 4;

using Rows = std::vector<const Row*>;

/// Whose determined set does not hold the record at the node.
Rows without_record(const Matrix& matrix, const std::string& node, const std::string& record) {
    return rows_where(matrix, [&](const Row& row) {
        if (row.caa() == nullptr || row.caa()->finding.verdict == Verdict::undetermined)
            return false;
        const RecordSet set = record_set(*row.caa());
        return set.node != node || std::ranges::count(caa_texts(set.rdata), record) == 0;
    });
}

std::string which_forbids(const Matrix& matrix, const CaaReport& caa) {
    const Rows others = without_record(matrix, record_set(caa).node, caa.deciding_record);
    if (others.empty())
        return ", which does not permit issuance";
    return fmt::format(", which does not permit issuance and which {} did not see", names(others));
}

/// CAA by permission: a sentence per forbidding record, or per lookup that failed.
Sentences permission_sentences(const Matrix& matrix) {
    GroupedSentences grouped;
    for (const Row& row : matrix.rows) {
        if (row.report == nullptr || row.caa_outcome == Outcome::corroborates || !row.caa_outcome)
            continue;
        if (row.caa() == nullptr) {
            grouped.add(row, "reported nothing about CAA");
            continue;
        }
        const CaaReport& caa = *row.caa();
        std::string predicate = caa_predicate(caa);
        if (caa.finding.verdict != Verdict::undetermined && !caa.deciding_record.empty())
            predicate += which_forbids(matrix, caa);
        grouped.add(row, std::move(predicate));
    }
    return grouped.sentences();
}

struct Sighting {
    Rows saw;
    Rows did_not;
};

/// Every record at its node, with who saw it among those that determined a set.
std::map<std::pair<std::string, std::string>, Sighting> sightings(const Matrix& matrix) {
    std::map<std::pair<std::string, std::string>, Sighting> seen;
    const Rows determined = rows_where(matrix, [](const Row& row) {
        return row.caa() != nullptr && row.caa()->finding.verdict == Verdict::passed;
    });
    for (const Row* row : determined) {
        const RecordSet set = record_set(*row->caa());
        for (const std::string& record : caa_texts(set.rdata))
            seen[{set.node, record}].saw.push_back(row);
    }
    for (auto& [record, sighting] : seen)
        for (const Row* row : determined)
            if (std::ranges::count(sighting.saw, row) == 0)
                sighting.did_not.push_back(row);
    return seen;
}

/// CAA by record set: what some saw and others did not, told from the smaller side.
Sentences difference_sentences(const Matrix& matrix) {
    Sentences sentences;
    std::size_t left_out = 0;
    for (const auto& [record, sighting] : sightings(matrix)) {
        if (sighting.did_not.empty())
            continue;
        if (sentences.size() == differing_records_shown) {
            ++left_out;
            continue;
        }
        const bool few_saw = sighting.saw.size() <= sighting.did_not.size();
        const auto& [node, text] = record;
        sentences.push_back(
            few_saw ? fmt::format("{} saw the CAA record {} on {}, which {} did not see",
                                  names(sighting.saw), text, node, names(sighting.did_not))
                    : fmt::format("{} did not see the CAA record {} on {}, which {} saw",
                                  names(sighting.did_not), text, node, names(sighting.saw)));
    }
    if (left_out > 0)
        sentences.push_back(fmt::format("{} more CAA records differ", left_out));
    return sentences;
}

Sentences undetermined_sentences(const Matrix& matrix) {
    GroupedSentences grouped;
    for (const Row& row : matrix.rows) {
        if (row.report == nullptr || !row.caa_outcome)
            continue;
        if (row.caa() == nullptr)
            grouped.add(row, "reported nothing about CAA");
        else if (row.caa()->finding.verdict != Verdict::passed)
            grouped.add(row, caa_predicate(*row.caa()));
    }
    return grouped.sentences();
}

} // namespace

Sentences explain_caa(const Matrix& matrix) {
    if (!matrix.failed(Part::caa))
        return {};
    if (matrix.attempt.caa_by_permission)
        return permission_sentences(matrix);
    Sentences sentences = undetermined_sentences(matrix);
    const Sentences differences = difference_sentences(matrix);
    sentences.insert(sentences.end(), differences.begin(), differences.end());
    return sentences;
}

} // namespace mpic
