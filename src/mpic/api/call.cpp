// SPDX-License-Identifier: Apache-2.0
#include "mpic/api/call.hpp"

#include "mpic/api/trace_context.hpp"
#include "mpic/wire/draft_request.hpp"

namespace mpic::api {

Call::Call(Observers observers, const base::http::Request& request)
    : traceparent(valid_traceparent(request.headers.get("traceparent"))),
      observers_(observers),
      started_(observers.clock.steady()) {
    const std::string_view given = request.headers.get("X-Request-Id");
    request_id = wire::valid_request_id(given) ? std::string(given)
                                               : observers_.random.hex(made_request_id_bytes);
}

Call::~Call() {
    if (!answered_)
        observers_.metrics.request(method, 500, observers_.clock.steady() - started_);
}

base::http::Response Call::refuse(const Problem& problem) {
    code = status_of(problem.cause).code;
    return finish(error_response(problem, request_id));
}

base::http::Response Call::finish(base::http::Response response) {
    answered_ = true;
    const auto elapsed = observers_.clock.steady() - started_;
    observers_.metrics.request(method, response.status, elapsed);
    response.headers.set("X-Request-Id", request_id);
    add_security_headers(response);
    if (response.status == 401)
        log_refusal();
    else if (!client.empty() || observers_.bounds.strangers.admit(observers_.clock.steady()))
        log_request(response.status, elapsed);
    return response;
}

void Call::log_request(unsigned status, base::SteadyTime::duration elapsed) {
    using base::log::Level;
    observers_.log.write(status >= 500 ? Level::warn : Level::info, "request",
                         {{"request-id", request_id},
                          {"client", client},
                          {"peer", peer},
                          {"method", method},
                          {"domain", domain},
                          {"status", status},
                          {"ok", ok},
                          {"code", code},
                          {"elapsed-ms", base::as_ms(elapsed)},
                          {"traceparent", traceparent}});
}

void Call::log_refusal() {
    if (const auto withheld = observers_.bounds.refusals.admit(observers_.clock.steady()))
        observers_.log.warn("client-refused", {{"request-id", request_id},
                                               {"peer", peer},
                                               {"status", 401},
                                               {"code", code},
                                               {"reason", refused_because},
                                               {"withheld", *withheld},
                                               {"traceparent", traceparent}});
}

} // namespace mpic::api
