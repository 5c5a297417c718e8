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

void check(const mpic::CheckRequest& request, const mpic::HttpQuestion& question) {
    require(!question.expected.empty() && question.path.starts_with('/')
            && !request.target.wildcard);
}
void check(const mpic::CheckRequest& /*request*/, const mpic::DnsQuestion& question) {
    require(!question.expected.empty());
}
void check(const mpic::CheckRequest& request, const mpic::TlsAlpnQuestion& question) {
    require(question.digest.size() == 32 && !request.target.wildcard);
}
void check(const mpic::CheckRequest& /*request*/, const mpic::PersistQuestion& question) {
    require(!question.issuer_domains.empty() && !question.account_uri.empty());
}
void check(const mpic::CheckRequest& request, const mpic::ReverseQuestion& question) {
    require(request.target.address() != nullptr && question.address == *request.target.address());
}
void check(const mpic::CheckRequest& /*request*/, const mpic::ContactQuestion& question) {
    require(!question.owner.is_root());
}

void check(const mpic::CheckRequest& request) {
    require(request.dcv || request.caa);
    require(mpic::wire::valid_request_id(request.request_id));
    require(!request.caa || request.target.name() != nullptr);
    if (request.dcv)
        std::visit([&](const auto& question) { check(request, question); }, *request.dcv);
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
