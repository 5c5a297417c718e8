// SPDX-License-Identifier: Apache-2.0
#pragma once
// One attempt with a primary and five remotes in all five RIR regions, and what its perspectives
// may report: the raw material of decisions.

#include "base/core/time_text.hpp"
#include "mpic/model/corroboration.hpp"
#include "mpic/model/dcv_rules.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace test {

inline mpic::Attempt sample_attempt(const mpic::CheckRequest& request) {
    using enum mpic::Rir;
    const base::WallTime day = base::parse_rfc3339("2026-11-22").value();
    return {.id = "attempt-1",
            .number = 1,
            .seats = {{"cdg", mpic::Role::primary, ripe_ncc},
                      {"iad", mpic::Role::remote, arin},
                      {"fra", mpic::Role::remote, ripe_ncc},
                      {"nrt", mpic::Role::remote, apnic},
                      {"gru", mpic::Role::remote, lacnic},
                      {"jnb", mpic::Role::remote, afrinic}},
            .rule = mpic::QuorumPolicy::cabf_br().rule(day, 5),
            .asks_dcv = request.dcv.has_value(),
            .asks_caa = request.caa.has_value(),
            .caa_by_permission = request.caa && request.caa->policy,
            .dcv_by_selection = request.dcv && mpic::selects_value(*request.dcv)};
}

/// RDATA of `0 issue "letsencrypt.org"`: the draft's own example.
inline std::string sample_caa_rdata() {
    return base::dns::caa_rdata({.flags = 0, .tag = "issue", .value = "letsencrypt.org"});
}

inline mpic::LookupEvidence sample_lookup(std::string name, std::string type) {
    mpic::LookupEvidence out;
    out.name = std::move(name);
    out.type = std::move(type);
    out.rcode = "NOERROR";
    out.dnssec = base::dns::DnssecState::secure;
    out.dnssec_proof = "AD";
    out.resolver = "127.0.0.1:53";
    out.tries = 1;
    out.elapsed_ms = 3.25;
    return out;
}

inline mpic::DcvReport sample_dcv(mpic::Verdict verdict, std::string code, std::string seen = {}) {
    mpic::HopEvidence hop;
    hop.url = "http://a.example/x";
    hop.resolved = {"192.0.2.10"};
    hop.tried = {{"192.0.2.10", "answered", "done", 12.5}};
    hop.address = "192.0.2.10";
    hop.family = "ipv4";
    hop.status = 200;
    hop.total_ms = 12.5;
    return {.finding = {verdict, std::move(code), "what came of it"},
            .lookups = {sample_lookup("a.example", "A")},
            .hops = {hop},
            .seen = std::move(seen),
            .dnssec = base::dns::DnssecState::secure};
}

inline mpic::CaaReport sample_caa(mpic::Verdict verdict, std::string code, std::string node,
                                  std::vector<std::string> rdata) {
    mpic::CaaReport out;
    out.finding = {verdict, std::move(code), "what came of it"};
    out.node = std::move(node);
    out.rdata = std::move(rdata);
    out.lookups = {sample_lookup("a.example", "CAA")};
    out.dnssec = base::dns::DnssecState::secure;
    return out;
}

/// A report that passes whatever `request` asks for, with the draft's example of a CAA record.
inline mpic::PerspectiveReport passing_report(const mpic::CheckRequest& request, std::string id) {
    mpic::PerspectiveReport out;
    out.perspective = std::move(id);
    out.build = "mpicd 0.1.0";
    out.started = "2026-11-22T13:55:23.041000Z";
    out.elapsed_ms = 31.4159;
    if (request.dcv)
        out.dcv = sample_dcv(mpic::Verdict::passed, "ok");
    if (request.dcv && mpic::selects_value(*request.dcv))
        out.dcv->selected = {"selected"};
    if (request.caa)
        out.caa = sample_caa(mpic::Verdict::passed, "ok", "a.example", {sample_caa_rdata()});
    if (request.caa && request.caa->policy)
        out.caa->permits = true;
    return out;
}

/// Everybody passes, but for the replies given in place of theirs.
inline mpic::Tally tally_with(const mpic::CheckRequest& request,
                              std::vector<std::pair<std::size_t, mpic::Reply>> replies = {},
                              std::vector<std::size_t> silent = {}) {
    mpic::Tally tally(sample_attempt(request));
    for (auto& [seat, reply] : replies)
        tally.record(seat, std::move(reply));
    const auto& seats = tally.attempt().seats;
    for (std::size_t i = 0; i < seats.size(); ++i)
        if (std::ranges::find(silent, i) == silent.end())
            tally.record(i, passing_report(request, seats[i].id)); // the first reply counts
    return tally;
}

inline mpic::Corroboration
corroborated(const mpic::CheckRequest& request,
             std::vector<std::pair<std::size_t, mpic::Reply>> replies = {},
             std::vector<std::size_t> silent = {}) {
    return make_corroboration(request, tally_with(request, std::move(replies), std::move(silent)));
}

} // namespace test
