// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace mpicd {

/// Decisions as a table for people. Rows are written in blocks, each as wide as it needs and never
/// narrower than the one before, so that a long search shows results early and needs little memory.
class AuditTable {
public:
    explicit AuditTable(std::ostream& out) : out_(out) {}
    void add(const nlohmann::json& line);
    /// Writes what is left.
    void finish();

private:
    static constexpr std::size_t columns = 8;
    using Row = std::array<std::string, columns>;
    void flush();

    std::ostream& out_;
    std::vector<Row> rows_;
    std::array<std::size_t, columns> widths_{};
    bool headed_ = false;
};

} // namespace mpicd
