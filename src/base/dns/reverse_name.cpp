// SPDX-License-Identifier: Apache-2.0
#include "base/dns/reverse_name.hpp"

#include <ranges>
#include <string>
#include <vector>

namespace base::dns {

Name reverse_name(const net::IpAddress& address) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::vector<std::string> labels;
    for (const char c : address.octets() | std::views::reverse) {
        const auto octet = static_cast<unsigned char>(c);
        if (!address.is_v6()) {
            labels.push_back(std::to_string(octet));
            continue;
        }
        labels.emplace_back(1, digits[octet & 0xfU]);
        labels.emplace_back(1, digits[octet >> 4U]);
    }
    labels.emplace_back(address.is_v6() ? "ip6" : "in-addr");
    labels.emplace_back("arpa");
    return Name::from_labels(labels).value(); // 34 labels and 72 characters at most
}

} // namespace base::dns
