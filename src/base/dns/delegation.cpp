// SPDX-License-Identifier: Apache-2.0
#include "delegation.hpp"

#include "nsec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace base::dns {
namespace {

// A proof has three NSEC3 records at most (RFC 5155 §7.2); each costs hashing.
constexpr std::size_t max_nsec3 = 8;

bool has_record(const std::vector<Record>& section, const Name& owner, RecordType type) {
    return std::ranges::any_of(section,
                               [&](const Record& r) { return r.type == type && r.owner == owner; });
}

bool is_unsigned_cut(const TypeSet& types) {
    return types.contains(RecordType::ns) && !types.contains(RecordType::ds)
           && !types.contains(RecordType::soa);
}

std::vector<Nsec3> nsec3_records(const Message& response) {
    std::vector<Nsec3> out;
    for (const Record& record : response.authority) {
        if (record.type != RecordType::nsec3 || out.size() == max_nsec3)
            continue;
        if (auto parsed = parse_nsec3(record))
            out.push_back(std::move(*parsed));
    }
    return out;
}

/// The name whose own denial record marks an unsigned cut, by NSEC or NSEC3.
std::optional<std::string_view> matching_proof(const Message& response, const Name& name,
                                               const std::vector<Nsec3>& hashed) {
    for (const Record& record : response.authority) {
        if (record.type != RecordType::nsec || record.owner != name)
            continue;
        if (const auto types = nsec_types(record.rdata); types && is_unsigned_cut(*types))
            return "NSEC";
    }
    for (const Nsec3& record : hashed)
        if (is_unsigned_cut(record.types) && record.zone != name && record.matches(name))
            return "NSEC3";
    return std::nullopt;
}

/// RFC 5155 §8.3 and §8.9: the closest encloser has a matching record, and the next closer name,
/// one label longer on the way to `name`, lies in an Opt-Out span.
bool opt_out_proof(const Name& name, const Name& apex, const std::vector<Nsec3>& hashed) {
    for (Name closer = name; closer != apex && closer.is_within(apex); closer = closer.parent()) {
        const Name encloser = closer.parent();
        const bool covered = std::ranges::any_of(hashed, [&](const Nsec3& r) {
            return r.opt_out && r.zone == apex && r.covers(closer);
        });
        if (covered && std::ranges::any_of(hashed, [&](const Nsec3& r) {
                return r.zone == apex && r.matches(encloser);
            }))
            return true;
    }
    return false;
}

} // namespace

Delegation read_delegation(const Message& response, const Name& name, const Name& apex) {
    using enum Delegation::Kind;
    const auto result = [&name](Delegation::Kind kind, std::string_view why) {
        return Delegation{
            kind, fmt::format("{} at {}{}", kind == insecure ? "no DS" : "DS", name.text(), why)};
    };
    if (response.rcode != Rcode::noerror && response.rcode != Rcode::nxdomain)
        return result(unknown, fmt::format(" gives {}", to_string(response.rcode)));
    const bool authentic = response.authentic_data;
    if (has_record(response.answers, name, RecordType::ds))
        return authentic ? result(secure, ", with AD")
                         : result(unknown, " is there, but the resolver does not say AD");
    if (!response.answers.empty())
        return result(no_cut,
                      " leads to an alias, and the top of a zone is none (RFC 1034 §3.6.2)");
    const auto hashed = nsec3_records(response);
    if (authentic)
        if (const auto proof = matching_proof(response, name, hashed))
            return result(insecure, fmt::format(", proved by {} and AD", *proof));
    if (opt_out_proof(name, apex, hashed))
        return result(insecure, fmt::format(", proved by an NSEC3 opt-out span of {}",
                                            apex.is_root() ? "the root" : apex.text()));
    return authentic ? result(no_cut, " is denied with AD, and no delegation is there")
                     : result(unknown, " is denied without AD or an opt-out span");
}

} // namespace base::dns
