// SPDX-License-Identifier: Apache-2.0
#include "base/dns/message.hpp"
#include "header_bits.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace base::dns {
namespace {

constexpr std::size_t max_message = 65535;
constexpr std::size_t max_rdata = 65535;
constexpr std::size_t usual_query = 96;
constexpr std::size_t question_name_offset = 12;
constexpr std::uint16_t ede_option = 15; // RFC 8914 §2

void put_u16(std::string& out, std::size_t value) {
    out += static_cast<char>(value >> 8 & 0xff);
    out += static_cast<char>(value & 0xff);
}

void put_u32(std::string& out, std::uint32_t value) {
    put_u16(out, value >> 16);
    put_u16(out, value & 0xffff);
}

/// The labels that `name` does not share with `known`, then a pointer into `known`, which stands at
/// `question_name_offset`.
void put_compressed(std::string& out, const Name& name, const Name& known) {
    const auto a = name.labels();
    const auto b = known.labels();
    const auto [a_end, b_end] = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend());
    const auto own = static_cast<std::size_t>(std::distance(a_end, a.rend()));
    const auto skipped = static_cast<std::size_t>(std::distance(b_end, b.rend()));
    for (std::size_t i = 0; i < own; ++i) {
        out += static_cast<char>(a[i].size());
        out += a[i];
    }
    if (own == a.size()) {
        out += '\0'; // nothing shared but the root
        return;
    }
    std::size_t offset = question_name_offset;
    for (std::size_t i = 0; i < skipped; ++i)
        offset += b[i].size() + 1;
    put_u16(out, 0xc000 | offset);
}

std::uint16_t flags_of(const Message& m, bool truncated) {
    const auto bit = [](bool on, std::uint16_t mask) { return on ? mask : std::uint16_t{0}; };
    return static_cast<std::uint16_t>(
        bit(m.response, header_bits::qr) | (m.opcode & 0xf) << 11
        | bit(m.authoritative, header_bits::aa) | bit(truncated, header_bits::tc)
        | bit(m.recursion_desired, header_bits::rd) | bit(m.recursion_available, header_bits::ra)
        | bit(m.authentic_data, header_bits::ad) | bit(m.checking_disabled, header_bits::cd)
        | (std::to_underlying(m.rcode) & header_bits::rcode));
}

bool needs_opt(const Message& m) {
    return m.edns || std::to_underlying(m.rcode) > header_bits::rcode;
}

void put_opt(std::string& out, const Message& m) {
    if (!needs_opt(m))
        return;
    const Edns usual;
    const Edns& edns = m.edns ? *m.edns : usual;
    std::string options;
    for (const ExtendedError& error : edns.errors) {
        put_u16(options, ede_option);
        put_u16(options, error.text.size() + 2);
        put_u16(options, error.code);
        options += error.text;
    }
    out += '\0'; // the root owns it
    put_u16(out, std::to_underlying(RecordType::opt));
    put_u16(out, edns.udp_size);
    put_u32(out, static_cast<std::uint32_t>(std::to_underlying(m.rcode) >> 4 & 0xff) << 24
                     | static_cast<std::uint32_t>(edns.version) << 16
                     | (edns.dnssec_ok ? header_bits::edns_do : 0));
    put_u16(out, options.size());
    out += options;
}

/// Nothing when a record cannot stand in any message.
bool put_records(std::string& out, const std::vector<Record>& records, const Name& known) {
    for (const Record& record : records) {
        if (record.rdata.size() > max_rdata || out.size() > max_message)
            return false;
        put_compressed(out, record.owner, known);
        put_u16(out, std::to_underlying(record.type));
        put_u16(out, header_bits::class_in);
        put_u32(out, record.ttl);
        put_u16(out, record.rdata.size());
        out += record.rdata;
    }
    return true;
}

std::string put_head(const Message& m, bool truncated, bool with_records) {
    std::string out;
    out.reserve(usual_query);
    put_u16(out, m.id);
    put_u16(out, flags_of(m, truncated));
    put_u16(out, m.questions.size());
    put_u16(out, with_records ? m.answers.size() : 0);
    put_u16(out, with_records ? m.authority.size() : 0);
    put_u16(out, (with_records ? m.additional.size() : 0) + (needs_opt(m) ? 1 : 0));
    for (const Question& question : m.questions) {
        out += question.name.wire();
        out += '\0';
        put_u16(out, std::to_underlying(question.type));
        put_u16(out, header_bits::class_in);
    }
    return out;
}

} // namespace

std::string encode(const Message& message, std::size_t size_limit) {
    size_limit = std::min(size_limit, max_message);
    const Name known = message.questions.empty() ? Name() : message.questions.front().name;
    std::string out = put_head(message, message.truncated, true);
    const bool fits = put_records(out, message.answers, known)
                      && put_records(out, message.authority, known)
                      && put_records(out, message.additional, known);
    put_opt(out, message);
    if (fits && out.size() <= size_limit)
        return out;
    out = put_head(message, true, false);
    put_opt(out, message);
    return out;
}

Message make_query(std::uint16_t id, Question question, bool checking_disabled) {
    Message query;
    query.id = id;
    query.recursion_desired = true;
    query.authentic_data = true; // "tell me AD", without asking for the signatures (RFC 6840 §5.7)
    query.checking_disabled = checking_disabled;
    query.questions.push_back(std::move(question));
    query.edns = Edns{};
    return query;
}

std::string query_wire(const Question& question) {
    using namespace std::string_view_literals;
    constexpr auto head = "\0\0\1\x20\0\1\0\0\0\0\0\1"sv;  // RD and AD, a question, an OPT record
    constexpr auto opt = "\0\0\x29\x04\xd0\0\0\0\0\0\0"sv; // 1232 octets
    std::string out;
    out.reserve(usual_query);
    out += head;
    out += question.name.wire();
    out += '\0';
    put_u16(out, std::to_underlying(question.type));
    put_u16(out, header_bits::class_in);
    out += opt;
    return out;
}

} // namespace base::dns
