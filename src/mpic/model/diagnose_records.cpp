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

const DnsQuestion& question_of(const Matrix& matrix) {
    return std::get<DnsQuestion>(*matrix.request.dcv);
}

std::string described(const DnsQuestion& question) {
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
    if (!http_failed(matrix) || rows.size() < 2
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

} // namespace

std::optional<Diagnosis> doubled_name(const Matrix& matrix) {
    const Rows rows = rows_where(matrix, sees_nothing);
    const base::dns::Name* domain = matrix.request.target.name();
    if (!dns_failed(matrix) || rows.empty() || domain == nullptr
        || !has_domain_twice(question_of(matrix).owner, *domain))
        return std::nullopt;
    return make_diagnosis(
        code::doubled_name,
        fmt::format("the name asked for, {}, has the domain in it twice: the prefix of "
                    "the request goes without it",
                    question_of(matrix).owner.text()),
        rows);
}

std::optional<Diagnosis> not_yet_propagated(const Matrix& matrix) {
    const Rows passed = dcv_passed(matrix);
    const Rows absent = rows_where(matrix, sees_nothing);
    if (!dns_failed(matrix) || passed.empty() || absent.empty())
        return std::nullopt;
    return make_diagnosis(
        code::not_yet_propagated,
        fmt::format(
            "{} see the {} and {} see none: it has probably not reached all name servers yet; "
            "wait and try again, or check that every name server gets updates",
            names(passed), described(question_of(matrix)), names(absent)),
        absent);
}

std::optional<Diagnosis> records_out_of_step(const Matrix& matrix) {
    const Rows passed = dcv_passed(matrix);
    const Rows another = rows_where(matrix, sees_another);
    if (!dns_failed(matrix) || passed.empty() || another.empty())
        return caa_out_of_step(matrix);
    return make_diagnosis(
        code::records_out_of_step,
        fmt::format(
            "{} see the expected {} and {} see another one: the domain's name servers are out of "
            "step (compare the SOA serials), an old value is still served, or somebody else "
            "answers them",
            names(passed), described(question_of(matrix)), names(another)),
        another);
}

std::optional<Diagnosis> value_not_published(const Matrix& matrix) {
    const Rows rows = dcv_reported(matrix);
    if (!dns_failed(matrix))
        return file_not_found(matrix);
    if (rows.size() < 2 || !std::ranges::all_of(rows, [](const Row* row) {
            return sees_nothing(*row) || sees_another(*row);
        }))
        return std::nullopt;
    return make_diagnosis(
        code::value_not_published,
        fmt::format(
            "no perspective sees the expected value in a {}: it is not published yet, or at "
            "another name",
            described(question_of(matrix))),
        rows);
}

} // namespace mpic::rules
