// SPDX-License-Identifier: Apache-2.0
// Any octets as RDATA, as its presentation form, and as a host name: a value or a failure, never a
// crash; values survive the way there and back.

#include "base/core/encoding.hpp"
#include "base/dns/name.hpp"
#include "base/dns/record.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

using namespace base::dns;

void demand(bool held, const char* property) {
    if (!held) {
        std::fprintf(stderr, "broken property: %s\n", property);
        std::abort();
    }
}

void as_rdata(std::string_view octets) {
    if (const auto property = parse_caa(octets))
        demand(caa_rdata(*property) == octets, "CAA RDATA is written as it was read");
    if (const auto text = parse_txt(octets))
        demand(parse_txt(txt_rdata(*text)).value() == *text, "TXT reads back");
    if (const auto name = parse_name_rdata(octets))
        demand(parse_name_rdata(name_rdata(*name)).value() == *name, "a name reads back");
    for (const auto type : {RecordType::caa, RecordType::txt, RecordType::a, RecordType::aaaa,
                            RecordType::cname, RecordType::mx, RecordType{65280}}) {
        const std::string text = rdata_text(type, octets, 32);
        demand(base::is_utf8(text), "text for people is UTF-8");
        demand(text.size() < 1200, "text for people is bounded"); // a name's 255 octets as \DDD
    }
}

void as_text(std::string_view text) {
    if (const auto rdata = rdata_from_text(RecordType::caa, text);
        rdata && !text.starts_with("\\#"))
        demand(parse_caa(*rdata).has_value(), "CAA text gives CAA RDATA");
    if (const auto rdata = rdata_from_text(RecordType::txt, text))
        demand(parse_txt(*rdata).value() == text, "TXT text is taken whole");
    for (const auto type : {RecordType::a, RecordType::aaaa, RecordType::cname, RecordType::mx})
        static_cast<void>(rdata_from_text(type, text));
    if (const auto name = Name::parse(text))
        demand(Name::parse(name->text()) == name, "a name's text form reads back");
    if (const auto host = host_from_user(text)) {
        demand(host_from_user(host->text()) == host, "a host name is accepted unchanged");
        demand(host->text().size() <= 253, "a host name has its limit");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    as_rdata(input);
    as_text(input);
    return 0;
}
