// SPDX-License-Identifier: Apache-2.0
#include "base/dns/recursive_resolver.hpp"

#include <fstream>
#include <sstream>

namespace base::dns {
namespace {

constexpr std::uint16_t dns_port = 53;
constexpr std::size_t max_servers = 8;
constexpr int max_lines = 1000;

} // namespace

std::vector<net::Endpoint> system_resolvers(const std::string& path) {
    std::vector<net::Endpoint> servers;
    std::ifstream file(path);
    std::string line;
    for (int i = 0; i < max_lines && servers.size() < max_servers && std::getline(file, line);
         ++i) {
        std::istringstream words(line);
        std::string keyword;
        std::string address;
        if (!(words >> keyword >> address) || keyword != "nameserver")
            continue;
        if (const auto parsed =
                net::IpAddress::parse(address)) // no zones: link-local ones are left out
            servers.push_back({*parsed, dns_port});
    }
    if (servers.empty())
        servers.push_back({net::IpAddress::v4({127, 0, 0, 1}), dns_port});
    return servers;
}

} // namespace base::dns
