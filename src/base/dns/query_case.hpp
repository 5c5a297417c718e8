// SPDX-License-Identifier: Apache-2.0
#pragma once
// Random case in a query's name ("0x20", draft-vixie-dnsext-dns0x20): names are compared without
// regard to case (RFC 4343), but servers repeat the question as it stood, so that one more bit per
// letter has to be guessed by who wants to forge a response. Pure, on messages in wire form; what
// does not begin with a question in the Internet's usual form is left as it is.

#include "base/core/random.hpp"

#include <string>
#include <string_view>

namespace base::dns {

/// The query with each letter of its first question's name in a case of its own.
[[nodiscard]] std::string mix_case(std::string query, Random& random);

/// Whether the response begins with the query's question, octet by octet.
[[nodiscard]] bool echoes_question(std::string_view query, std::string_view response);

/// The response with its question spelt as in `query`, if it is the same question.
[[nodiscard]] std::string put_question(std::string response, std::string_view query);

} // namespace base::dns
