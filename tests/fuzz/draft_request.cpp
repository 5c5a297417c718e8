// SPDX-License-Identifier: Apache-2.0
// Any body gives a request or issues. What is accepted keeps its promises and survives its own
// encoding.
#include "mpic/wire/draft_request.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

void check(const mpic::CheckRequest& request) {
    require(request.dcv || request.caa);
    require(mpic::wire::valid_request_id(request.request_id));
    require(!request.caa || request.target.name() != nullptr);
    if (request.dcv) {
        if (const auto* http = std::get_if<mpic::HttpQuestion>(&*request.dcv))
            require(!http->expected.empty() && http->path.starts_with('/')
                    && !request.target.wildcard);
        else
            require(!std::get<mpic::DnsQuestion>(*request.dcv).expected.empty());
    }
    const auto again =
        mpic::wire::decode_draft_request(mpic::wire::encode_draft_request(request), "other");
    require(again && *again == request);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libFuzzer's signature
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    const auto request = mpic::wire::decode_draft_request(body, "fuzz");
    if (request)
        check(*request);
    else
        require(!request.error().empty());
    (void)mpic::wire::peek_draft_request(body);
    return 0;
}
