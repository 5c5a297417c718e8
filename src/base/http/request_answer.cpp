// SPDX-License-Identifier: Apache-2.0
#include "request_answer.hpp"

#include "base/core/encoding.hpp"
#include "base/core/fault_text.hpp"
#include "base/core/random.hpp"
#include "server_core.hpp"

#include <string>

namespace base::http {

Response answer_fault(const ServerCore& core, const Request& request, const Peer& peer,
                      const std::exception_ptr& escaped) {
    const std::string incident = SystemRandom().hex(8);
    core.log.error("handler-fault", {{"incident", incident},
                                     {"what", fault_text(escaped)},
                                     {"method", request.method},
                                     {"path", excerpt(request.path())},
                                     {"peer", peer.endpoint.to_string()}});
    return core.options.fault(incident);
}

} // namespace base::http
