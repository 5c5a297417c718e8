// SPDX-License-Identifier: Apache-2.0
#include "base/http/url.hpp"

#include "base/core/encoding.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace base::http {
namespace {

constexpr std::size_t url_length_max = 2048;
constexpr std::size_t host_length_max = 253; // RFC 1035 §2.3.4 in presentation form
constexpr std::size_t label_length_max = 63;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::unexpected<Failure> bad(std::string_view text, std::string_view why) {
    return fail(FailureKind::invalid, fmt::format("URL \"{}\" {}", excerpt(text), why));
}

/// RFC 3986 §2, somewhat wider: {, }, |, ^ and ` are common in queries and harmless in a request
/// line.
std::string_view bad_character(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (const auto octet = static_cast<unsigned char>(c); octet < 0x20 || octet > 0x7e) {
            return "has a control character or an octet outside ASCII";
        }
        if (c == ' ' || c == '\\' || c == '"' || c == '<' || c == '>') {
            return "has a space, backslash, quote or angle bracket";
        }
        if (c == '%' && !(i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]))) {
            return "has a % that does not begin a percent-encoded octet";
        }
    }
    return {};
}

/// RFC 3986 §3 and appendix B: the five components, views into the text.
struct Parts {
    std::optional<std::string_view> scheme;
    std::optional<std::string_view> authority;
    std::string_view path;
    std::optional<std::string_view> query;
};

Parts split(std::string_view text) {
    Parts parts;
    text = text.substr(0, text.find('#'));
    const std::size_t colon = text.find_first_of(":/?");
    if (colon != std::string_view::npos && colon > 0 && text[colon] == ':' && is_alpha(text[0])
        && std::ranges::all_of(text.substr(0, colon), [](char c) {
               return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
           })) {
        parts.scheme = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    if (text.starts_with("//")) {
        text.remove_prefix(2);
        const std::size_t end = std::min(text.find_first_of("/?"), text.size());
        parts.authority = text.substr(0, end);
        text.remove_prefix(end);
    }
    const std::size_t mark = text.find('?');
    parts.path = text.substr(0, mark);
    if (mark != std::string_view::npos) {
        parts.query = text.substr(mark + 1);
    }
    return parts;
}

/// inet_aton() reads "2130706433", "0x7f.1" and "127.1" as addresses; so does getaddrinfo(). All of
/// these end in a label that is a number, which no top-level domain is (RFC 3696 §2).
bool ends_in_number(std::string_view host) {
    const std::string_view last = host.substr(host.rfind('.') + 1);
    if (std::ranges::all_of(last, is_digit)) {
        return true;
    }
    return last.starts_with("0x") && std::ranges::all_of(last.substr(2), is_hex);
}

bool is_dns_name(std::string_view host) {
    if (host.empty() || host.size() > host_length_max) {
        return false;
    }
    while (true) {
        const std::size_t dot = host.find('.');
        const std::string_view label = host.substr(0, dot);
        if (label.empty() || label.size() > label_length_max || label.front() == '-'
            || label.back() == '-' || !std::ranges::all_of(label, [](char c) {
                   return is_alpha(c) || is_digit(c) || c == '-' || c == '_';
               })) {
            return false;
        }
        if (dot == std::string_view::npos) {
            return true;
        }
        host.remove_prefix(dot + 1);
    }
}

std::string_view set_bracketed_host(Url& url, std::string_view literal) {
    url.address = net::IpAddress::parse(literal);
    if (!url.address || !url.address->is_v6()) {
        return "has brackets around something other than an IPv6 address";
    }
    url.host = url.address->to_string();
    return {};
}

std::string_view set_host(Url& url, std::string_view host) {
    url.host = ascii_lower(host);
    url.address = net::IpAddress::parse(url.host);
    if (url.address && !url.address->is_v6()) {
        return {};
    }
    url.address.reset();
    if (url.host.ends_with('.')) {
        url.host.pop_back();
    }
    if (!is_dns_name(url.host)) {
        return "has a host that is neither a DNS name nor an IP address";
    }
    if (ends_in_number(url.host)) {
        return "has a host that looks like an IPv4 address but is not a strict dotted quad";
    }
    return {};
}

std::string_view set_port(Url& url, std::string_view digits) {
    if (digits.empty()) {
        return {}; // RFC 3986 §3.2.3: an empty port is the default one
    }
    unsigned port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.size() > 5
        || port == 0 || port > 65535) {
        return "has a port that is not a number from 1 to 65535";
    }
    url.port = static_cast<std::uint16_t>(port);
    return {};
}

/// Says what is wrong, or nothing.
std::string_view set_authority(Url& url, std::string_view authority) {
    if (authority.contains('@')) {
        return "has userinfo before its host";
    }
    if (authority.empty()) {
        return "has no host";
    }
    if (authority.front() == '[') {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos) {
            return "has an unclosed bracket";
        }
        const std::string_view rest = authority.substr(close + 1);
        if (!rest.empty() && rest.front() != ':') {
            return "has something between its bracket and its port";
        }
        const std::string_view why = set_bracketed_host(url, authority.substr(1, close - 1));
        return why.empty() && !rest.empty() ? set_port(url, rest.substr(1)) : why;
    }
    const std::size_t colon = authority.find(':');
    const std::string_view why = set_host(url, authority.substr(0, colon));
    return why.empty() && colon != std::string_view::npos
               ? set_port(url, authority.substr(colon + 1))
               : why;
}

std::string_view set_scheme(Url& url, std::string_view scheme) {
    url.scheme = ascii_lower(scheme);
    if (url.scheme != "http" && url.scheme != "https") {
        return "has a scheme other than http and https";
    }
    url.port = url.scheme == "https" ? 443 : 80;
    return {};
}

/// RFC 3986 §5.2.4.
std::string remove_dot_segments(std::string_view in) {
    std::string out;
    while (!in.empty()) {
        if (in.starts_with("../")) {
            in.remove_prefix(3);
        } else if (in.starts_with("./") || in.starts_with("/./")) {
            in.remove_prefix(2);
        } else if (in == "/.") {
            in = "/";
        } else if (in.starts_with("/../") || in == "/..") {
            in = in == "/.." ? "/" : in.substr(3);
            out.resize(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
        } else if (in == "." || in == "..") {
            in = {};
        } else {
            const std::size_t next = std::min(in.find('/', 1), in.size());
            out += in.substr(0, next);
            in.remove_prefix(next);
        }
    }
    return out;
}

std::string target_of(std::string_view path, std::optional<std::string_view> query) {
    std::string target(path.empty() ? "/" : path);
    if (query) {
        target += '?';
        target += *query;
    }
    return target;
}

/// RFC 3986 §5.2.2 for a reference without scheme and authority.
std::string relative_target(const Url& base, const Parts& reference) {
    // Not split(): a target may begin with "//", and is a path all the same.
    const std::string_view old_path =
        std::string_view(base.target).substr(0, base.target.find('?'));
    if (reference.path.empty()) {
        return reference.query ? target_of(old_path, reference.query) : base.target;
    }
    if (reference.path.starts_with('/')) {
        return target_of(remove_dot_segments(reference.path), reference.query);
    }
    std::string merged(old_path.substr(0, old_path.rfind('/') + 1));
    merged += reference.path;
    return target_of(remove_dot_segments(merged), reference.query);
}

Result<Url> checked(std::string_view text) {
    if (text.size() > url_length_max) {
        return bad(text, fmt::format("is longer than {} characters", url_length_max));
    }
    if (const auto why = bad_character(text); !why.empty()) {
        return bad(text, why);
    }
    return Url{};
}

} // namespace

std::string Url::host_header() const {
    const std::string shown = address ? address->to_host() : host;
    const std::uint16_t own = scheme == "https" ? 443 : 80;
    return port == own ? shown : fmt::format("{}:{}", shown, port);
}

std::string Url::to_string() const {
    return scheme + "://" + host_header() + target;
}

Result<Url> parse_url(std::string_view text) {
    Result<Url> url = checked(text);
    if (!url) {
        return url;
    }
    const Parts parts = split(text);
    std::string_view why = parts.scheme ? set_scheme(*url, *parts.scheme) : "has no scheme";
    if (why.empty()) {
        why = parts.authority ? set_authority(*url, *parts.authority) : "has no host";
    }
    if (!why.empty()) {
        return bad(text, why);
    }
    url->target = target_of(parts.path, parts.query);
    return url;
}

Result<Url> resolve_reference(const Url& base, std::string_view reference) {
    Result<Url> url = checked(reference);
    if (!url) {
        return url;
    }
    const Parts parts = split(reference);
    const std::string_view scheme = parts.scheme ? *parts.scheme : std::string_view(base.scheme);
    std::string_view why = set_scheme(*url, scheme);
    if (why.empty() && parts.authority) {
        why = set_authority(*url, *parts.authority);
        url->target = target_of(remove_dot_segments(parts.path), parts.query);
    } else if (why.empty() && parts.scheme) {
        why = "has a scheme and no host"; // RFC 3986 §5.2.2, strict
    } else if (why.empty()) {
        url = base;
        url->target = relative_target(base, parts);
    }
    if (!why.empty()) {
        return bad(reference, why);
    }
    if (url->to_string().size() > url_length_max) {
        return bad(reference, fmt::format("resolves to more than {} characters", url_length_max));
    }
    return url;
}

} // namespace base::http
