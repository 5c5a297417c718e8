// SPDX-License-Identifier: Apache-2.0
#pragma once
// Beast's HTTP/1 parser, made to fill our own messages and to refuse what RFC 9112 lets a recipient
// refuse: everything that two recipients could read as different messages. Included by the two
// readers only. Pure.

#include "base/core/encoding.hpp"
#include "base/http/message.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace base::http {

template <bool for_request>
class StrictParser : public boost::beast::http::basic_parser<for_request> {
public:
    using Base = boost::beast::http::basic_parser<for_request>;
    using Error = boost::beast::error_code;
    using Field = boost::beast::http::field;
    using Text = boost::beast::string_view; ///< converts to and from std::string_view

    StrictParser(Headers& headers, std::string& body, std::size_t head_limit)
        : headers_(headers), body_(body), head_limit_(head_limit) {
        this->header_limit(
            static_cast<std::uint32_t>(std::min<std::size_t>(head_limit, 1U << 30U)));
    }

    /// Parses from the front of `in` to the end of the head, or of the message once the head is
    /// done. Returns the octets used. `error` is need_more when `in` ends first.
    std::size_t parse(std::string_view in, Error& error) {
        error = boost::beast::http::error::need_more;
        std::size_t used = 0;
        const bool in_head = !this->is_header_done();
        if (const auto flaw = in_head ? head_flaw(in) : std::string_view(); !flaw.empty()) {
            return refuse(error, std::string(flaw));
        }
        while (used < in.size() && !this->is_done() && !too_short(in.substr(used))) {
            const std::size_t n = this->put({in.data() + used, in.size() - used}, error);
            used += n;
            if (error || (in_head && this->is_header_done())) {
                break;
            }
            error = boost::beast::http::error::need_more;
        }
        if (this->is_done() && error == boost::beast::http::error::need_more) {
            error = {};
        }
        if (in_head) {
            bound_head(used, in.size(), error);
        }
        return used;
    }

    /// What was wrong, where it is not the error code's own message.
    [[nodiscard]] const std::string& reason() const { return reason_; }

protected:
    std::size_t refuse(Error& error, std::string reason) {
        error = boost::beast::http::error::bad_value;
        reason_ = std::move(reason);
        return 0;
    }

    Headers& headers_;
    std::string& body_;
    bool http10_ = false;

private:
    static constexpr std::size_t field_lines_max = 256;

    /// Beast 1.81 asserts that a last chunk, once its size is known, comes with five octets. No
    /// chunked message ends with fewer, so nothing is lost by waiting for them.
    [[nodiscard]] bool too_short(std::string_view in) const {
        return in.size() < std::string_view("0\r\n\r\n").size() && in.starts_with('0')
               && this->is_header_done() && this->chunked();
    }

    /// What is wrong with the lines of a head, as far as they are there. Beast joins folded lines
    /// silently, and finds a bare CR or LF only once the end of the head has come, which may be
    /// never.
    static std::string_view head_flaw(std::string_view in) {
        bool first = true;
        for (std::size_t end = in.find('\n'); end != std::string_view::npos; end = in.find('\n')) {
            const std::string_view line = in.substr(0, end);
            if (line.find('\r') != end - 1 || line.empty()) {
                return "a line of the head does not end in CR LF (RFC 9112 §2.2)";
            }
            // Beast takes a line only when it has seen what follows: a fold is never split here.
            if (!first && (line.front() == ' ' || line.front() == '\t')) {
                return "a header line is folded (obs-fold, RFC 9112 §5.2)";
            }
            if (line.size() == 1) {
                break; // the empty line: what follows is no head
            }
            first = false;
            in.remove_prefix(end + 1);
        }
        return {};
    }

    /// Beast applies its limit to what it is given at once, not to the head as a whole.
    void bound_head(std::size_t used, std::size_t available, Error& error) {
        head_octets_ += used;
        const bool complete = this->is_header_done();
        if (head_octets_ + (complete ? 0 : available - used) > head_limit_
            && (!error || error == boost::beast::http::error::need_more)) {
            error = boost::beast::http::error::header_limit;
        }
    }

    void on_field_impl(Field field, Text name, Text text, Error& error) override {
        const std::string_view value = text;
        if (this->is_header_done()) {
            return; // a trailer field; RFC 9110 §6.5.1 lets it be dropped, and merging is a risk
        }
        if (headers_.size() >= field_lines_max) {
            error = boost::beast::http::error::header_limit;
            return;
        }
        if (field == Field::transfer_encoding) {
            if (!ascii_iequals(value, "chunked")) {
                refuse(error, "Transfer-Encoding is something other than chunked");
            } else if (http10_) {
                refuse(error, "HTTP/1.0 has no Transfer-Encoding (RFC 9112 §6.1)");
            }
        } else if (field == Field::content_length && for_request
                   && (value.contains(',') || headers_.count("Content-Length") > 0)) {
            refuse(error, "Content-Length occurs more than once");
        }
        if (!error) {
            headers_.add(name, value);
        }
    }

    void on_chunk_header_impl(std::uint64_t, Text, Error& error) override { error = {}; }
    std::size_t on_chunk_body_impl(std::uint64_t, Text octets, Error& error) override {
        return this->on_body_impl(octets, error);
    }
    void on_finish_impl(Error& error) override { error = {}; }

    std::size_t head_limit_;
    std::size_t head_octets_ = 0;
    std::string reason_;
};

} // namespace base::http
