// SPDX-License-Identifier: Apache-2.0
#include "base/dns/reverse_name.hpp"

#include <gtest/gtest.h>

namespace {

std::string reverse(std::string_view address) {
    return base::dns::reverse_name(base::net::IpAddress::parse(address).value()).text();
}

TEST(ReverseName, OctetsBackwards) { // RFC 1035 §3.5
    EXPECT_EQ(reverse("10.2.0.52"), "52.0.2.10.in-addr.arpa");
    EXPECT_EQ(reverse("255.255.255.255"), "255.255.255.255.in-addr.arpa");
}

TEST(ReverseName, NibblesBackwards) { // RFC 3596 §2.5, its own example
    EXPECT_EQ(reverse("4321:0:1:2:3:4:567:89ab"),
              "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa");
}

} // namespace
