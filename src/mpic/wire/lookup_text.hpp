// SPDX-License-Identifier: Apache-2.0
#pragma once
// The lookups of a report as text: what an agent writes of them is what answers show, so it is kept
// as it came, and written again without having been anything else in between.

#include "base/json/retrace.hpp"
#include "mpic/wire/strict_fields.hpp"

#include <cstddef>
#include <string_view>

namespace mpic::wire {

/// One lookup, each member as it stands: "key":value. What is absent is empty.
struct LookupText {
    std::string_view asked; ///< name and type
    std::string_view rcode;
    std::string_view record_count;
    std::string_view chain;
    std::string_view dnssec;
    std::string_view dnssec_proof;
    std::string_view extended_errors;
    std::string_view resolver;
    std::string_view tries;
};

/// Goes over one, as put_dcv() and put_caa() write it in either detail. False for what would not be
/// read, for what is written in another way, and for what is seldom and would make this longer: a
/// failure, links, text outside ASCII.
[[nodiscard]] bool retrace_lookup(base::json::Retrace& in, LookupText& out);

/// Goes over "lookups":[…], of one at least, and shows each to `each`.
template <class Each>
[[nodiscard]] bool retrace_lookups(base::json::Retrace& in, Each each) {
    if (!in.literal(R"("lookups":[)"))
        return false;
    std::size_t count = 0;
    do {
        LookupText lookup;
        if (++count > max_list || !retrace_lookup(in, lookup))
            return false;
        each(lookup);
    } while (in.literal(","));
    return in.literal("]");
}

} // namespace mpic::wire
