// SPDX-License-Identifier: Apache-2.0
#include "base/json/reader.hpp"

#include "base/core/encoding.hpp"

#include <algorithm>
#include <utility>

namespace base::json {
namespace {

constexpr std::size_t max_distance = 2;
constexpr std::size_t max_word = 128; ///< bounds the work that one word from outside can cause

/// "Issuer_Domains" and "issuer-domains" are the same word to somebody who misremembers it.
std::string folded(std::string_view word) {
    std::string out = ascii_lower(word);
    std::ranges::replace(out, '_', '-');
    return out;
}

/// Damerau-Levenshtein distance in its optimal string alignment form: insertions, deletions,
/// substitutions and swaps of neighbours each count one.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

} // namespace

std::string closest(std::string_view word, const std::vector<std::string>& candidates) {
    if (word.size() > max_word)
        return {};
    const std::string wanted = folded(word);
    std::string best;
    std::size_t best_distance = max_distance + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t longer = std::max(candidate.size(), wanted.size());
        if (longer - std::min(candidate.size(), wanted.size()) > max_distance)
            continue;
        const std::size_t distance = edit_distance(wanted, folded(candidate));
        // Half of a short word changed is another word: "id" is no misspelt "ip".
        if (distance < best_distance && distance * 2 < wanted.size()) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

} // namespace base::json
