// SPDX-License-Identifier: Apache-2.0
#pragma once
// The DNS message codec (RFC 1035 §4, RFC 6891, RFC 8914): pure, total, fuzzed.

#include "base/core/result.hpp"
#include "base/dns/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base::dns {

/// RCODEs of RFC 1035 §4.1.1 and the extended one of RFC 6891; values not listed occur.
enum class Rcode : std::uint16_t {
    noerror = 0,
    formerr = 1,
    servfail = 2,
    nxdomain = 3,
    notimp = 4,
    refused = 5,
    badvers = 16,
};
[[nodiscard]] std::string to_string(Rcode rcode); ///< "SERVFAIL", or "RCODE11"
[[nodiscard]] std::optional<Rcode> rcode_from(std::string_view text);

struct Question {
    Name name;
    RecordType type{};
    bool operator==(const Question&) const = default;
};

/// RFC 8914 extended DNS error.
struct ExtendedError {
    std::uint16_t code = 0;
    std::string text;
    bool operator==(const ExtendedError&) const = default;
};
/// "DNSSEC Bogus (6): no signatures" with the registry's name for the code; text escaped.
[[nodiscard]] std::string to_string(const ExtendedError& error);

struct Edns {
    std::uint8_t version = 0;
    std::uint16_t udp_size = 1232;
    bool dnssec_ok = false;
    std::vector<ExtendedError> errors;
    bool operator==(const Edns&) const = default;
};

struct Message {
    std::uint16_t id = 0;
    bool response = false;
    std::uint8_t opcode = 0;
    bool authoritative = false;
    bool truncated = false;
    bool recursion_desired = false;
    bool recursion_available = false;
    bool authentic_data = false;
    bool checking_disabled = false;
    Rcode rcode{};
    std::vector<Question> questions;
    std::vector<Record> answers;
    std::vector<Record> authority;
    std::vector<Record> additional; ///< without the OPT record
    std::optional<Edns> edns;

    bool operator==(const Message&) const = default;
};

/// What a decoded message holds of what was read; all of it is checked in either case.
enum class Keep {
    all,
    answer, ///< of the records in the authority section the types alone; of those in the additional
            ///< one nothing
};

/// Limits: 65,535 octets, names by Name's rules, compression pointers strictly backwards;
/// dns_malformed names the section and the offset. Class other than IN in a question or record (but
/// OPT), a second OPT or one outside the additional section, and octets after the last section are
/// malformed. More than `max_records` records over all sections is dns_truncated. A TTL with its
/// highest bit set is 0 (RFC 2181 §8). Names that equal `known`, such as that of the question,
/// share it.
[[nodiscard]] Result<Message> decode(std::string_view wire, std::size_t max_records = 4096,
                                     const Name& known = Name(), Keep keep = Keep::all);

/// Owner names are compressed against the first question's name. When `size_limit` is exceeded, the
/// record sections are dropped and TC is set (RFC 2181 §9). An RCODE above 15 brings an OPT record,
/// by which alone it can be told (RFC 6891 §6.1.3).
[[nodiscard]] std::string encode(const Message& message, std::size_t size_limit = 65535);

/// A query as this program sends it: RD, AD asked for (RFC 6840 §5.7), EDNS with 1232 octets.
[[nodiscard]] Message make_query(std::uint16_t id, Question question,
                                 bool checking_disabled = false);
/// The same on the wire, with id 0: what nearly every query is.
[[nodiscard]] std::string query_wire(const Question& question);

} // namespace base::dns
