// SPDX-License-Identifier: Apache-2.0
// Which perspectives see which records and contents.

#include "base/dns/record.hpp"
#include "diagnose_rules.hpp"
#include "evidence.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mpic::rules {
namespace {

bool has_code(const Row& row, std::string_view code) {
    return row.dcv() != nullptr && row.dcv()->finding.code == code;
}

bool sees_nothing(const Row& row) {
    return has_code(row, code::record_absent) || has_code(row, "dns-nxdomain");
}

bool sees_another(const Row& row) {
    return has_code(row, code::record_mismatch);
}

/// Sees records, and they select something else than the primary's.
bool selects_another(const Row& row) {
    return row.dcv() != nullptr && row.dcv()->finding.verdict == Verdict::passed
           && row.dcv_outcome == Outcome::disagrees;
}

std::string described(const RecordAsked& question) {
    return fmt::format("{} record at {}", base::dns::to_string(question.type),
                       question.owner.text());
}

/// The owner without the target's labels at its end ends once more in the target, or in a parent of
/// it.
bool has_domain_twice(const base::dns::Name& owner, const base::dns::Name& domain) {
    if (!owner.is_within(domain))
        return false;
    const auto& labels = owner.labels();
    const auto own = static_cast<std::ptrdiff_t>(labels.size() - domain.label_count());
    const auto prefix = base::dns::Name::from_labels({labels.begin(), labels.begin() + own});
    for (base::dns::Name name = domain; prefix && name.label_count() >= 2; name = name.parent())
        if (prefix->is_within(name))
            return true;
    return false;
}

std::set<RecordSet> determined_sets(const Matrix& matrix) {
    std::set<RecordSet> sets;
    for (const Row& row : matrix.rows)
        if (row.caa() != nullptr && row.caa()->finding.verdict != Verdict::undetermined)
            sets.insert(record_set(*row.caa()));
    return sets;
}

std::optional<Diagnosis> caa_out_of_step(const Matrix& matrix) {
    if (!matrix.failed(Part::caa) || determined_sets(matrix).size() < 2)
        return std::nullopt;
    const Rows rows = rows_where(matrix, [](const Row& row) {
        return row.caa() != nullptr && row.caa_outcome == Outcome::disagrees;
    });
    if (rows.empty())
        return std::nullopt;
    return make_diagnosis(
        code::records_out_of_step,
        fmt::format(
            "perspectives see different CAA records for {}: the domain's name servers are out of "
            "step (compare the SOA serials), or somebody else answers {}",
            matrix.request.target.text(), names(rows)),
        rows);
}

bool got_status(const Row* row, unsigned status) {
    const DcvReport& dcv = *row->dcv();
    return dcv.finding.code == code::http_status && !dcv.hops.empty()
           && dcv.hops.back().status == status;
}

std::optional<Diagnosis> file_not_found(const Matrix& matrix) {
    const Rows rows = dcv_reported(matrix);
    if (!connection_failed(matrix) || rows.size() < 2
        || !std::ranges::all_of(rows, [](const Row* row) { return got_status(row, 404); }))
        return std::nullopt;
    return make_diagnosis(
        code::value_not_published,
        fmt::format(
            "every perspective gets HTTP status 404 for {}: the file is not there, or another "
            "server or virtual host answers",
            rows.front()->dcv()->hops.back().url),
        rows);
}

bool shows_no_challenge(const Row* row) {
    constexpr std::string_view codes[] = {code::alpn_mismatch, code::certificate_mismatch,
                                          code::acme_identifier_mismatch};
    return std::ranges::count(codes, row->dcv()->finding.code) > 0;
}

std::optional<Diagnosis> certificate_not_shown(const Matrix& matrix) {
    const Rows rows = dcv_reported(matrix);
    if (!connection_failed(matrix) || rows.size() < 2
        || !std::ranges::all_of(rows, shows_no_challenge))
        return std::nullopt;
    return make_diagnosis(
        code::value_not_published,
        fmt::format("no perspective is shown the expected challenge certificate for {} ({}): it is "
                    "not in place yet, or another TLS server answers",
                    matrix.request.target.text(), rows.front()->dcv()->finding.code),
        rows);
}

} // namespace

std::optional<Diagnosis> doubled_name(const Matrix& matrix) {
    const Rows rows = rows_where(matrix, sees_nothing);
    const base::dns::Name* domain = matrix.request.target.name();
    const auto record = failed_record(matrix);
    if (!record || rows.empty() || domain == nullptr || !has_domain_twice(record->owner, *domain))
        return std::nullopt;
    return make_diagnosis(
        code::doubled_name,
        fmt::format("the name asked for, {}, has the domain in it twice: the prefix of "
                    "the request goes without it",
                    record->owner.text()),
        rows);
}

std::optional<Diagnosis> not_yet_propagated(const Matrix& matrix) {
    const Rows passed = dcv_passed(matrix);
    const Rows absent = rows_where(matrix, sees_nothing);
    const auto record = failed_record(matrix);
    if (!record || passed.empty() || absent.empty())
        return std::nullopt;
    return make_diagnosis(
        code::not_yet_propagated,
        fmt::format(
            "{} saw the {} and {} saw none: it has probably not reached all name servers yet; "
            "wait and try again, or check that every name server gets updates",
            names(passed), described(*record), names(absent)),
        absent);
}

std::optional<Diagnosis> records_out_of_step(const Matrix& matrix) {
    const Rows passed = dcv_passed(matrix);
    const Rows another = rows_where(matrix, sees_another);
    const auto record = failed_record(matrix);
    if (const Rows rows = rows_where(matrix, selects_another); record && !rows.empty())
        return make_diagnosis(
            code::records_out_of_step,
            fmt::format("perspectives do not find the same in the {}: the name servers are out of "
                        "step (compare the SOA serials), or somebody else answers {}",
                        described(*record), names(rows)),
            rows);
    if (!record || passed.empty() || another.empty())
        return caa_out_of_step(matrix);
    return make_diagnosis(
        code::records_out_of_step,
        fmt::format(
            "{} saw the expected {} and {} saw another one: the domain's name servers are out of "
            "step (compare the SOA serials), an old value is still served, or somebody else "
            "answers them",
            names(passed), described(*record), names(another)),
        another);
}

std::optional<Diagnosis> value_not_published(const Matrix& matrix) {
    const Rows rows = dcv_reported(matrix);
    const auto record = failed_record(matrix);
    if (!record) {
        auto certificate = certificate_not_shown(matrix);
        return certificate ? std::move(certificate) : file_not_found(matrix);
    }
    if (rows.size() < 2 || !std::ranges::all_of(rows, [](const Row* row) {
            return sees_nothing(*row) || sees_another(*row);
        }))
        return std::nullopt;
    return make_diagnosis(
        code::value_not_published,
        fmt::format(
            "no perspective sees the expected value in a {}: it is not published yet, or at "
            "another name",
            described(*record)),
        rows);
}

} // namespace mpic::rules
