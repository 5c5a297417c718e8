// SPDX-License-Identifier: Apache-2.0
#pragma once
// A RecursiveResolver and the scripted server that it asks, on one loop.

#include "base/core/clock.hpp"
#include "base/core/random.hpp"
#include "base/dns/recursive_resolver.hpp"
#include "support/dns_records.hpp"
#include "support/run.hpp"
#include "support/scripted_dns_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

namespace test {

class ResolverTest : public testing::Test {
protected:
    ResolverTest() { options.servers = {server.endpoint()}; }

    std::unique_ptr<base::dns::RecursiveResolver> make() {
        return std::make_unique<base::dns::RecursiveResolver>(loop, clock, random, options);
    }
    base::Deadline in(base::SteadyTime::duration budget) const {
        return base::Deadline::after(clock.steady(), budget);
    }
    base::Result<base::dns::Answer>
    lookup(base::dns::RecursiveResolver& resolver,
           base::SteadyTime::duration budget = std::chrono::seconds(10)) {
        return run(loop, resolver.lookup(www, in(budget)));
    }
    base::Result<base::dns::Answer> lookup(base::dns::RecursiveResolver& resolver,
                                           const base::dns::Question& asked) {
        return run(loop, resolver.lookup(asked, in(std::chrono::seconds(10))));
    }

    const base::dns::Question www = question("www.example.com", base::dns::RecordType::caa);
    const base::dns::Record www_caa =
        record("www.example.com", base::dns::RecordType::caa, R"(0 issue "ca.example")");

    base::asio::io_context loop;
    base::SystemClock clock;
    base::SeededRandom random{42};
    ScriptedDnsServer server{loop};
    base::dns::RecursiveResolverOptions options;
};

} // namespace test
