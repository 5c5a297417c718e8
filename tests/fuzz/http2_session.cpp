// SPDX-License-Identifier: Apache-2.0
// What anybody may send over HTTP/2. The first octet says into which pieces the rest is cut, the
// second how soon requests are answered: whatever comes, requests are within their limits, what is
// under way is bounded, and every stream that was handed out can be answered.

#include "base/http/http2_server.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using base::SteadyTime;
using base::http::Http2Server;
using base::http::Request;
using base::http::ServerLimits;

constexpr std::size_t streams = 4;
constexpr std::size_t enough = 4096;

void must(bool holds) {
    if (!holds) {
        std::abort();
    }
}

std::size_t head_size(const Request& request) {
    std::size_t out = request.method.size() + request.target.size();
    for (const auto& [name, value] : request.headers.fields()) {
        out += name.size() + value.size();
    }
    return out;
}

class Peer {
public:
    explicit Peer(std::uint8_t patience) : patience_(patience % 8U) {}

    /// Whether the connection lives.
    bool hear(std::string_view octets) {
        now_ += std::chrono::milliseconds(octets.size());
        const bool understood = server_.receive(octets, now_);
        for (Http2Server::Stream* stream : server_.arrivals()) {
            check(*stream);
            waiting_.push_back(stream);
        }
        must(waiting_.size() <= streams);
        if (++turn_ % (patience_ + 1U) == 0) {
            answer();
        }
        return say() && understood && !server_.is_over();
    }

    void answer() {
        for (Http2Server::Stream* stream : std::exchange(waiting_, {})) {
            server_.respond(*stream, {.headers = {{"x", "y\r\n"}}, .body = stream->request.body},
                            "now", now_);
        }
    }

    void end() {
        now_ += std::chrono::hours(1);
        server_.expire(now_);
        for (Http2Server::Stream* stream : server_.arrivals()) {
            waiting_.push_back(stream);
        }
        answer();
        static_cast<void>(say());
        server_.shut_down();
        static_cast<void>(say());
    }

private:
    static void check(const Http2Server::Stream& stream) {
        if (stream.rejection) {
            must(!stream.detail.empty());
            return;
        }
        must(stream.request.body.size() <= limits().body_bytes);
        must(head_size(stream.request) <= limits().head_bytes + 64);
        must(!stream.request.target.empty() && !stream.request.method.empty());
        must(stream.request.headers.count("Host") == 1);
    }

    bool say() {
        std::string out;
        bool able = true;
        std::size_t total = 0;
        do {
            out.clear();
            able = server_.append(out, enough);
            total += out.size();
        } while (able && !out.empty());
        must(total < 8U << 20U);
        return able;
    }

    static const ServerLimits& limits() {
        static const ServerLimits made{
            .head_bytes = 512, .body_bytes = 64, .requests_per_connection = 50, .streams = streams};
        return made;
    }

    unsigned patience_;
    unsigned turn_ = 0;
    SteadyTime now_{};
    std::vector<Http2Server::Stream*> waiting_;
    Http2Server server_{limits(), now_};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
    // Mutations seldom find the preface: a leading zero octet stands for it.
    std::string text;
    if (rest.starts_with('\0')) {
        text = base::http::http2_preface;
        rest.remove_prefix(1);
    }
    text += rest;
    rest = text;
    const std::size_t piece = data[0] == 0 ? text.size() : data[0];
    Peer peer(data[1]);
    while (!rest.empty() && peer.hear(rest.substr(0, piece))) {
        rest.remove_prefix(std::min(piece, rest.size()));
    }
    peer.end();
    return 0;
}
