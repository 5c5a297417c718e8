// SPDX-License-Identifier: Apache-2.0
#include "request_reader.hpp"

#include "message_text.hpp"
#include "strict_parser.hpp"

#include "base/core/encoding.hpp"

#include <optional>

namespace base::http {
namespace {

namespace beast = boost::beast;

/// A kept-alive connection does not keep the memory of the largest body it ever carried.
constexpr std::size_t kept_capacity = 16 * 1024;
constexpr int leading_empty_lines_max = 4;
constexpr std::size_t usual_fields = 8;

/// RFC 9112 §3.2: the origin form of `target`, or nothing when it has none.
std::optional<std::string_view> origin_form(std::string_view target) {
    if (target.starts_with('/') || target == "*") {
        return target;
    }
    const std::size_t authority = target.find("://");
    const std::string_view scheme = target.substr(0, authority);
    if (authority == std::string_view::npos
        || !(ascii_iequals(scheme, "http") || ascii_iequals(scheme, "https"))) {
        return std::nullopt;
    }
    const std::size_t path = target.find_first_of("/?", authority + 3);
    if (path == std::string_view::npos) {
        return "/";
    }
    return target[path] == '/' ? std::optional(target.substr(path)) : std::nullopt;
}

Rejection rejection_for(const beast::error_code& error) {
    using beast::http::error;
    if (error == error::header_limit) {
        return Rejection::head_too_large;
    }
    if (error == error::body_limit) {
        return Rejection::body_too_large;
    }
    if (error == error::bad_version) {
        return Rejection::version_unsupported;
    }
    return Rejection::malformed;
}

} // namespace

class RequestReader::Parser final : public StrictParser<true> {
public:
    Parser(Request& request, std::size_t head_limit, std::size_t body_limit)
        : StrictParser(request.headers, request.body, head_limit),
          request_(request),
          body_limit_(body_limit) {
        this->body_limit(body_limit);
    }

    [[nodiscard]] bool http10() const { return http10_; }

private:
    void on_request_impl(beast::http::verb, Text method, Text target, int version,
                         Error& error) override {
        http10_ = version < 11;
        const auto origin = origin_form(target);
        if (!origin) {
            refuse(error, "the request target has no path");
            return;
        }
        request_.headers.reserve(usual_fields);
        request_.method.assign(method.data(), method.size());
        request_.target = *origin;
    }
    void on_response_impl(int, Text, int, Error&) override {}

    void on_header_impl(Error& error) override {
        const std::size_t hosts = headers_.count("Host");
        if (hosts > 1 || (hosts == 0 && !http10_)) {
            refuse(error, "a request has exactly one Host (RFC 9112 §3.2)");
        }
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
        body_.reserve(length ? std::min<std::size_t>(*length, body_limit_) : 0);
    }
    std::size_t on_body_impl(Text octets, Error&) override {
        body_.append(octets.data(), octets.size());
        return octets.size();
    }

    Request& request_;
    std::size_t body_limit_;
};

struct RequestReader::State {
    std::size_t head_limit;
    std::size_t body_limit;
    Request request;
    std::optional<Parser> parser;
    ReadProgress progress = ReadProgress::need_more;
    int empty_lines = 0;
    Rejection rejection = Rejection::malformed;
    std::string detail;

    void reject(const beast::error_code& error) {
        progress = ReadProgress::failed;
        rejection = rejection_for(error);
        detail = parser->reason();
        if (!detail.empty()) {
            return;
        }
        if (rejection == Rejection::body_too_large) {
            detail = over_limit("body is", body_limit);
        } else if (rejection == Rejection::head_too_large) {
            detail = over_limit("head is", head_limit);
        } else {
            detail = error.message();
        }
    }

    /// RFC 9112 §2.2: an empty line before a request is ignored. Returns the octets skipped.
    std::size_t skip_empty_lines(std::string_view in) {
        std::size_t skipped = 0;
        while (!parser->got_some() && in.substr(skipped).starts_with("\r\n")) {
            skipped += 2;
            if (++empty_lines > leading_empty_lines_max) {
                reject(beast::http::error::bad_method);
                break;
            }
        }
        return skipped;
    }
};

RequestReader::RequestReader(std::size_t head_limit, std::size_t body_limit)
    : state_(std::make_unique<State>()) {
    state_->head_limit = head_limit;
    state_->body_limit = body_limit;
    next();
}

RequestReader::~RequestReader() = default;

void RequestReader::next() {
    Request& request = state_->request;
    request.headers = {};
    if (request.body.capacity() > kept_capacity) {
        request.body = {};
    }
    request.body.clear();
    state_->parser.emplace(request, state_->head_limit, state_->body_limit);
    state_->progress = ReadProgress::need_more;
    state_->empty_lines = 0;
}

std::size_t RequestReader::feed(std::string_view in) {
    State& s = *state_;
    std::size_t used = s.skip_empty_lines(in);
    if (used == in.size() || in.substr(used) == "\r" || s.progress == ReadProgress::failed) {
        return used;
    }
    const bool in_head = !s.parser->is_header_done();
    beast::error_code error;
    used += s.parser->parse(in.substr(used), error);
    if (error && error != beast::http::error::need_more) {
        s.reject(error);
    } else if (s.parser->is_done()) {
        s.progress = ReadProgress::done;
    } else {
        s.progress =
            in_head && s.parser->is_header_done() ? ReadProgress::head : ReadProgress::need_more;
    }
    return used;
}

ReadProgress RequestReader::progress() const {
    return state_->progress;
}

const Request& RequestReader::request() const {
    return state_->request;
}

bool RequestReader::keep_alive() const {
    return state_->progress == ReadProgress::done && state_->parser->keep_alive();
}

bool RequestReader::http10() const {
    return state_->parser->http10();
}

bool RequestReader::expects_continue() const {
    return !http10() && ascii_iequals(state_->request.headers.get("Expect"), "100-continue");
}

Rejection RequestReader::rejection() const {
    return state_->rejection;
}

const std::string& RequestReader::detail() const {
    return state_->detail;
}

} // namespace base::http
