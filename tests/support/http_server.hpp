// SPDX-License-Identifier: Apache-2.0
#pragma once
// A base::http::Server on the test's own loop with handlers of the test, drained when the test
// ends.

#include "base/async/deadline.hpp"
#include "base/http/server.hpp"
#include "support/recording_logger.hpp"
#include "support/run.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace test {

class HttpServer {
public:
    HttpServer(boost::asio::io_context& loop, base::http::Handler handler,
               const std::function<void(base::http::ServerOptions&)>& change = {})
        : loop_(loop) {
        base::http::ServerOptions options;
        options.listen = {*base::net::IpAddress::parse("127.0.0.1"), 0};
        options.handler = std::move(handler);
        options.reject = [this](base::http::Rejection why, std::string detail) {
            rejections.push_back(why);
            return base::http::Response{.status = 400, .body = std::move(detail)};
        };
        options.fault = [this](const std::string& incident) {
            incidents.push_back(incident);
            return base::http::Response{.status = 500, .body = incident};
        };
        if (change) {
            change(options);
        }
        server = std::make_unique<base::http::Server>(loop, clock, log, std::move(options));
        server->start();
    }
    ~HttpServer() { drain(); }
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    void drain(base::Milliseconds limit = base::Milliseconds(2000)) {
        run(loop_, server->drain(limit));
    }
    [[nodiscard]] base::net::Endpoint endpoint() const { return server->endpoint(); }

    base::SystemClock clock;
    RecordingLogger log;
    std::vector<base::http::Rejection> rejections;
    std::vector<std::string> incidents;
    std::unique_ptr<base::http::Server> server;

private:
    boost::asio::io_context& loop_;
};

} // namespace test
