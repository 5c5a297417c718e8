// SPDX-License-Identifier: Apache-2.0
#pragma once
// The question that `mpicd check` and `mpicd request` put, as command-line options. It goes through
// the API's own decoder, so that both accept and refuse exactly what the API does.

#include "mpic/model/check_request.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace mpicd {

struct QuestionOptions {
    std::string method; ///< the subcommand: caa, http, dns, tls-alpn-01, …
    std::string domain; ///< of ip-reverse the address
    std::string path;
    std::string scheme;
    std::string record_type;
    std::string prefix;
    std::string expected;
    std::string key_authorization;
    std::string key_digest;
    std::string account_url;
    std::string policy; ///< of a persistent record
    std::string kind;
    std::string source;
    std::vector<std::string> issuer_domains;
    bool wildcard = false;
    std::string account_uri;
    std::string validation_method;
    bool no_caa = false;
    std::string request_id;
};

/// Adds a subcommand for each method to `parent`, with its positional arguments and options, and
/// returns them. `with_caa` adds to all but caa what asks for CAA beside (mpicd request).
[[nodiscard]] std::vector<CLI::App*> add_questions(CLI::App& parent, QuestionOptions& options,
                                                   bool with_caa);

/// The body of the API request that the options amount to.
[[nodiscard]] std::string question_body(const QuestionOptions& options, bool with_caa);

/// The same, decoded. Throws std::runtime_error with every problem, a line each.
[[nodiscard]] mpic::CheckRequest make_question(const QuestionOptions& options, bool with_caa);

} // namespace mpicd
