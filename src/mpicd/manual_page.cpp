// SPDX-License-Identifier: Apache-2.0
#include "mpicd/command_tree.hpp"

#include <fmt/format.h>

namespace mpicd {

namespace {

constexpr std::string_view opening = R"(.\" Made by `mpicd manual`; a test keeps it so.
.TH MPICD 1 "" mpicd "User Commands"
.SH NAME
mpicd \- multi\-perspective issuance corroboration for certification authorities
.SH SYNOPSIS
.B mpicd
.I COMMAND
[\fIOPTION\fR]...
.br
.B mpicd
[\fICOMMAND\fR]... \fB\-\-help\fR
.SH DESCRIPTION
Before a certification authority issues a TLS certificate, several distant perspectives ask for themselves whether
the applicant controls the domain and whether its CAA records allow it (CA/Browser Forum Baseline Requirements,
section 3.2.2.9).
.B mpicd
is the coordinator that asks them and decides, the agent at each perspective, and the tools around both.
.SH COMMANDS
)";

constexpr std::string_view closing = R"(.SH "EXIT STATUS"
.TP
.B 0
Done; for
.B check
and
.BR request :
passed.
.TP
.B 1
The answer is no: rejected, not ok, problems found, nothing found, not healthy.
.TP
.B 2
.B check
could not determine it.
.TP
.B 3
It could not be started: bad options, a bad configuration, a port that is taken, a file that cannot be read.
.TP
.B 4
A coordinator ended while its journal's disk hung; the log says how many records are in doubt.
.SH ENVIRONMENT
.TP
.B MPICD_TOKEN
The bearer token of
.B mpicd request
when there is no
.BR \-\-token\-file .
.TP
.BI ${ NAME }
in a string of a configuration file is replaced by the environment variable,
.BI ${file: PATH }
by the content of the file.
.SH SIGNALS
.TP
.B SIGHUP
The daemons read their configuration, certificates and keys again; what cannot be used changes nothing.
.TP
.BR SIGTERM ", " SIGINT
The daemons finish what is under way, then end. A second one does not wait.
.SH FILES
.TP
.I /etc/mpicd/coordinator.json
.TQ
.I /etc/mpicd/perspective.json
The configurations of the systemd units.
.TP
.I /var/lib/mpicd/journal
The audit journal.
.SH "SEE ALSO"
.BR unbound (8)
.PP
operations.md, configuration.md and errors.md, installed beside this page under /usr/share/doc/mpicd.
)";

/// For roff: hyphens that can be copied, and no line that is taken for a macro.
std::string roff(std::string_view text) {
    std::string out;
    if (text.starts_with('.') || text.starts_with('\''))
        out = "\\&";
    for (const char c : text) {
        if (c == '-')
            out += "\\-";
        else if (c == '\\')
            out += "\\e";
        else
            out += c;
    }
    return out;
}

/// "[0 - 5], default 1", or nothing.
std::string limits(const CommandOption& option) {
    std::vector<std::string> parts;
    if (option.required && !option.names.empty())
        parts.emplace_back("required");
    if (!option.choices.empty())
        parts.push_back(fmt::format("one of {}", fmt::join(option.choices, ", ")));
    if (!option.range.empty())
        parts.push_back("from " + option.range);
    if (!option.preset.empty())
        parts.push_back("default " + option.preset);
    return parts.empty() ? std::string() : fmt::format(" ({})", fmt::join(parts, "; "));
}

std::string item(const CommandOption& option) {
    std::string head;
    for (const auto& name : option.names)
        head += fmt::format("{}\\fB{}\\fR", head.empty() ? "" : ", ", roff(name));
    if (!option.value.empty())
        head += fmt::format("{}\\fI{}\\fR", head.empty() ? "" : " ", roff(option.value));
    if (option.repeatable)
        head += " ...";
    return fmt::format(".TP\n{}\n{}{}\n", head, roff(option.description), roff(limits(option)));
}

bool is_help(const CommandOption& option) {
    return option.names.front() == "--help";
}

std::string section(const Command& command) {
    auto usage = "mpicd " + command.path;
    for (const auto& positional : command.positionals)
        usage += " " + positional.value + (positional.repeatable ? "..." : "");
    auto text = fmt::format(".SS {}\n{}\n", roff(usage), roff(command.description));
    for (const auto& positional : command.positionals)
        text += item(positional);
    for (const auto& option : command.options)
        if (!is_help(option)) // every command has it
            text += item(option);
    return text;
}

} // namespace

std::string manual_page(const std::vector<Command>& commands) {
    std::string text(opening);
    for (const auto& command : commands)
        if (command.subcommands.empty())
            text += section(command);
    text += ".SS Everywhere\n.TP\n\\fB\\-\\-help\\fR, \\fB\\-h\\fR\nWhat there is at this place.\n"
            ".TP\n\\fBmpicd \\-\\-version\\fR\nVersion, commit, compiler and libraries.\n";
    return text + std::string(closing);
}

} // namespace mpicd
