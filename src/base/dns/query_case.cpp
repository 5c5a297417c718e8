// SPDX-License-Identifier: Apache-2.0
#include "query_case.hpp"

#include "base/core/encoding.hpp"

#include <cstddef>
#include <cstdint>

namespace base::dns {
namespace {

constexpr std::size_t question_offset = 12;
constexpr std::size_t max_label_octets = 63;

/// The first question's name with its length octets and the root's; empty when there is none. A
/// name in a question has nothing before it that it could point to.
std::string_view question_name(std::string_view message) {
    std::size_t at = question_offset;
    while (at < message.size()) {
        const std::size_t length = static_cast<std::uint8_t>(message[at]);
        if (length > max_label_octets)
            break;
        at += length + 1;
        if (length == 0)
            return message.substr(question_offset, at - question_offset);
    }
    return {};
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

} // namespace

std::string mix_case(std::string query, Random& random) {
    const std::size_t end = question_offset + question_name(query).size();
    std::uint64_t bits = 0;
    int left = 0;
    for (std::size_t at = question_offset; at < end;) {
        const std::size_t label_end = at + 1 + static_cast<std::uint8_t>(query[at]);
        for (++at; at < label_end; ++at) {
            if (!is_letter(query[at]))
                continue;
            if (left-- == 0) {
                bits = random.next();
                left = 63;
            }
            query[at] = static_cast<char>(query[at] ^ ((bits & 1) != 0 ? 0x20 : 0));
            bits >>= 1;
        }
    }
    return query;
}

bool echoes_question(std::string_view query, std::string_view response) {
    const std::string_view name = question_name(query);
    return !name.empty() && question_name(response) == name;
}

std::string put_question(std::string response, std::string_view query) {
    const std::string_view name = question_name(query);
    if (name.empty() || response.size() < question_offset
        || response.compare(question_offset, name.size(), name) == 0) // as nearly always
        return response;
    if (ascii_iequals(question_name(response), name))
        response.replace(question_offset, name.size(), name);
    return response;
}

} // namespace base::dns
