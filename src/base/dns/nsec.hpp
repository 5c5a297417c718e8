// SPDX-License-Identifier: Apache-2.0
#pragma once
// As much of NSEC (RFC 4034 §4) and NSEC3 (RFC 5155 §3) as it takes to read what a denial says. The
// signatures are the validating resolver's business.

#include "base/core/result.hpp"
#include "base/dns/record.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace base::dns {

using TypeSet = std::set<RecordType>;

/// The type bitmap of an NSEC record.
[[nodiscard]] Result<TypeSet> nsec_types(std::string_view rdata);

struct Nsec3 {
    Name zone;              ///< the owner without the hash
    std::string owner_hash; ///< raw octets
    std::string next_hash;
    bool opt_out = false;
    std::uint16_t iterations = 0;
    std::string salt;
    TypeSet types;

    [[nodiscard]] bool matches(const Name& name) const;
    /// The hash of `name` lies strictly between this record's and the next (RFC 5155 §1.3).
    [[nodiscard]] bool covers(const Name& name) const;
};

/// dns_malformed also for an unknown hash algorithm and for more than 150 iterations, beyond which
/// validators do not go (RFC 9276 §3.2).
[[nodiscard]] Result<Nsec3> parse_nsec3(const Record& record);

/// RFC 5155 §5: the iterated SHA-1 of the name's wire form.
[[nodiscard]] std::string nsec3_hash(const Name& name, std::string_view salt,
                                     std::uint16_t iterations);

} // namespace base::dns
