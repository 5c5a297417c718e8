// SPDX-License-Identifier: Apache-2.0
#pragma once
// Attempts, requests and replies in a few words:
//
//     const auto attempt = test::make_attempt({.remotes = 5, .caa = true});
//     auto replies = test::replies(attempt, {test::Says("iad").dns_passed().caa("example.com",
//     {…}), …});
//
// Perspectives are those of `mpicd dev` and some more: cdg (primary), then iad, fra, nrt, gru, jnb,
// …

#include "base/core/time_text.hpp"
#include "base/dns/record.hpp"
#include "mpic/model/corroboration.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

inline base::WallTime at(std::string_view rfc3339) {
    return base::parse_rfc3339(rfc3339).value();
}

/// Remote seats in the order in which make_attempt() takes them: the first five in five regions.
inline const std::array<mpic::Seat, 8> remote_seats = {{
    {"iad", mpic::Role::remote, mpic::Rir::arin},
    {"fra", mpic::Role::remote, mpic::Rir::ripe_ncc},
    {"nrt", mpic::Role::remote, mpic::Rir::apnic},
    {"gru", mpic::Role::remote, mpic::Rir::lacnic},
    {"jnb", mpic::Role::remote, mpic::Rir::afrinic},
    {"sea", mpic::Role::remote, mpic::Rir::arin},
    {"sto", mpic::Role::remote, mpic::Rir::ripe_ncc},
    {"syd", mpic::Role::remote, mpic::Rir::apnic},
}};

struct AttemptShape {
    bool primary = true;
    std::size_t remotes = 5;
    bool dcv = true;
    bool caa = false;
    bool caa_by_permission = false;
    std::vector<mpic::Rir> rirs = {}; ///< instead of the seats' own, from the first remote on
    base::WallTime now = at("2026-12-15");
    mpic::QuorumPolicy policy = mpic::QuorumPolicy::cabf_br();
};

inline mpic::Attempt make_attempt(AttemptShape shape = {}) {
    mpic::Attempt attempt{.id = "attempt-1",
                          .number = 1,
                          .seats = {},
                          .rule = shape.policy.rule(shape.now, static_cast<int>(shape.remotes)),
                          .asks_dcv = shape.dcv,
                          .asks_caa = shape.caa,
                          .caa_by_permission = shape.caa_by_permission};
    if (shape.primary)
        attempt.seats.push_back({"cdg", mpic::Role::primary, mpic::Rir::ripe_ncc});
    for (std::size_t i = 0; i < shape.remotes; ++i) {
        mpic::Seat seat = remote_seats.at(i);
        if (i < shape.rirs.size())
            seat.rir = shape.rirs[i];
        attempt.seats.push_back(std::move(seat));
    }
    return attempt;
}

/// Wire form of `0 issue "ca.example"`.
inline std::string caa_octets(std::string_view text) {
    return base::dns::rdata_from_text(base::dns::RecordType::caa, text).value();
}

/// One perspective's report, put together. Converts to a Reply.
class Says {
public:
    explicit Says(std::string id) {
        report_.perspective = std::move(id);
        report_.build = "mpicd test";
        report_.started = "2026-11-22T13:55:23.041000Z";
        report_.elapsed_ms = 12.5;
    }

    Says& dcv(mpic::Verdict verdict, std::string code, std::string detail = "") {
        report_.dcv.emplace();
        report_.dcv->finding = {verdict, std::move(code), std::move(detail)};
        return *this;
    }
    Says& dcv_passed() { return dcv(mpic::Verdict::passed, "ok"); }

    /// The lookup of `name` that the last DCV finding rests on.
    Says& lookup(std::string name, std::string type, std::string rcode,
                 std::vector<std::string> records = {}) {
        report_.dcv->lookups.edit().push_back(make_lookup(name, type, rcode, std::move(records)));
        return *this;
    }
    /// A TXT set that does not hold the expected value; none: there is no such record.
    Says& txt(std::vector<std::string> records, std::string owner = "_x.www.example.com") {
        dcv(mpic::Verdict::rejected, records.empty() ? "record-absent" : "record-mismatch");
        return lookup(std::move(owner), "TXT", "NOERROR", std::move(records));
    }
    Says& txt_failed(base::FailureKind kind, std::string rcode = "", std::string extended = "") {
        dcv(mpic::Verdict::undetermined, std::string(base::to_string(kind)));
        lookup("_x.www.example.com", "TXT", std::move(rcode));
        if (!extended.empty())
            report_.dcv->lookups.edit().back().extended_errors.push_back(std::move(extended));
        return *this;
    }

    /// The content came from the last of `tried`; those before it did not answer.
    Says& http_passed(std::vector<std::string> tried = {"192.0.2.1"}) {
        dcv_passed();
        answered(std::move(tried), 200);
        return *this;
    }
    Says& http_status(unsigned status, std::string server = "",
                      std::vector<std::string> tried = {"192.0.2.1"}) {
        dcv(mpic::Verdict::rejected, "http-status");
        answered(std::move(tried), status).server = std::move(server);
        return *this;
    }
    Says& http_body(std::string seen, std::vector<std::string> tried = {"192.0.2.1"}) {
        dcv(mpic::Verdict::rejected, "body-mismatch");
        answered(std::move(tried), 200);
        report_.dcv->seen = std::move(seen);
        return *this;
    }
    Says& http_failed(base::FailureKind kind, std::vector<std::string> tried = {"192.0.2.1"},
                      std::string phase = "connect") {
        const std::string code(base::to_string(kind));
        dcv(mpic::Verdict::undetermined, code, "it failed");
        mpic::HopEvidence& hop = add_hop(std::move(tried), code);
        hop.tried.back().phase = std::move(phase);
        hop.failure = base::Failure{kind, "it failed"};
        return *this;
    }
    /// All addresses that the last hop's name has.
    Says& resolved(std::vector<std::string> addresses) {
        report_.dcv->hops.back().resolved = std::move(addresses);
        return *this;
    }

    /// A determined set, in presentation form.
    Says& caa(std::string node, std::vector<std::string> records) {
        report_.caa.emplace();
        report_.caa->finding = {mpic::Verdict::passed, "ok", ""};
        report_.caa->node = std::move(node);
        for (const std::string& record : records)
            report_.caa->rdata.push_back(caa_octets(record));
        std::ranges::sort(report_.caa->rdata);
        return *this;
    }
    Says& caa_permits(std::string node = "", std::vector<std::string> records = {}) {
        caa(std::move(node), std::move(records));
        report_.caa->permits = true;
        return *this;
    }
    Says& caa_forbids(std::string node, std::string record) {
        caa(std::move(node), {record});
        report_.caa->finding = {mpic::Verdict::rejected, "caa-forbids", "CAA forbids it"};
        report_.caa->permits = false;
        report_.caa->deciding_record = std::move(record);
        return *this;
    }
    Says& caa_failed(base::FailureKind kind, std::string rcode = "", std::string extended = "") {
        report_.caa.emplace();
        report_.caa->finding = {mpic::Verdict::undetermined, std::string(base::to_string(kind)),
                                ""};
        report_.caa->lookups.edit().push_back(make_lookup("www.example.com", "CAA", rcode, {}));
        if (!extended.empty())
            report_.caa->lookups.edit().back().extended_errors.push_back(std::move(extended));
        return *this;
    }

    Says& started(std::string rfc3339) {
        report_.started = std::move(rfc3339);
        return *this;
    }
    /// For what no builder has.
    [[nodiscard]] mpic::PerspectiveReport& report() { return report_; }
    operator mpic::Reply() const { return report_; } // NOLINT: a report is a reply

private:
    static mpic::LookupEvidence make_lookup(std::string name, std::string type, std::string rcode,
                                            std::vector<std::string> records) {
        mpic::LookupEvidence lookup;
        lookup.name = std::move(name);
        lookup.type = std::move(type);
        lookup.rcode = std::move(rcode);
        lookup.record_count = records.size();
        lookup.records = std::move(records);
        lookup.resolver = "127.0.0.1:53";
        lookup.tries = 1;
        return lookup;
    }
    mpic::HopEvidence& add_hop(std::vector<std::string> tried, const std::string& outcome) {
        mpic::HopEvidence& hop = report_.dcv->hops.emplace_back();
        hop.url = "http://www.example.com/x";
        hop.resolved = tried;
        for (std::string& address : tried)
            hop.tried.push_back({std::move(address), outcome, "connect", 3000});
        return hop;
    }
    mpic::HopEvidence& answered(std::vector<std::string> tried, unsigned status) {
        mpic::HopEvidence& hop = add_hop(std::move(tried), "connection-timeout");
        hop.tried.back().outcome = "answered";
        hop.tried.back().phase = "done";
        hop.address = hop.tried.back().address;
        hop.family = hop.address.find(':') == std::string::npos ? "ipv4" : "ipv6";
        hop.status = status;
        return hop;
    }
    mpic::PerspectiveReport report_;
};

/// No report; the failure's kind follows from the outcome unless given.
inline mpic::Reply silent(mpic::Outcome outcome, std::optional<base::FailureKind> kind = {}) {
    const auto usual = outcome == mpic::Outcome::timeout ? base::FailureKind::timeout
                       : outcome == mpic::Outcome::unreachable
                           ? base::FailureKind::connection_refused
                           : base::FailureKind::tls_identity;
    return mpic::NoReport{outcome, {kind.value_or(usual), "no report"}, 2000};
}

using Replies = mpic::Replies;

/// Reports in their perspectives' seats; the other seats are empty.
inline Replies replies(const mpic::Attempt& attempt, std::initializer_list<mpic::Reply> reports) {
    Replies placed(attempt.seats.size());
    for (const mpic::Reply& reply : reports) {
        const auto& id = std::get<mpic::PerspectiveReport>(reply).perspective;
        const auto seat = std::ranges::find(attempt.seats, id, &mpic::Seat::id);
        if (seat == attempt.seats.end())
            throw std::invalid_argument("no seat for " + id);
        placed[static_cast<std::size_t>(seat - attempt.seats.begin())] = reply;
    }
    return placed;
}

inline base::dns::Name name(std::string_view text) {
    return base::dns::Name::parse(text).value();
}

inline mpic::CheckRequest http_request() {
    mpic::CheckRequest request;
    request.request_id = "request-1";
    request.method = "http";
    request.target.host = name("www.example.com");
    request.dcv = mpic::HttpQuestion{name("www.example.com"), "/x", "expected-content"};
    return request;
}

/// TXT "expected-value" at _x.www.example.com.
inline mpic::CheckRequest dns_request() {
    mpic::CheckRequest request = http_request();
    request.method = "dns";
    request.dcv =
        mpic::DnsQuestion{name("_x.www.example.com"), base::dns::RecordType::txt, "expected-value"};
    return request;
}

/// CAA of www.example.com; with an issuer its permission is asked for.
inline mpic::CheckRequest caa_request(std::optional<std::string> issuer = {}) {
    mpic::CheckRequest request = http_request();
    request.method = "caa";
    request.dcv.reset();
    request.caa = mpic::CaaQuestion{name("www.example.com"), false, {}};
    if (issuer)
        request.caa->policy = mpic::CaaPolicy{{*issuer}, {}, {}};
    return request;
}

} // namespace test
