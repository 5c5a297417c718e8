// SPDX-License-Identifier: Apache-2.0
#include "mpicd/process_memory.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace mpicd {

void forbid_core_dumps() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = 0; // the hard limit stays, for allow_core_dumps()
        static_cast<void>(::setrlimit(RLIMIT_CORE, &limit));
    }
    static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

void allow_core_dumps() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        static_cast<void>(::setrlimit(RLIMIT_CORE, &limit));
    }
    static_cast<void>(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

} // namespace mpicd
