// SPDX-License-Identifier: Apache-2.0
// What anybody may send to a listener. The first octet says into which pieces the rest is cut: two
// readers that see different pieces must see the same requests, or requests could be smuggled.

#include "base/http/request_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using base::http::ReadProgress;
using base::http::Request;
using base::http::RequestReader;

constexpr std::size_t head_limit = 512;
constexpr std::size_t body_limit = 64;

void must(bool holds) {
    if (!holds) {
        std::abort();
    }
}

struct Reading {
    std::vector<Request> requests;
    bool failed = false;
    bool operator==(const Reading&) const = default;
};

/// Takes what can be taken; whether the reader needs more.
bool take(RequestReader& reader, std::string& pending, Reading& out) {
    const std::size_t used = reader.feed(pending);
    must(used <= pending.size());
    pending.erase(0, used);
    if (reader.progress() == ReadProgress::done) {
        must(reader.request().body.size() <= body_limit);
        must(!reader.request().target.empty());
        out.requests.push_back(reader.request());
        reader.next();
    }
    out.failed = reader.progress() == ReadProgress::failed;
    return out.failed || used == 0 || pending.empty();
}

Reading read(std::string_view text, std::size_t piece) {
    RequestReader reader(head_limit, body_limit);
    Reading out;
    std::string pending;
    while (!out.failed && !text.empty()) {
        pending += text.substr(0, piece);
        text.remove_prefix(std::min(piece, text.size()));
        while (!take(reader, pending, out)) {
        }
    }
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Reading whole = read(text, std::max<std::size_t>(text.size(), 1));
    const Reading cut = read(text, 1U + data[0] % 64U);
    must(whole.requests == cut.requests);
    return 0;
}
