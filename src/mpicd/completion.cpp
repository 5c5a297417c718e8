// SPDX-License-Identifier: Apache-2.0
#include "mpicd/command_tree.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace mpicd {

namespace {

constexpr std::string_view made = "Made by `mpicd completion {}`; a test keeps it so.\n";

/// Walks the words before the cursor down the commands: $at is the command that is being typed.
std::string walk_words(const std::vector<Command>& commands, std::string_view before) {
    std::vector<std::string> paths;
    for (const auto& command : commands)
        if (!command.path.empty())
            paths.push_back(fmt::format("\" {}\"", command.path));
    return fmt::format("    for word in {}; do\n"
                       "        case \"$at $word\" in\n"
                       "            {}) at=\"$at $word\" ;;\n"
                       "        esac\n"
                       "    done\n",
                       before, fmt::join(paths, " | "));
}

std::string pattern(const Command& command) {
    return command.path.empty() ? "\"\"" : fmt::format("\" {}\"", command.path);
}

std::vector<std::string> names_of(const Command& command) {
    std::vector<std::string> names;
    for (const auto& option : command.options)
        names.insert(names.end(), option.names.begin(), option.names.end());
    return names;
}

bool takes_files(const Command& command) {
    return std::ranges::any_of(command.positionals, &CommandOption::is_file);
}

/// `case` branches for the values of options: by command and the option before the cursor.
template <class Branch>
std::string value_branches(const std::vector<Command>& commands, Branch branch) {
    std::string text;
    for (const auto& command : commands)
        for (const auto& option : command.options)
            if (!option.value.empty())
                for (const auto& name : option.names)
                    text += fmt::format("        \" {}{}{}\") {} ;;\n", command.path,
                                        command.path.empty() ? "" : " ", name, branch(option));
    return text;
}

/// In single quotes of a shell, and without what _describe takes for a separator.
std::string described(const std::string& name, const std::string& description) {
    std::string text = name + ":";
    for (const char c : description)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return "'" + text + "'";
}

} // namespace

std::string bash_completion(const std::vector<Command>& commands) {
    auto text =
        "# bash completion for mpicd. " + fmt::format(fmt::runtime(made), "bash")
        + "\n_mpicd() {\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local at= word candidates= files=\n"
        + walk_words(commands, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"")
        + "    case \"$at $previous\" in\n"
        + value_branches(commands, [](const CommandOption& option) {
              return option.is_file() ? std::string("files=yes")
                     : option.choices.empty()
                         ? std::string("return")
                         : fmt::format("candidates=\"{}\"", fmt::join(option.choices, " "));
          });
    text += "        *) case \"$at\" in\n";
    for (const auto& command : commands) {
        auto candidates = command.subcommands;
        const auto names = names_of(command);
        candidates.insert(candidates.end(), names.begin(), names.end());
        text += fmt::format("            {}) candidates=\"{}\"{} ;;\n", pattern(command),
                            fmt::join(candidates, " "), takes_files(command) ? "; files=yes" : "");
    }
    return text
           + "        esac ;;\n"
             "    esac\n"
             "    mapfile -t COMPREPLY < <(\n"
             "        compgen -W \"$candidates\" -- \"$current\"\n"
             "        [ -z \"$files\" ] || compgen -f -- \"$current\")\n"
             "    [ -z \"$files\" ] || compopt -o filenames 2>/dev/null\n"
             "}\n"
             "complete -F _mpicd mpicd\n";
}

std::string zsh_completion(const std::vector<Command>& commands) {
    auto text = "#compdef mpicd\n# zsh completion for mpicd. "
                + fmt::format(fmt::runtime(made), "zsh")
                + "\n_mpicd() {\n"
                  "    local at= word files=\n"
                  "    local -a candidates\n"
                + walk_words(commands, "\"${(@)words[2,CURRENT-1]}\"")
                + "    case \"$at $words[CURRENT-1]\" in\n"
                + value_branches(commands, [](const CommandOption& option) {
                      return option.is_file() ? std::string("files=yes")
                             : option.choices.empty()
                                 ? fmt::format("_message '{}'; return", option.value)
                                 : fmt::format("candidates=({})", fmt::join(option.choices, " "));
                  });
    text += "        *) case \"$at\" in\n";
    for (const auto& command : commands) {
        text += fmt::format("            {}) candidates=(\n", pattern(command));
        for (const auto& name : command.subcommands) {
            const auto path = command.path.empty() ? name : command.path + " " + name;
            const auto found = std::ranges::find(commands, path, &Command::path);
            text += fmt::format("                {}\n", described(name, found->description));
        }
        for (const auto& option : command.options)
            for (const auto& name : option.names)
                text += fmt::format("                {}\n", described(name, option.description));
        text += fmt::format("            ){} ;;\n", takes_files(command) ? "; files=yes" : "");
    }
    return text
           + "        esac ;;\n"
             "    esac\n"
             "    (( $#candidates )) && _describe mpicd candidates\n"
             "    [[ -n $files ]] && _files\n"
             "}\n"
             "if [[ $funcstack[1] = _mpicd ]]; then _mpicd \"$@\"; else compdef _mpicd mpicd; fi\n";
}

} // namespace mpicd
