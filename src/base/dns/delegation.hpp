// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a DS response says about one name on the way down from the root: pure. This is where it is
// decided that a zone is *proved* insecure, so the rule is kept narrow: whatever is not understood
// is `unknown` or `no_cut`, neither of which leads to "insecure".

#include "base/dns/message.hpp"

#include <string>

namespace base::dns {

struct Delegation {
    enum class Kind {
        secure,   ///< a DS RRset with AD: the chain of trust goes on below this name
        insecure, ///< proved: a delegation without DS
        no_cut,   ///< no delegation is here; names further down may be delegated
        unknown,  ///< nothing can be concluded here or below
    };
    Kind kind = Kind::unknown;
    std::string reason; ///< "no DS at example.com, proved by NSEC and AD"

    bool operator==(const Delegation&) const = default;
};

/// `response` answers DS at `name`, asked with DO=1 of a resolver that validates; `apex` is the
/// deepest zone above `name` that the chain of trust has reached (the root to begin with).
///
/// Insecure is said on two grounds (RFC 4035 §4.3 and §5.2, RFC 5155 §8.9, RFC 6840 §4.4):
///
///  - AD, and the NSEC record of `name` itself, or the NSEC3 record that matches it, has NS and
///    neither DS nor SOA in its bitmap. A mere NODATA with AD is not enough: a name that is no zone
///    cut has no DS either. NS marks the cut, and SOA clear marks the parent's side of it.
///  - A closest encloser proof whose next closer name is covered by an Opt-Out NSEC3 record of
///  `apex`.
///    The span says that an unsigned delegation may be there without a record of its own, which is
///    how most of com's are. RFC 5155 §9.2 forbids AD on such a response, so AD cannot be asked
///    for. What stands for it: the resolver validates, and `apex` is known to be secure, so a
///    response from it whose NSEC3 records did not verify would have been SERVFAIL.
[[nodiscard]] Delegation read_delegation(const Message& response, const Name& name,
                                         const Name& apex);

} // namespace base::dns
