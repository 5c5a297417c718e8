// SPDX-License-Identifier: Apache-2.0
#pragma once
// The question that `mpicd check` and `mpicd request` put, as command-line options. It goes through
// the API's own decoder, so that both accept and refuse exactly what the API does.

#include "mpic/model/check_request.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mpicd {

struct QuestionOptions {
    std::string method; ///< caa, http, dns
    std::string domain;
    std::string path;
    std::string record_type;
    std::string prefix;
    std::string expected;
    std::vector<std::string> issuer_domains;
    bool wildcard = false;
    std::string account_uri;
    std::string validation_method;
    bool no_caa = false;
    std::string request_id;
};

/// Adds the subcommands caa, http and dns to `parent`, each with its positional arguments and
/// options, and returns them. `with_caa` adds to http and dns what asks for CAA beside (mpicd
/// request).
[[nodiscard]] std::vector<CLI::App*> add_questions(CLI::App& parent, QuestionOptions& options,
                                                   bool with_caa);

/// The body of the API request that the options amount to.
[[nodiscard]] std::string question_body(const QuestionOptions& options, bool with_caa);

/// The same, decoded. Throws std::runtime_error with every problem, a line each.
[[nodiscard]] mpic::CheckRequest make_question(const QuestionOptions& options, bool with_caa);

} // namespace mpicd
