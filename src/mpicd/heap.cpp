// SPDX-License-Identifier: Apache-2.0
#include "mpicd/heap.hpp"

#include <cstdio>
#include <malloc.h>
#include <memory>
#include <unistd.h>

namespace mpicd {

namespace {

/// Resident octets beyond those in use that are nobody's concern: the program itself, and what the
/// next requests will need again.
constexpr std::uint64_t worth_it = 32ULL << 20;

/// Octets of physical memory, or 0 where the system does not say.
std::uint64_t resident() {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                               &std::fclose);
    unsigned long long all = 0;
    unsigned long long pages = 0;
    if (!file || std::fscanf(file.get(), "%llu %llu", &all, &pages) != 2)
        return 0;
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace

std::uint64_t give_back_memory() {
    const struct mallinfo2 heap = ::mallinfo2();
    const std::uint64_t before = resident();
    // Free blocks that have been handed back already count as free, but are not resident.
    if (before < heap.uordblks + heap.hblkhd + worth_it || heap.fordblks < worth_it)
        return 0;
    ::malloc_trim(0);
    const std::uint64_t after = resident();
    return before > after ? before - after : 0;
}

} // namespace mpicd
