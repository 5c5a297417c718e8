// SPDX-License-Identifier: Apache-2.0
#pragma once
// A table of paths and methods. Tells 404 from 405 and fills in Allow.

#include "base/http/server.hpp"

#include <functional>
#include <string>
#include <vector>

namespace base::http {

class Router {
public:
    struct Route {
        std::string method;
        /// An exact path, or one that ends in "/*" for everything below.
        std::string path;
        Handler handler;
    };

    /// `missing` makes the body of 404 (allow empty) and 405 (the methods the path has).
    Router(std::vector<Route> routes,
           std::function<Response(const Request&, const std::vector<std::string>& allow)> missing);

    /// HEAD is answered by GET's handler with the body dropped; OPTIONS is not special.
    [[nodiscard]] Awaitable<Response> handle(const Request& request, const Peer& peer) const;

private:
    std::vector<Route> routes_;
    std::function<Response(const Request&, const std::vector<std::string>&)> missing_;
};

} // namespace base::http
