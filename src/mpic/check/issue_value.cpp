// SPDX-License-Identifier: Apache-2.0
// The grammar of issue and issuewild values, RFC 8659 §4.2:
//
//   issue-value = *WSP [issuer-domain-name *WSP] [";" *WSP [parameters *WSP]]
//   issuer-domain-name = label *("." label)
//   label = (ALPHA / DIGIT) *( *("-") (ALPHA / DIGIT))
//   parameters = (parameter *WSP ";" *WSP parameters) / parameter
//   parameter = tag *WSP "=" *WSP value
//   tag = (ALPHA / DIGIT) *( *("-") (ALPHA / DIGIT))
//   value = *(%x21-3A / %x3C-7E)

#include "base/core/encoding.hpp"
#include "mpic/check/caa_evaluate.hpp"

#include <cstddef>

namespace mpic::check {
namespace {

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class IssueValueReader {
public:
    explicit IssueValueReader(std::string_view text) : text_(text) {}

    std::optional<IssueValue> read() {
        IssueValue out;
        skip_space();
        if (!at_end() && peek() != ';') {
            const auto issuer = read_domain();
            if (!issuer)
                return std::nullopt;
            out.issuer = *issuer;
            skip_space();
        }
        if (at_end())
            return out;
        if (!take(';'))
            return std::nullopt;
        skip_space();
        if (at_end())
            return out;
        if (!read_parameters(out))
            return std::nullopt;
        return out;
    }

private:
    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] char peek() const { return text_[at_]; }

    bool take(char wanted) {
        if (at_end() || peek() != wanted)
            return false;
        ++at_;
        return true;
    }

    void skip_space() {
        while (!at_end() && (peek() == ' ' || peek() == '\t'))
            ++at_;
    }

    /// `label` and `tag` are the same production: letters and digits with hyphens inside.
    std::optional<std::string> read_label() {
        const std::size_t begin = at_;
        while (!at_end() && (is_alphanumeric(peek()) || peek() == '-'))
            ++at_;
        const std::string_view label = text_.substr(begin, at_ - begin);
        if (label.empty() || label.front() == '-' || label.back() == '-')
            return std::nullopt;
        return base::ascii_lower(label);
    }

    std::optional<std::string> read_domain() {
        auto domain = read_label();
        while (domain && take('.')) {
            const auto label = read_label();
            if (!label)
                return std::nullopt;
            *domain += "." + *label;
        }
        return domain;
    }

    std::string read_octets() {
        const std::size_t begin = at_;
        while (!at_end() && peek() >= 0x21 && peek() <= 0x7e && peek() != ';')
            ++at_;
        return std::string(text_.substr(begin, at_ - begin));
    }

    /// One parameter or more; a ";" is only ever between two of them.
    bool read_parameters(IssueValue& out) {
        do {
            skip_space();
            const auto tag = read_label();
            skip_space();
            if (!tag || !take('='))
                return false;
            skip_space();
            out.parameters.emplace_back(*tag, read_octets());
            skip_space();
        } while (take(';'));
        return at_end();
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

std::optional<IssueValue> parse_issue_value(std::string_view value) {
    return IssueValueReader(value).read();
}

} // namespace mpic::check
