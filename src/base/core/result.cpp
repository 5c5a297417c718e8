// SPDX-License-Identifier: Apache-2.0
#include "base/core/result.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace base {
namespace {

using Name = std::pair<FailureKind, std::string_view>;
using enum FailureKind;

constexpr std::array names{
    Name{timeout, "timeout"},
    Name{cancelled, "cancelled"},
    Name{overloaded, "overloaded"},
    Name{address_refused, "address-refused"},
    Name{no_address, "no-address"},
    Name{connection_refused, "connection-refused"},
    Name{connection_reset, "connection-reset"},
    Name{connection_timeout, "connection-timeout"},
    Name{network_unreachable, "network-unreachable"},
    Name{tls_failed, "tls-failed"},
    Name{tls_identity, "tls-identity"},
    Name{dns_nxdomain, "dns-nxdomain"},
    Name{dns_servfail, "dns-servfail"},
    Name{dns_refused, "dns-refused"},
    Name{dns_error_rcode, "dns-error-rcode"},
    Name{dns_timeout, "dns-timeout"},
    Name{dns_malformed, "dns-malformed"},
    Name{dns_truncated, "dns-truncated"},
    Name{dns_loop, "dns-loop"},
    Name{dns_bogus, "dns-bogus"},
    Name{http_malformed, "http-malformed"},
    Name{http_too_large, "http-too-large"},
    Name{redirect_refused, "redirect-refused"},
    Name{too_many_redirects, "too-many-redirects"},
    Name{redirect_loop, "redirect-loop"},
    Name{peer_malformed, "peer-malformed"},
    Name{io, "io"},
    Name{invalid, "invalid"},
};

// Each kind sits at its own place, the last one included: a new enumerator without a name, or one
// out of order, does not compile.
constexpr bool in_order() {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (static_cast<std::size_t>(names[i].first) != i)
            return false;
    return names.back().first == invalid;
}
static_assert(in_order());

} // namespace

std::string_view to_string(FailureKind kind) {
    return names.at(static_cast<std::size_t>(kind)).second;
}

FailureKind failure_kind_from(std::string_view name) {
    const auto found = std::ranges::find(names, name, &Name::second);
    return found == names.end() ? invalid : found->first;
}

} // namespace base
