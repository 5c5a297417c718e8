// SPDX-License-Identifier: Apache-2.0
#include "response_reader.hpp"

#include "strict_parser.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>
#include <optional>

namespace base::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t reserve_max = 64 * 1024;
constexpr int interim_responses_max = 5;

} // namespace

class ResponseReader::Parser final : public StrictParser<false> {
public:
    Parser(Response& response, std::size_t head_limit, std::size_t body_limit)
        : StrictParser(response.headers, response.body, head_limit),
          response_(response),
          limit_(body_limit) {
        this->body_limit(boost::none); // a body over the limit is cut here, not refused by Beast
    }

    [[nodiscard]] bool cut() const { return cut_; }

private:
    void on_request_impl(beast::http::verb, Text, Text, int, Error&) override {}
    void on_response_impl(int code, Text reason, int version, Error& error) override {
        http10_ = version < 11;
        if (code < 100 || code == 101) {
            refuse(error, fmt::format("status {} answers nothing that was asked", code));
        }
        response_.status = static_cast<unsigned>(code);
        response_.reason.assign(reason.data(), reason.size());
    }
    void on_header_impl(Error&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
        if (length) {
            remaining_ = *length;
            body_.reserve(std::min<std::uint64_t>(*length, std::min(limit_, reserve_max)));
        }
    }
    std::size_t on_body_impl(Text octets, Error& error) override {
        const std::size_t room = limit_ - body_.size();
        body_.append(octets.data(), std::min(octets.size(), room));
        remaining_ -= std::min<std::uint64_t>(remaining_, octets.size());
        if (octets.size() > room || (body_.size() == limit_ && remaining_ > 0)) {
            cut_ = true;
            error = beast::http::error::body_limit;
        }
        return octets.size();
    }

    Response& response_;
    std::size_t limit_;
    std::uint64_t remaining_ = 0; ///< of a stated Content-Length
    bool cut_ = false;
};

struct ResponseReader::State {
    std::size_t head_limit;
    std::size_t body_limit;
    Response response;
    std::optional<Parser> parser;
    Progress progress = Progress::head;
    int interim = 0;
    Failure failure{FailureKind::http_malformed, {}};

    void begin() {
        response = {};
        parser.emplace(response, head_limit, body_limit);
        progress = Progress::head;
        head_begun = false;
        head_complete = false;
    }

    void fail_with(FailureKind kind, std::string detail) {
        progress = Progress::failed;
        failure = {kind, std::move(detail)};
    }

    /// A server of another protocol often says little and then waits: judge what is there.
    bool begins_right(std::string_view in) {
        static constexpr std::string_view start = "HTTP/1.";
        const std::size_t n = std::min(in.size(), start.size());
        if (head_begun || in.substr(0, n) == start.substr(0, n)) {
            head_begun = head_begun || n == start.size();
            return true;
        }
        fail_with(FailureKind::http_malformed,
                  fmt::format("not an HTTP/1 response: it begins \"{}\"", excerpt(in, 40)));
        return false;
    }

    void judge(const beast::error_code& error) {
        head_complete = head_complete || (!error && parser->is_header_done());
        if (parser->cut()) {
            progress = Progress::done;
        } else if (error == beast::http::error::header_limit) {
            fail_with(FailureKind::http_too_large, "the response head is over its limit of "
                                                       + std::to_string(head_limit) + " octets");
        } else if (error && error != beast::http::error::need_more) {
            fail_with(FailureKind::http_malformed,
                      "malformed response: "
                          + (parser->reason().empty() ? error.message() : parser->reason()));
        } else if (parser->is_done()) {
            progress = Progress::done;
        } else if (parser->is_header_done()) {
            progress = Progress::body;
        }
    }

    /// RFC 9110 §15.2. Returns whether the message just read was only an interim response.
    bool skip_interim() {
        if (progress != Progress::done || response.status >= 200) {
            return false;
        }
        if (++interim > interim_responses_max) {
            fail_with(FailureKind::http_malformed, "more than 5 interim responses");
            head_complete = false; // the head of an interim response is nobody's answer
            return false;
        }
        begin();
        return true;
    }

    bool head_begun = false; ///< the start of the status line has been seen
    bool head_complete = false;
};

ResponseReader::ResponseReader(std::size_t head_limit, std::size_t body_limit)
    : state_(std::make_unique<State>()) {
    state_->head_limit = head_limit;
    state_->body_limit = body_limit;
    next();
}

ResponseReader::~ResponseReader() = default;

void ResponseReader::next() {
    state_->interim = 0;
    state_->begin();
}

std::size_t ResponseReader::feed(std::string_view in) {
    State& s = *state_;
    std::size_t used = 0;
    while (used < in.size() && (s.progress == Progress::head || s.progress == Progress::body)
           && s.begins_right(in.substr(used))) {
        beast::error_code error;
        used += s.parser->parse(in.substr(used), error);
        s.judge(error);
        if (!s.skip_interim() && error == beast::http::error::need_more) {
            break;
        }
    }
    return used;
}

void ResponseReader::end_of_input() {
    State& s = *state_;
    if (s.progress == Progress::body && s.parser->need_eof()) {
        s.progress = Progress::done;
    } else if (s.progress == Progress::head) {
        s.fail_with(FailureKind::connection_reset,
                    s.head_begun ? "the connection ended within the response head"
                                 : "the connection ended without a response");
    } else if (s.progress == Progress::body) {
        s.fail_with(FailureKind::connection_reset,
                    fmt::format("the connection ended within the response body, after {} octets",
                                s.response.body.size()));
    }
}

ResponseReader::Progress ResponseReader::progress() const {
    return state_->progress;
}

Response& ResponseReader::response() {
    return state_->response;
}

bool ResponseReader::has_head() const {
    return state_->head_complete;
}

bool ResponseReader::until_close() const {
    return state_->parser->is_header_done() && state_->parser->need_eof();
}

bool ResponseReader::keep_alive() const {
    return state_->progress == Progress::done && !cut() && state_->parser->keep_alive();
}

bool ResponseReader::cut() const {
    return state_->parser->cut();
}

const Failure& ResponseReader::failure() const {
    return state_->failure;
}

} // namespace base::http
