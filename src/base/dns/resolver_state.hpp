// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/dns/recursive_resolver.hpp"
#include "server_channels.hpp"

#include <memory>
#include <vector>

namespace base::dns {

/// Shared by a RecursiveResolver and its inquiries under way, which outlast it by the moment they
/// take to end.
struct ResolverState {
    asio::io_context& loop;
    const Clock& clock;
    Random& random;
    RecursiveResolverOptions options;
    std::vector<std::shared_ptr<ServerChannels>> servers; ///< none once closed
};

} // namespace base::dns
