// SPDX-License-Identifier: Apache-2.0
// Any body gives a question (report) or peer-malformed; what is accepted survives its own encoding,
// and lookups that are kept as text are written as their list would be.
#include "mpic/wire/agent_protocol.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

/// The same without any text that was kept.
std::string encode_listed(mpic::PerspectiveReport report) {
    if (report.dcv)
        static_cast<void>(report.dcv->lookups.edit());
    if (report.caa)
        static_cast<void>(report.caa->lookups.edit());
    return mpic::wire::encode_report(report, "a");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libFuzzer's signature
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    if (const auto question = mpic::wire::decode_question(body)) {
        const auto again = mpic::wire::decode_question(mpic::wire::encode_question(*question));
        require(again && *again == *question);
    } else {
        require(question.error().kind == base::FailureKind::peer_malformed);
    }
    if (const auto report = mpic::wire::decode_report(body, "a")) {
        const auto again = mpic::wire::decode_report(mpic::wire::encode_report(*report, "a"), "a");
        require(again && *again == *report);
        require(encode_listed(*report) == mpic::wire::encode_report(*report, "a"));
    } else {
        require(report.error().kind == base::FailureKind::peer_malformed);
    }
    return 0;
}
