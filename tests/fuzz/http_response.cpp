// SPDX-License-Identifier: Apache-2.0
// What any web server of the Internet may answer. The first octet says into which pieces the rest
// is cut: the outcome must not depend on it, nor any limit be passed.

#include "base/http/response_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using base::http::ResponseReader;
using Progress = ResponseReader::Progress;

constexpr std::size_t head_limit = 512;
constexpr std::size_t body_limit = 64;

void must(bool holds) {
    if (!holds) {
        std::abort();
    }
}

bool over(const ResponseReader& reader) {
    return reader.progress() == Progress::done || reader.progress() == Progress::failed;
}

void read(ResponseReader& reader, std::string_view text, std::size_t piece) {
    std::string pending;
    while (!over(reader) && !text.empty()) {
        pending += text.substr(0, piece);
        text.remove_prefix(std::min(piece, text.size()));
        const std::size_t used = reader.feed(pending);
        must(used <= pending.size());
        pending.erase(0, used);
        must(over(reader) || reader.progress() != Progress::head || pending.size() <= head_limit);
    }
    if (!over(reader)) {
        reader.end_of_input();
    }
    must(over(reader));
    must(reader.response().body.size() <= body_limit);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    ResponseReader whole(head_limit, body_limit);
    read(whole, text, std::max<std::size_t>(text.size(), 1));
    ResponseReader cut(head_limit, body_limit);
    read(cut, text, 1U + data[0] % 64U);
    if (whole.progress() == Progress::done) {
        must(cut.progress() == Progress::done);
        must(whole.response() == cut.response());
        must(whole.response().status >= 200 && whole.response().status <= 999);
    } else {
        must(cut.progress() == Progress::failed);
    }
    return 0;
}
