// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/lookup_text.hpp"

#include "base/dns/resolver.hpp"

namespace mpic::wire {
namespace {

using base::json::Retrace;

/// Behind `from`, without the comma that stands there.
std::string_view since(const char* from, const Retrace& in) {
    return {from + 1, in.at()};
}

[[gnu::always_inline]] inline bool texts(Retrace& in) {
    return in.some_texts(max_list, max_text);
}

[[gnu::always_inline]] inline bool text(Retrace& in) {
    return in.some_text(max_text);
}

[[gnu::always_inline]] inline bool count(Retrace& in) {
    return in.natural(max_count);
}

/// Zero would have been left out.
[[gnu::always_inline]] inline bool some(Retrace& in) {
    const char* const from = in.at();
    return in.natural(max_count) && *from != '0';
}

[[gnu::always_inline]] inline bool dnssec(Retrace& in) {
    const char* const from = in.at();
    return text(in) && base::dns::dnssec_state_from({from + 1, in.at() - 1});
}

/// A member that must be there. `opening` is its comma, key and colon.
template <class Value>
[[gnu::always_inline]] inline bool needed(Retrace& in, std::string_view opening, Value value,
                                          std::string_view& out) {
    const char* const from = in.at();
    if (!in.literal(opening) || !value(in))
        return false;
    out = since(from, in);
    return true;
}

/// One that may be absent.
template <class Value>
[[gnu::always_inline]] inline bool maybe(Retrace& in, std::string_view opening, Value value,
                                         std::string_view& out) {
    const char* const from = in.at();
    if (!in.literal(opening))
        return true;
    if (!value(in))
        return false;
    out = since(from, in);
    return true;
}

} // namespace

bool retrace_lookup(Retrace& text_ahead, LookupText& out) {
    Retrace in = text_ahead; // in registers
    const char* const from = in.at();
    if (!in.literal(R"({"name":)") || !text(in) || !in.literal(R"(,"type":)") || !text(in))
        return false;
    out.asked = since(from, in);
    std::string_view unused;
    const bool sound = maybe(in, R"(,"rcode":)", text, out.rcode)
                       && maybe(in, R"(,"records":)", texts, unused)
                       && needed(in, R"(,"record-count":)", count, out.record_count)
                       && maybe(in, R"(,"chain":)", texts, out.chain)
                       && needed(in, R"(,"dnssec":)", dnssec, out.dnssec)
                       && maybe(in, R"(,"dnssec-proof":)", text, out.dnssec_proof)
                       && maybe(in, R"(,"extended-errors":)", texts, out.extended_errors)
                       && maybe(in, R"(,"resolver":)", text, out.resolver)
                       && maybe(in, R"(,"tries":)", some, out.tries)
                       && in.literal(R"(,"elapsed-ms":)") && in.thousandths() && in.literal("}");
    text_ahead = in;
    return sound;
}

} // namespace mpic::wire
