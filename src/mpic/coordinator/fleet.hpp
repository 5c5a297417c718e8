// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mpic/coordinator/perspective_client.hpp"
#include "mpic/model/roster.hpp"

#include <memory>
#include <vector>

namespace mpic::coordinator {

/// A roster and a client for each of its perspectives, in the same order. Replaced whole by a
/// reload.
struct Fleet {
    Roster roster;
    std::vector<std::unique_ptr<PerspectiveClient>> clients;
};

} // namespace mpic::coordinator
