// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/evidence_json.hpp"

#include "base/core/encoding.hpp"

#include <cmath>
#include <concepts>
#include <cstdint>

namespace mpic::wire {
namespace {

/// The members of one piece of evidence. Those are left out that have nothing to tell: an empty
/// text or list, or a zero that means "never came to that"; in full, some are always there.
class Members {
public:
    Members(JsonOut& out, Detail detail) : out_(out), detail_(detail) { out_.open_object(); }
    ~Members() { out_.close_object(); }
    Members(const Members&) = delete;
    Members& operator=(const Members&) = delete;

    void text(MemberName name, std::string_view what) {
        if (!what.empty())
            out_.member(name, what);
    }
    /// In full, also where it is empty.
    void needed_text(MemberName name, std::string_view what) {
        if (detail_ == Detail::full || !what.empty())
            out_.member(name, what);
    }
    void texts(MemberName name, const std::vector<std::string>& what) {
        if (!what.empty())
            out_.member(name, what);
    }
    void number(MemberName name, std::integral auto what) {
        if (what != 0)
            out_.member(name, what);
    }
    void ms(MemberName name, double what) {
        if (what != 0 && std::isfinite(what))
            put_ms(out_, name, what);
    }
    template <class T>
    void list(MemberName name, const std::vector<T>& what,
              void (*put)(JsonOut&, const T&, Detail)) {
        if (what.empty())
            return;
        out_.key(name);
        out_.open_array();
        for (const T& one : what)
            put(out_, one, detail_);
        out_.close_array();
    }
    void failure(const std::optional<base::Failure>& what) {
        if (!what)
            return;
        out_.key("failure");
        Members members(out_, detail_);
        members.text("code", base::to_string(what->kind));
        members.text("detail", what->detail);
    }

private:
    JsonOut& out_;
    Detail detail_;
};

void put_link(JsonOut& out, const LinkEvidence& link, Detail detail) {
    Members members(out, detail);
    members.needed_text("name", link.name);
    members.text("dnssec", base::dns::to_string(link.dnssec));
    members.text("dnssec-proof", link.dnssec_proof);
}

void put_lookup(JsonOut& out, const LookupEvidence& lookup, Detail detail) {
    Members members(out, detail);
    members.needed_text("name", lookup.name);
    members.needed_text("type", lookup.type);
    members.text("rcode", lookup.rcode);
    members.texts("records", lookup.records);
    out.member("record-count", lookup.record_count); // zero says something, too
    members.texts("chain", lookup.chain);
    members.text("dnssec", base::dns::to_string(lookup.dnssec));
    members.text("dnssec-proof", lookup.dnssec_proof);
    members.list("links", lookup.links, put_link);
    members.texts("extended-errors", lookup.extended_errors);
    members.text("resolver", lookup.resolver);
    members.number("tries", lookup.tries);
    put_ms(out, "elapsed-ms", lookup.elapsed_ms);
    members.failure(lookup.failure);
}

void put_tried(JsonOut& out, const AddressTried& tried, Detail detail) {
    Members members(out, detail);
    members.needed_text("address", tried.address);
    members.needed_text("outcome", tried.outcome);
    members.text("phase", tried.phase);
    put_ms(out, "elapsed-ms", tried.elapsed_ms);
}

void put_hop(JsonOut& out, const HopEvidence& hop, Detail detail) {
    Members members(out, detail);
    members.needed_text("url", hop.url);
    members.texts("resolved", hop.resolved);
    members.list("tried", hop.tried, put_tried);
    members.text("address", hop.address);
    members.text("family", hop.family);
    members.number("status", hop.status);
    members.text("location", hop.location);
    members.text("server", hop.server);
    members.text("tls-version", hop.tls_version);
    members.ms("resolve-ms", hop.resolve_ms);
    members.ms("connect-ms", hop.connect_ms);
    members.ms("tls-ms", hop.tls_ms);
    members.ms("first-byte-ms", hop.first_byte_ms);
    members.ms("total-ms", hop.total_ms);
    members.failure(hop.failure);
}

/// The list is there, empty or not.
template <class T>
void put_list(JsonOut& out, MemberName name, const std::vector<T>& evidence,
              void (*put)(JsonOut&, const T&, Detail), Detail detail) {
    out.key(name);
    out.open_array();
    for (const T& one : evidence)
        put(out, one, detail);
    out.close_array();
}

/// As text they are what is written here in either detail.
void put_lookups(JsonOut& out, const Lookups& lookups, Detail detail) {
    if (out.can_repeat(lookups.text()))
        out.raw(lookups.text());
    else
        put_list(out, "lookups", lookups.list(), put_lookup, detail);
}

void put_finding(JsonOut& out, const Finding& finding) {
    out.member("verdict", to_string(finding.verdict));
    out.member("code", finding.code);
    out.member("detail", finding.detail);
}

} // namespace

void put_failure(JsonOut& out, const base::Failure& failure) {
    out.member("code", base::to_string(failure.kind));
    out.member("detail", failure.detail);
}

void put_records(JsonOut& out, const std::vector<std::string>& rdata) {
    out.members("records", rdata, base::base64);
}

void put_record_set(JsonOut& out, std::string_view node, const std::vector<std::string>& rdata) {
    out.member("domain", node);
    put_records(out, rdata);
}

void put_conditions(JsonOut& out, const LookupFailureConditions& conditions,
                    std::string_view evidence) {
    out.key("lookup-failure");
    out.open_object();
    out.member("outside-infrastructure", conditions.outside_infrastructure);
    out.member("retried", conditions.retried);
    out.member("proved-insecure", conditions.proved_insecure);
    out.member("evidence", evidence);
    out.close_object();
}

void put_dcv(JsonOut& out, const DcvReport& report, Detail detail) {
    put_finding(out, report.finding);
    out.member("dnssec", base::dns::to_string(report.dnssec));
    put_lookups(out, report.lookups, detail);
    if (!report.hops.empty())
        put_list(out, "hops", report.hops, put_hop, detail);
    if (!report.seen.empty())
        out.member("seen", report.seen);
    if (!report.selected.empty())
        out.member("selected", report.selected);
}

void put_caa(JsonOut& out, const CaaReport& report, Detail detail) {
    put_finding(out, report.finding);
    out.member("domain", report.node);
    out.members_of(report.rdata, [&] {
        put_records(out, report.rdata);
        if (detail == Detail::brief)
            out.members("records-text", report.rdata, [](const std::string& one) {
                return base::dns::rdata_text(base::dns::RecordType::caa, one);
            });
    });
    if (report.permits)
        out.member("permits", *report.permits);
    if (!report.deciding_record.empty())
        out.member("deciding-record", report.deciding_record);
    out.member("dnssec", base::dns::to_string(report.dnssec));
    put_lookups(out, report.lookups, detail);
    if (report.lookup_failure)
        put_conditions(out, *report.lookup_failure, report.lookup_failure->evidence);
}

void put_ms(JsonOut& out, MemberName name, double ms) {
    constexpr double most = 1e6; // a quarter of an hour; longer and odder ones take the long way
    out.key(name);
    if (ms >= 0 && ms < most)
        out.thousandths(static_cast<std::uint32_t>(std::llround(ms * 1000)));
    else
        out.value(std::isfinite(ms) ? std::round(ms * 1000) / 1000 : 0.0);
}

} // namespace mpic::wire
