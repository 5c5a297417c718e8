// SPDX-License-Identifier: Apache-2.0
#pragma once
// Names, questions and records from text, for tests. A typing mistake throws.

#include "base/dns/message.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace test {

inline base::dns::Name name(std::string_view text) {
    auto parsed = base::dns::Name::parse(text);
    if (!parsed)
        throw std::invalid_argument(parsed.error().detail);
    return *parsed;
}

inline base::dns::Question question(std::string_view owner, base::dns::RecordType type) {
    return {name(owner), type};
}

inline base::dns::Record record(std::string_view owner, base::dns::RecordType type,
                                std::string_view text, std::uint32_t ttl = 300) {
    auto rdata = base::dns::rdata_from_text(type, text);
    if (!rdata)
        throw std::invalid_argument(rdata.error().detail);
    return {name(owner), type, ttl, *rdata};
}

/// The SOA that a negative answer carries.
inline base::dns::Record soa(std::string_view zone, std::uint32_t ttl = 60) {
    return {name(zone), base::dns::RecordType::soa, ttl,
            base::dns::name_rdata(name("ns.test")) + base::dns::name_rdata(name("root.test"))
                + std::string(20, '\1')};
}

} // namespace test
