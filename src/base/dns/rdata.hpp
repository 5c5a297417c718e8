// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which RDATA begins with, or consists of, a domain name that a sender may have compressed: the
// types of RFC 1035, and DNAME, whose senders should not but did (RFC 3597 §4, RFC 6672 §2.5). The
// RDATA of every other type is taken as it stands.

#include "base/dns/record.hpp"

#include <cstddef>
#include <optional>

namespace base::dns {

/// `before` octets, then `names` names, then `after` octets.
struct NameLayout {
    std::size_t before = 0;
    std::size_t names = 0;
    std::size_t after = 0;
};

[[nodiscard]] inline std::optional<NameLayout> name_layout(RecordType type) {
    switch (type) {
    case RecordType::ns:
    case RecordType::cname:
    case RecordType::ptr:
    case RecordType::dname:
        return NameLayout{.names = 1};
    case RecordType::mx:
        return NameLayout{.before = 2, .names = 1};
    case RecordType::soa:
        return NameLayout{.names = 2, .after = 20};
    default:
        return std::nullopt;
    }
}

} // namespace base::dns
