// SPDX-License-Identifier: Apache-2.0
#pragma once
// Punycode decoding (RFC 3492), for the check that an "xn--" label is one.

#include <optional>
#include <string>
#include <string_view>

namespace base::dns {

/// The code points that `encoded` (what follows "xn--", lower case) stands for; nothing when it is
/// not the output of the encoder for a text with at least one non-ASCII code point. Every such text
/// has one encoding only, so a successful decoding re-encodes to the same.
[[nodiscard]] std::optional<std::u32string> punycode_decode(std::string_view encoded);

} // namespace base::dns
