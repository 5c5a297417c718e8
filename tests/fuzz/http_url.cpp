// SPDX-License-Identifier: Apache-2.0
// URLs and Location values as a subscriber's server may send them. The first line is a URL, the
// rest a reference. Whatever is accepted must be safe to send, and must parse to itself.

#include "base/http/url.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void must(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void check(const base::http::Url& url) {
    must(url.scheme == "http" || url.scheme == "https");
    must(!url.host.empty() && url.port != 0);
    must(url.target.starts_with('/'));
    must(url.target.find_first_of(" \r\n\t\\") == std::string::npos);
    must(url.host.find_first_of(" \r\n\t\\@/?#%") == std::string::npos);
    const auto again = base::http::parse_url(url.to_string());
    must(!again || *again == url); // what is shown may only be over the length limit
    must(again || url.to_string().size() > 2048);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t line = text.find('\n');
    const auto url = base::http::parse_url(text.substr(0, line));
    if (!url) {
        return 0;
    }
    check(*url);
    if (line != std::string_view::npos) {
        if (const auto resolved = base::http::resolve_reference(*url, text.substr(line + 1))) {
            check(*resolved);
        }
    }
    return 0;
}
