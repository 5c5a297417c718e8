// SPDX-License-Identifier: Apache-2.0
// mpicd audit: proves that a journal is complete and unaltered, and finds records in it.

#include "base/core/time_text.hpp"
#include "mpicd/audit_query.hpp"
#include "mpicd/audit_table.hpp"
#include "mpicd/audit_verify.hpp"
#include "mpicd/roles.hpp"

#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <stdexcept>

namespace mpicd {

namespace {

constexpr int could_not_read = 3;

struct QueryCommand {
    std::vector<std::string> paths;
    std::string domain;
    std::string request_id;
    std::string since;
    std::string until;
    std::string outcome;
    bool json = false;
};

struct VerifyCommand {
    std::vector<std::string> paths;
    std::string anchor;
};

int verify(const VerifyCommand& command) {
    const auto chains = audit_chains(command.paths);
    if (!command.anchor.empty() && chains.size() > 1)
        throw std::runtime_error("--anchor belongs to one journal; verify them one at a time");
    bool intact = true;
    for (const auto& chain : chains)
        intact = verify_audit(chain, command.anchor, std::cout) && intact;
    return intact ? 0 : 1;
}

/// Nothing, or what is wrong with it.
std::string sha256_hex(std::string& text) {
    constexpr std::size_t digits = 64;
    const bool good =
        text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
    return good ? std::string() : "\"" + text + "\" is no SHA-256 in 64 hex digits";
}

void add_paths(CLI::App& command, std::vector<std::string>& paths) {
    command
        .add_option("PATH", paths, "Segments, or their folder; each folder is a journal of its own")
        ->required();
}

void add_verify(CLI::App& audit, int& exit_code) {
    auto* sub = audit.add_subcommand(
        "verify", "Proves that journals are complete and unaltered, and that each decision is the "
                  "one its reports amount to, or says with file and line where not. Exit code 0: "
                  "intact, 1: problems found, 3: could not be read.");
    auto command = std::make_shared<VerifyCommand>();
    add_paths(*sub, command->paths);
    sub->add_option("--anchor", command->anchor,
                    "The hash of the last line that an earlier verification printed, kept "
                    "elsewhere: shows that the end has not been cut off since")
        ->check(CLI::Validator(sha256_hex, "", "anchor"))
        ->type_name("HASH");
    sub->callback([command, &exit_code] { exit_code = verify(*command); });
}

std::optional<base::WallTime> instant(const char* option, const std::string& given,
                                      bool end_of_day) {
    if (given.empty())
        return std::nullopt;
    const auto time = base::parse_rfc3339(given);
    if (!time)
        throw std::runtime_error(fmt::format("{}: \"{}\" is neither a date like 2026-11-22 nor an "
                                             "instant like 2026-11-22T14:00:00Z",
                                             option, given));
    const bool date = given.find('T') == std::string::npos;
    return date && end_of_day ? *time + std::chrono::days(1) : *time;
}

AuditFilter filter_of(const QueryCommand& command) {
    AuditFilter filter;
    filter.domain = normalised_target(command.domain);
    filter.request_id = command.request_id;
    filter.since = instant("--since", command.since, false);
    filter.until = instant("--until", command.until, true);
    if (!command.outcome.empty())
        filter.ok = command.outcome == "ok";
    return filter;
}

int query(const QueryCommand& command) {
    const auto filter = filter_of(command);
    AuditTable table(std::cout);
    std::uint64_t shown = 0;
    std::uint64_t unreadable = 0;
    for (const auto& chain : audit_chains(command.paths))
        unreadable +=
            search_audit(
                chain, filter,
                [&](std::string_view line, const nlohmann::json& parsed) {
                    if (command.json)
                        std::cout << line << '\n';
                    else if (parsed.at("record").at("kind") == "decision")
                        table.add(parsed);
                    else
                        return;
                    ++shown;
                },
                [](const std::string& sentence) { std::cerr << "mpicd: " << sentence << '\n'; })
                .unreadable;
    table.finish();
    if (unreadable > 0)
        return could_not_read;
    return shown > 0 ? 0 : 1;
}

void add_query(CLI::App& audit, int& exit_code) {
    auto* sub = audit.add_subcommand(
        "query", "Finds decisions. Exit code 0: some were found, 1: none, 3: not all could be "
                 "read. Run verify to know whether what is shown is what was written.");
    auto command = std::make_shared<QueryCommand>();
    add_paths(*sub, command->paths);
    sub->add_option("--domain", command->domain,
                    "The name or address asked about; a name finds its wildcard too")
        ->type_name("NAME");
    sub->add_option("--request-id", command->request_id, "The client's, or the one made for it")
        ->type_name("ID");
    sub->add_option("--since", command->since, "From this date (UTC) or RFC 3339 instant on")
        ->type_name("TIME");
    sub->add_option("--until", command->until, "Until the end of this date, or before this instant")
        ->type_name("TIME");
    sub->add_option("--outcome", command->outcome, "Only decisions that ended so")
        ->check(CLI::IsMember({"ok", "refused"}));
    sub->add_flag("--json", command->json,
                  "The journal's lines as they are, late records included unless --outcome is "
                  "given");
    sub->callback([command, &exit_code] { exit_code = query(*command); });
}

} // namespace

void add_audit(CLI::App& app, int& exit_code) {
    auto* audit = app.add_subcommand("audit", "The audit journal.");
    audit->require_subcommand(1);
    add_verify(*audit, exit_code);
    add_query(*audit, exit_code);
}

} // namespace mpicd
