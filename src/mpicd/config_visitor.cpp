// SPDX-License-Identifier: Apache-2.0
#include "mpicd/config_visitor.hpp"

#include <fmt/format.h>

namespace mpicd {

void ConfigVisitor::milliseconds(Field field, base::Milliseconds& value, std::int64_t min,
                                 std::int64_t max) {
    auto number = static_cast<std::int64_t>(value.count());
    integer(field, number, min, max);
    value = base::Milliseconds(number);
}

void ConfigVisitor::endpoint(Field field, base::net::Endpoint& value) {
    auto text_form = value.port == 0 ? std::string() : value.to_string();
    text(field, text_form);
    if (text_form.empty())
        return;
    if (const auto parsed = base::net::Endpoint::parse(text_form))
        value = *parsed;
    else
        problem(field.key, fmt::format("\"{}\" is not ADDRESS:PORT, such as 127.0.0.1:8443 or "
                                       "[::1]:8443",
                                       text_form));
}

void ConfigVisitor::address(Field field, std::optional<base::net::IpAddress>& value) {
    auto text_form = value ? value->to_string() : std::string();
    text(field, text_form);
    if (text_form.empty())
        return;
    value = base::net::IpAddress::parse(text_form);
    if (!value)
        problem(field.key, fmt::format("\"{}\" is not an IP address", text_form));
}

} // namespace mpicd
