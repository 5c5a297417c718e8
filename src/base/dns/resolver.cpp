// SPDX-License-Identifier: Apache-2.0
#include "base/dns/resolver.hpp"

#include "base/async/task_set.hpp"

#include <chrono>
#include <utility>

namespace base::dns {
namespace {

Awaitable<TimedAnswer> timed(Awaitable<Result<Answer>> lookup) {
    const auto started = std::chrono::steady_clock::now();
    auto result = co_await std::move(lookup);
    co_return TimedAnswer{std::move(result), std::chrono::steady_clock::now() - started};
}

} // namespace

Awaitable<std::vector<TimedAnswer>> Resolver::lookup_all(std::vector<Question> questions,
                                                         Deadline deadline) {
    std::vector<Awaitable<TimedAnswer>> lookups;
    lookups.reserve(questions.size());
    for (Question& question : questions)
        lookups.push_back(timed(lookup(std::move(question), deadline)));
    return gather(std::move(lookups));
}

} // namespace base::dns
