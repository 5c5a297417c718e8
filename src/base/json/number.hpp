// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json/tree.hpp"

#include <cstdint>

namespace base::json {

struct Number {
    Node::Kind kind = Node::Kind::natural; ///< integer when it has a minus sign, or real
    union {
        std::int64_t integer;
        std::uint64_t natural = 0;
        double real;
    };

    /// Into an Entry of a Node.
    template <class Entry>
    void store(Entry& entry) const {
        entry.kind = kind;
        if (kind == Node::Kind::real)
            entry.real = real;
        else if (kind == Node::Kind::integer)
            entry.integer = integer;
        else
            entry.natural = natural;
    }
};

/// The number (RFC 8259 §6) at the front; returns where it ends, or null when there is none, or
/// none that a double can hold. Whole ones of more than 64 bits are real.
[[nodiscard]] const char* read_number(const char* at, const char* end, Number& out);

} // namespace base::json
