// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a response says about the question that was asked: pure.

#include "base/core/result.hpp"
#include "base/dns/message.hpp"
#include "base/dns/resolver.hpp"

#include <cstdint>

namespace base::dns {

/// The Answer in a recursive resolver's response. Aliases are followed inside the answer section,
/// whatever its order; records of other owners and types do not count, duplicates count once.
/// `dnssec` is what AD and the extended errors alone say.
///
/// dns_malformed: the response does not answer this question (id, QR, opcode, question),
/// contradicts itself (two aliases at one name, records with NXDOMAIN), or is a referral, which
/// says that the server does not recurse. dns_truncated: TC is set; the transport has been to TCP
/// by then. dns_loop: an alias leads back, or there are more than `max_chain`.
[[nodiscard]] Result<Answer> interpret(const Message& response, const Question& question,
                                       std::uint16_t id, int max_chain);

/// The part of the above that concerns any response: it belongs to the question, and is complete.
[[nodiscard]] Result<void> check_response(const Message& response, const Question& question,
                                          std::uint16_t id);

/// True for the extended errors that say that validation failed (RFC 8914 §4.7-4.13).
[[nodiscard]] bool says_bogus(const ExtendedError& error);

} // namespace base::dns
