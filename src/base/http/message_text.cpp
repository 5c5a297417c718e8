// SPDX-License-Identifier: Apache-2.0
#include "message_text.hpp"

#include "base/core/encoding.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace base::http {
namespace {

constexpr std::size_t usual_head = 512;

/// By octet.
using OctetSet = std::array<bool, 256>;

constexpr OctetSet token_octets = [] {
    OctetSet set{};
    for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        set[static_cast<unsigned char>(c)] = true;
    return set;
}();

} // namespace

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return token_octets[static_cast<unsigned char>(c)];
    });
}

bool is_control(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

bool has_control(std::string_view text) {
    bool found = false;
    for (const char c : text) { // to the end in any case: many octets at a time
        found |= (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    }
    return found;
}

namespace {

bool is_target(std::string_view text) {
    return !text.empty() && std::ranges::none_of(text, [](char c) {
        return c == ' ' || c == '\t' || is_control(c);
    });
}

bool is_framing(std::string_view name) {
    return ascii_iequals(name, "Content-Length") || ascii_iequals(name, "Transfer-Encoding")
           || ascii_iequals(name, "Connection");
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ");
    const std::size_t from = out.size();
    out.append(value);
    if (has_control(value)) {
        std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(), is_control,
                        ' ');
    }
    out.append("\r\n");
}

void append_fields(std::string& out, const Headers& headers) {
    for (const auto& [name, value] : headers.fields()) {
        if (!is_framing(name) && is_token(name)) {
            append_field(out, name, value);
        }
    }
}

void append_length(std::string& out, std::size_t length) {
    out.append("Content-Length: ").append(fmt::format_int(length).c_str()).append("\r\n");
}

constexpr auto reasons = std::to_array<std::pair<unsigned, std::string_view>>({
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
});

} // namespace

Result<void> check_request(const Request& request) {
    if (!is_token(request.method) || !is_target(request.target)) {
        return fail(FailureKind::invalid,
                    fmt::format("\"{} {}\" cannot be sent in a request line",
                                excerpt(request.method), excerpt(request.target)));
    }
    for (const auto& [name, value] : request.headers.fields()) {
        if (!is_token(name) || has_control(value)) {
            return fail(FailureKind::invalid,
                        fmt::format("the field {} cannot be sent in a request", excerpt(name)));
        }
    }
    return {};
}

Result<void> append_request(std::string& out, const Request& request, bool keep_alive) {
    if (auto sendable = check_request(request); !sendable) {
        return sendable;
    }
    out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
    append_fields(out, request.headers);
    if (!keep_alive) {
        out.append("Connection: close\r\n");
    }
    // RFC 9110 §8.6: a length also for an empty body where the method expects one.
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
        append_length(out, request.body.size());
    }
    out.append("\r\n").append(request.body);
    return {};
}

void append_response(std::string& out, const Response& response, const ResponseFraming& framing) {
    const bool bodiless = response.status == 204 || response.status == 304;
    out.reserve(out.size() + usual_head + response.body.size());
    out.append("HTTP/1.1 ").append(fmt::format_int(response.status).c_str()).append(" ");
    const std::size_t reason = out.size();
    out.append(response.reason.empty() ? standard_reason(response.status) : response.reason);
    std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(reason), out.end(), is_control, ' ');
    out.append("\r\n");
    append_fields(out, response.headers);
    out.append("Date: ").append(framing.date).append("\r\n");
    if (!framing.keep_alive) {
        out.append("Connection: close\r\n");
    } else if (framing.http10) {
        out.append("Connection: keep-alive\r\n");
    }
    if (framing.to_head && response.body.empty() && response.headers.count("Content-Length") == 1) {
        append_field(out, "Content-Length", response.headers.get("Content-Length"));
    } else if (!bodiless) {
        append_length(out, response.body.size());
    }
    out.append("\r\n");
    if (!framing.to_head && !bodiless) {
        out.append(response.body);
    }
}

std::string http_date(WallTime at) {
    static constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed",
                                                          "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[std::chrono::weekday(day).c_encoding()],
        static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
        static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
        time.seconds().count());
}

std::string over_limit(std::string_view what, std::size_t octets) {
    return fmt::format("the request's {} over its limit of {} octets", what, octets);
}

std::string_view standard_reason(unsigned status) {
    const auto* found =
        std::ranges::find(reasons, status, &std::pair<unsigned, std::string_view>::first);
    return found == reasons.end() ? "Status" : found->second;
}

} // namespace base::http
