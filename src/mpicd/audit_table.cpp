// SPDX-License-Identifier: Apache-2.0
#include "mpicd/audit_table.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>

namespace mpicd {

namespace {

using Json = nlohmann::json;

constexpr std::size_t rows_per_block = 256;

/// Request ids and targets are a client's words: nothing in them may move the cursor.
std::string shown(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string()
               ? base::excerpt(found->get_ref<const std::string&>(), 300)
               : "-";
}

} // namespace

void AuditTable::add(const Json& line) {
    const auto& record = line.at("record");
    const auto quorum = record.value("quorum", Json::object());
    rows_.push_back({shown(line, "time"), shown(record, "request-id"), shown(record, "method"),
                     shown(record, "target"), record.value("ok", Json()) == true ? "ok" : "refused",
                     quorum.is_object() ? shown(quorum, "result") : "-", shown(record, "code"),
                     shown(record, "client")});
    if (rows_.size() == rows_per_block)
        flush();
}

void AuditTable::flush() {
    if (!headed_)
        rows_.insert(rows_.begin(),
                     {"time", "request-id", "method", "target", "ok", "quorum", "code", "client"});
    headed_ = true;
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < columns; ++i)
            widths_[i] = std::max(widths_[i], row[i].size());
    for (const auto& row : rows_) {
        std::string text;
        for (std::size_t i = 0; i < columns; ++i)
            text += fmt::format("{:<{}}  ", row[i], i + 1 < columns ? widths_[i] : 0);
        text.erase(text.find_last_not_of(' ') + 1);
        out_ << text << '\n';
    }
    rows_.clear();
}

void AuditTable::finish() {
    if (!rows_.empty())
        flush();
}

} // namespace mpicd
