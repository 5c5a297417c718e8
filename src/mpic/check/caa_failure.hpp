// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whether a failed CAA lookup may count as permission (BR 4.2.2.1.1): only if the failure is
// outside the CA's infrastructure, the lookup was retried, and the domain is proved Insecure in the
// sense of RFC 4035 §4.3. Refusing is always compliant, so whatever could not be established stays
// unmet.

#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "lookup.hpp"

#include <cstddef>
#include <vector>

namespace mpic::check {

/// `climb` are the CAA lookups from the leaf upwards; the one at `failed` is not usable and has had
/// all its tries. Makes further queries only while the conditions can still all be met, and notes
/// at a lookup that brought no response what they say of its zone. `climb` must outlive the wait.
[[nodiscard]] base::Awaitable<LookupFailureConditions> examine_failure(const Vantage& vantage,
                                                                       std::vector<Lookup>& climb,
                                                                       std::size_t failed,
                                                                       base::Deadline deadline);

} // namespace mpic::check
