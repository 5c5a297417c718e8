// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/draft_request.hpp"

#include "base/json/tree.hpp"
#include "mpic/wire/draft_fields.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace mpic::wire {
namespace {

using base::json::Issue;
using base::json::Issues;
using base::json::ObjectReader;
using base::json::Value;

struct Method {
    std::string_view name;
    void (*read)(ObjectReader& body, Draft& draft);
};

/// A further method of the draft is a further line.
constexpr std::array<Method, 11> methods{{
    {"caa", read_caa_method},
    {"http", read_http_method},
    {"dns", read_dns_method},
    {"http-acme", read_http_acme_method},
    {"website-change", read_website_change_method},
    {"tls-alpn-01", read_tls_alpn_method},
    {"dns-01", read_dns_acme_method},
    {"dns-account-01", read_dns_account_method},
    {"dns-persist-01", read_dns_persist_method},
    {"ip-reverse", read_ip_reverse_method},
    {"contact", read_contact_method},
}};

constexpr base::json::ParseOptions parse_options{.max_bytes = request_body_limit, .max_depth = 16};

/// "caa, http, … or contact".
std::string method_list() {
    std::string out;
    for (const Method& method : methods) {
        const bool last = &method == &methods.back();
        out += fmt::format("{}{}", out.empty() ? "" : last ? " or " : ", ", method.name);
    }
    return out;
}

/// The method named in the body; otherwise one issue that lists them. What else the body holds
/// cannot be judged then, so nothing is said about it but a misspelt "method".
const Method* read_method(ObjectReader& body, const Value& document) {
    const auto name = body.string("method", 64);
    if (!name) {
        if (body.has("method"))
            return nullptr;
        body.issue("method", fmt::format("required, one of {}", method_list()));
        for (const auto& [key, value] : document.items())
            if (!base::json::closest(key, {"method"}).empty())
                body.issue(key, "unknown field, did you mean method?");
        return nullptr;
    }
    const auto found = std::ranges::find(methods, *name, &Method::name);
    if (found != methods.end())
        return &*found;
    const std::string meant = base::json::closest(*name, draft_methods());
    body.issue("method", fmt::format("must be one of {}{}", method_list(),
                                     meant.empty() ? "" : ", did you mean " + meant + "?"));
    return nullptr;
}

/// Of a text with nothing odd about it in a quarter of the work.
std::optional<Value> read_document(std::string_view body, Issues& issues) {
    if (const auto tree = base::json::Tree::parse(body, parse_options))
        return base::json::to_value(tree->root());
    return base::json::parse(body, parse_options, issues);
}

void read_request_id(ObjectReader& body, std::string& request_id) {
    auto given = body.string("request-id", request_id_limit);
    if (!given)
        return;
    if (valid_request_id(*given))
        request_id = *std::move(given);
    else
        body.issue("request-id", "must be 1 to 128 characters of printable ASCII");
}

} // namespace

std::expected<CheckRequest, std::vector<Issue>> decode_draft_request(std::string_view body,
                                                                     std::string request_id) {
    Issues issues;
    const auto document = read_document(body, issues);
    if (!document)
        return std::unexpected(issues.list());
    ObjectReader reader(*document, "$", issues);
    if (!document->is_object())
        return std::unexpected(issues.list());
    read_request_id(reader, request_id);
    const Method* method = read_method(reader, *document);
    Draft draft{.issues = issues, .target = {}, .dcv = {}, .caa = {}, .account_url = {}};
    if (method != nullptr) {
        method->read(reader, draft);
        reader.finish();
    }
    if (method == nullptr || !draft.target || !issues.empty())
        return std::unexpected(issues.list());
    return CheckRequest{.request_id = std::move(request_id),
                        .method = std::string(method->name),
                        .target = *std::move(draft.target),
                        .dcv = std::move(draft.dcv),
                        .caa = std::move(draft.caa),
                        .traceparent = {},
                        .account_url = std::move(draft.account_url)};
}

const std::vector<std::string>& draft_methods() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const Method& method : methods)
            out.emplace_back(method.name);
        return out;
    }();
    return names;
}

DraftHead peek_draft_request(std::string_view body) {
    std::string method;
    std::string request_id;
    if (const auto tree = base::json::Tree::parse(body, parse_options)) {
        const auto member = [&](std::string_view key) {
            const auto found = tree->root().find(key);
            return found && found->kind() == base::json::Node::Kind::text
                       ? std::string(found->text())
                       : std::string();
        };
        method = member("method");
        request_id = member("request-id");
    } else if (Issues ignored;
               const auto document = base::json::parse(body, parse_options, ignored)) {
        const auto member = [&](const char* key) {
            const auto found = document->find(key);
            return found != document->end() && found->is_string() ? found->get<std::string>()
                                                                  : std::string();
        };
        method = member("method");
        request_id = member("request-id");
    }
    DraftHead head;
    if (std::ranges::find(methods, method, &Method::name) != methods.end())
        head.method = std::move(method);
    if (valid_request_id(request_id))
        head.request_id = std::move(request_id);
    return head;
}

bool valid_request_id(std::string_view text) {
    return !text.empty() && text.size() <= request_id_limit
           && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

} // namespace mpic::wire
