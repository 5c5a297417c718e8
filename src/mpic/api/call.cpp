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
    using base::log::Level;
    answered_ = true;
    const auto elapsed = observers_.clock.steady() - started_;
    observers_.metrics.request(method, response.status, elapsed);
    response.headers.set("X-Request-Id", request_id);
    observers_.log.write(response.status >= 500 ? Level::warn : Level::info, "request",
                         {{"request-id", request_id},
                          {"client", client},
                          {"peer", peer},
                          {"method", method},
                          {"domain", domain},
                          {"status", response.status},
                          {"ok", ok},
                          {"code", code},
                          {"elapsed-ms", base::as_ms(elapsed)},
                          {"traceparent", traceparent}});
    return response;
}

} // namespace mpic::api
