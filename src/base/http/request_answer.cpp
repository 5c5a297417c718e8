// SPDX-License-Identifier: Apache-2.0
#include "request_answer.hpp"

#include "base/core/encoding.hpp"
#include "base/core/random.hpp"
#include "server_core.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <string>

namespace base::http {
namespace {

Response fault(const ServerCore& core, const Request& request, const Peer& peer,
               const std::string& what) {
    const std::string incident = SystemRandom().hex(8);
    core.log.error("handler-fault", {{"incident", incident},
                                     {"what", what},
                                     {"method", request.method},
                                     {"path", excerpt(request.path())},
                                     {"peer", peer.endpoint.to_string()}});
    return core.options.fault(incident);
}

} // namespace

Awaitable<Response> answer_request(ServerCore& core, const Request& request, const Peer& peer) {
    std::string what;
    try {
        co_return co_await core.options.handler(request, peer);
    } catch (const std::exception& error) {
        what = error.what();
    } catch (...) {
        what = "an exception that is no std::exception";
    }
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) { // drain() gave up on it
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    co_return fault(core, request, peer, what);
}

} // namespace base::http
