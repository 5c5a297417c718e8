// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps the value that a request expects out of answers and audit records, should anything that was
// seen on the network carry it: a page with the key authorization and a line too much, or the TXT
// record itself.

#include "mpic/model/check_request.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace mpic::wire {

class Redaction {
public:
    /// HTTP bodies and TXT values are secrets; addresses, names and CAA records are not. Neither is
    /// what is too short to be one.
    explicit Redaction(const CheckRequest& request);

    [[nodiscard]] std::string apply(std::string_view text) const;
    /// False only if no text in this JSON, which a Writer wrote, holds a secret.
    [[nodiscard]] bool may_concern(std::string_view json) const;
    /// Whether there is no secret to look for.
    [[nodiscard]] bool empty() const { return secrets_.empty(); }
    /// Whether a member of this name holds words for people or things seen.
    [[nodiscard]] static constexpr bool concerns(std::string_view key) {
        constexpr std::array<std::string_view, 13> keys{
            "detail",       "seen",     "records",        "records-text", "deciding-record",
            "location",     "url",      "server",         "error",        "sentence",
            "dnssec-proof", "evidence", "extended-errors"};
        return std::ranges::find(keys, key) != keys.end();
    }

private:
    std::vector<std::string> secrets_; ///< as they would be shown, by each way of escaping
    std::vector<std::string> in_json_; ///< what each of them is recognised by, escaped for JSON
};

} // namespace mpic::wire
