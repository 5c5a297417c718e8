// SPDX-License-Identifier: Apache-2.0
#include "mpicd/command_tree.hpp"

#include <algorithm>
#include <functional>

namespace mpicd {

namespace {

/// What stands between two marks, if both are there.
std::string between(const std::string& text, std::string_view open, std::string_view close) {
    const auto from = text.find(open);
    if (from == std::string::npos)
        return {};
    const auto begin = from + open.size();
    const auto end = text.find(close, begin);
    return end == std::string::npos ? std::string() : text.substr(begin, end - begin);
}

std::vector<std::string> words(const std::string& list, char separator) {
    std::vector<std::string> out;
    std::size_t at = 0;
    while (at < list.size()) {
        const auto end = std::min(list.find(separator, at), list.size());
        out.push_back(list.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

/// CLI11 tells a value's type and its bounds in one text: "TEXT:{ok,refused}", "INT:INT in [0 -
/// 5]".
CommandOption read_option(const CLI::Option& option) {
    CommandOption out;
    const auto type = option.get_type_name();
    const bool flag = option.get_items_expected_max() == 0;
    if (option.get_positional()) {
        out.value = option.get_name(true);
    } else {
        out.names = words(option.get_name(false, true), ',');
        // The long name first: it is the one that is shown.
        std::ranges::sort(out.names, std::ranges::greater(), &std::string::size);
        if (!flag)
            out.value = type.substr(0, type.find(type.contains(" in [") ? ":" : ":{"));
    }
    out.choices = words(between(type, "{", "}"), ',');
    out.range = between(type, " in [", "]");
    out.preset = option.get_default_str();
    out.description = option.get_description();
    out.required = option.get_required();
    out.repeatable = option.get_items_expected_max() > 1;
    return out;
}

void walk(const CLI::App& app, const std::string& path, std::vector<Command>& out) {
    Command command{.path = path, .description = app.get_description()};
    for (const auto* option : app.get_options([](const CLI::Option*) { return true; }))
        (option->get_positional() ? command.positionals : command.options)
            .push_back(read_option(*option));
    const auto all = app.get_subcommands([](const CLI::App*) { return true; });
    for (const auto* sub : all)
        command.subcommands.push_back(sub->get_name());
    out.push_back(std::move(command));
    for (const auto* sub : all)
        walk(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), out);
}

} // namespace

bool CommandOption::is_file() const {
    return value == "FILE" || value == "DIR" || (names.empty() && value == "PATH");
}

std::vector<Command> command_tree(const CLI::App& program) {
    std::vector<Command> commands;
    walk(program, "", commands);
    return commands;
}

} // namespace mpicd
