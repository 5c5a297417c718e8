// SPDX-License-Identifier: Apache-2.0
#include "mpicd/process_scheduling.hpp"

#include <sched.h>

namespace mpicd {

void wait_for_the_turn() {
    if (::sched_getscheduler(0) != SCHED_OTHER)
        return;
    const sched_param none{};
    static_cast<void>(::sched_setscheduler(0, SCHED_BATCH, &none));
}

} // namespace mpicd
