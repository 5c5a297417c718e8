// SPDX-License-Identifier: Apache-2.0
#pragma once
// HTTP/2 frames octet by octet (RFC 9113 §4, §6), for peers that a library would not let be wrong.
// Header blocks are HPACK without a table and without Huffman codes (RFC 7541 §6.2.2).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test::http2 {

enum Type : std::uint8_t {
    data_frame = 0,
    headers_frame = 1,
    priority_frame = 2,
    reset_frame = 3,
    settings_frame = 4,
    ping_frame = 6,
    goaway_frame = 7,
    window_frame = 8,
    continuation_frame = 9,
};
enum Flag : std::uint8_t { none = 0, end_stream = 1, ack = 1, end_headers = 4 };
enum Code : std::uint32_t {
    no_error = 0,
    protocol_error = 1,
    internal_error = 2,
    refused_stream = 7,
    cancel = 8,
    enhance_your_calm = 11,
};

inline constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

inline std::string number(std::uint64_t value, int octets) {
    std::string out;
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
        out += static_cast<char>(value >> shift & 0xff);
    }
    return out;
}

inline std::string frame(Type type, unsigned flags, std::uint32_t stream,
                         std::string_view payload) {
    return number(payload.size(), 3) + static_cast<char>(type) + static_cast<char>(flags)
           + number(stream, 4) + std::string(payload);
}

/// RFC 7541 §5.1 with a prefix of seven bits.
inline std::string length(std::size_t value) {
    if (value < 127) {
        return std::string(1, static_cast<char>(value));
    }
    std::string out(1, '\x7f');
    for (value -= 127; value >= 128; value /= 128) {
        out += static_cast<char>(value % 128 + 128);
    }
    return out + static_cast<char>(value);
}

inline std::string field(std::string_view name, std::string_view value) {
    return '\0' + length(name.size()) + std::string(name) + length(value.size())
           + std::string(value);
}

using Fields = std::vector<std::pair<std::string, std::string>>;
inline std::string block(const Fields& fields) {
    std::string out;
    for (const auto& [name, value] : fields) {
        out += field(name, value);
    }
    return out;
}

inline std::string settings(const std::vector<std::pair<std::uint16_t, std::uint32_t>>& all = {}) {
    std::string payload;
    for (const auto& [id, value] : all) {
        payload += number(id, 2) + number(value, 4);
    }
    return frame(settings_frame, none, 0, payload);
}
inline std::string settings_ack() {
    return frame(settings_frame, ack, 0, "");
}
inline std::string ping(std::string_view payload = "12345678") {
    return frame(ping_frame, none, 0, payload);
}
inline std::string reset(std::uint32_t stream, Code code = cancel) {
    return frame(reset_frame, none, stream, number(code, 4));
}
inline std::string goaway(std::uint32_t last_stream, Code code = no_error) {
    return frame(goaway_frame, none, 0, number(last_stream, 4) + number(code, 4));
}
inline std::string window(std::uint32_t stream, std::uint32_t more) {
    return frame(window_frame, none, stream, number(more, 4));
}
inline std::string data(std::uint32_t stream, std::string_view octets, bool last = true) {
    return frame(data_frame, last ? end_stream : none, stream, octets);
}

inline Fields request_fields(std::string_view method = "GET", std::string_view path = "/") {
    return {{":method", std::string(method)},
            {":scheme", "http"},
            {":authority", "x"},
            {":path", std::string(path)}};
}
inline std::string headers(std::uint32_t stream, const Fields& fields, bool last = true) {
    return frame(headers_frame, last ? end_headers | end_stream : end_headers, stream,
                 block(fields));
}
inline std::string get(std::uint32_t stream, std::string_view path = "/") {
    return headers(stream, request_fields("GET", path));
}
/// The head of a request with a body.
inline std::string post(std::uint32_t stream, Fields more = {}) {
    Fields fields = request_fields("POST");
    fields.insert(fields.end(), more.begin(), more.end());
    return headers(stream, fields, false);
}
inline std::string response(std::uint32_t stream, std::string_view body,
                            std::string_view status = "200") {
    return headers(stream, {{":status", std::string(status)}}, false) + data(stream, body);
}
/// What a client says first.
inline std::string hello() {
    return std::string(preface) + settings() + settings_ack();
}

struct Frame {
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;
    std::string payload;

    [[nodiscard]] bool ends_stream() const {
        return (type == data_frame || type == headers_frame) && (flags & end_stream) != 0;
    }
    /// The error code of a RST_STREAM or GOAWAY.
    [[nodiscard]] std::uint32_t code() const {
        return take(std::string_view(payload).substr(type == goaway_frame ? 4 : 0), 4);
    }
    static std::uint32_t take(std::string_view octets, std::size_t n) {
        std::uint32_t out = 0;
        for (const char c : octets.substr(0, n)) {
            out = out << 8U | static_cast<std::uint8_t>(c);
        }
        return out;
    }
};

/// Takes the first frame off `octets` when it is complete.
inline std::optional<Frame> take_frame(std::string& octets) {
    constexpr std::size_t head = 9;
    if (octets.size() < head || octets.size() < head + Frame::take(octets, 3)) {
        return std::nullopt;
    }
    const std::size_t size = Frame::take(octets, 3);
    Frame out{static_cast<std::uint8_t>(octets[3]), static_cast<std::uint8_t>(octets[4]),
              Frame::take(std::string_view(octets).substr(5), 4), octets.substr(head, size)};
    octets.erase(0, head + size);
    return out;
}

} // namespace test::http2
