// SPDX-License-Identifier: Apache-2.0
#include "matrix.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mpic {
namespace {

Row row_of(const Seat& seat, const SeatReply& reply, const std::optional<SeatDecision>& decision) {
    Row row;
    row.seat = &seat;
    if (decision) {
        row.dcv_outcome = decision->dcv;
        row.caa_outcome = decision->caa;
    }
    if (!reply)
        return row;
    row.no_report = std::get_if<NoReport>(&*reply);
    if (const auto* report = std::get_if<PerspectiveReport>(&*reply))
        (is_impostor(seat, *report) ? row.impostor : row.report) = report;
    return row;
}

} // namespace

const Finding* Row::finding(Part part) const {
    if (part == Part::dcv)
        return dcv() != nullptr ? &dcv()->finding : nullptr;
    return caa() != nullptr ? &caa()->finding : nullptr;
}

std::string Row::name() const {
    std::string name = seat->id;
    for (char& c : name)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    return name;
}

const Row* Matrix::primary() const {
    return !rows.empty() && rows.front().is_primary() ? &rows.front() : nullptr;
}

Matrix matrix(const CheckRequest& request, const Attempt& attempt, const Replies& replies,
              const Decision& decision) {
    static const SeatReply no_reply;
    Matrix matrix{request, attempt, decision, {}};
    for (const Role role : {Role::primary, Role::remote})
        for (std::size_t i = 0; i < attempt.seats.size(); ++i)
            if (attempt.seats[i].role == role)
                matrix.rows.push_back(
                    row_of(attempt.seats[i], i < replies.size() ? replies[i] : no_reply,
                           i < decision.seats.size() ? decision.seats[i] : std::nullopt));
    return matrix;
}

std::string names(const std::vector<const Row*>& rows) {
    std::vector<std::string> words;
    for (const Row* row : rows)
        words.push_back(row->name());
    return base::join_and(words);
}

std::vector<std::string> ids(const std::vector<const Row*>& rows) {
    std::vector<std::string> words;
    for (const Row* row : rows)
        words.push_back(row->seat->id);
    return words;
}

std::string join_some(const std::vector<std::string>& words, std::size_t limit) {
    if (words.size() <= limit)
        return base::join_and(words);
    std::vector<std::string> some(words.begin(),
                                  words.begin() + static_cast<std::ptrdiff_t>(limit));
    some.push_back(fmt::format("{} more", words.size() - limit));
    return base::join_and(some);
}

bool is_bogus(const Row& row, Part part) {
    const Finding* finding = row.finding(part);
    if (finding == nullptr || finding->verdict != Verdict::undetermined)
        return false;
    const auto state = part == Part::dcv ? row.dcv()->dnssec : row.caa()->dnssec;
    // The state may come from a lookup beside the one that failed: of AAAA, when A was tried.
    return finding->code == "dns-bogus"
           || (finding->code.starts_with("dns-") && state == base::dns::DnssecState::bogus);
}

} // namespace mpic
