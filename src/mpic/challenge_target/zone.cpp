// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/zone.hpp"

#include <algorithm>
#include <array>

namespace mpic::challenge_target {
namespace {

using base::dns::Message;
using base::dns::Name;
using base::dns::Rcode;
using base::dns::Record;
using base::dns::RecordType;

constexpr int max_aliases = 16;
constexpr std::uint32_t ttl = 0; // a tester's next PUT must be seen by a caching resolver, too

std::string soa_rdata() {
    std::string out = name_rdata(playground()) + name_rdata(*playground().prefixed("hostmaster"));
    for (const std::uint32_t value : {1U, 3600U, 600U, 86400U, ttl}) // RFC 1035 §3.3.13
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            out += static_cast<char>(static_cast<unsigned char>(value >> shift));
    return out;
}

bool is_apex(const Name& name) {
    const Name* apex = zone_of(name);
    return apex != nullptr && *apex == name;
}

/// What one perspective sees of the zone.
class ZoneView {
public:
    ZoneView(const Views& views, const std::string& perspective)
        : views_(views), perspective_(perspective) {}

    struct Found {
        Seen seen;
        bool exists = false;
    };

    [[nodiscard]] Found find(const Name& name, RecordType type) const {
        if (const Seen exact = views_.see(perspective_, name, type); exact.settled())
            return {exact, exists(name) || covered(name)};
        else if (exists(name))
            return {address_of_the_start(name, type, exact), true};
        else {
            Found wild = from_wildcard(name, type);
            wild.seen.delay = std::max(wild.seen.delay, exact.delay);
            if (!wild.seen.settled())
                wild.seen = address_of_the_start(name, type, wild.seen);
            return wild;
        }
    }

    /// The DNAME above `name` that the perspective sees first on its way down (RFC 6672 §3.2).
    [[nodiscard]] std::optional<Record> redirection_above(const Name& name) const {
        std::optional<Record> out;
        const Name* const apex = zone_of(name);
        for (Name above = name; apex != nullptr && above != *apex;) {
            above = above.parent();
            const Seen seen = views_.see(perspective_, above, RecordType::dname);
            if (seen.records && !seen.records->empty())
                out = Record{above, RecordType::dname, ttl, seen.records->front()};
        }
        return out;
    }

private:
    [[nodiscard]] bool exists(const Name& name) const {
        return is_apex(name) || views_.exists(perspective_, name);
    }

    /// The wildcard at the closest encloser (RFC 4592 §3.3.1).
    [[nodiscard]] base::Result<Name> wildcard_for(const Name& name) const {
        Name encloser = name.parent();
        while (!exists(encloser))
            encloser = encloser.parent();
        return encloser.prefixed("*");
    }
    [[nodiscard]] bool covered(const Name& name) const {
        const auto wildcard = wildcard_for(name);
        return wildcard && exists(*wildcard);
    }
    [[nodiscard]] Found from_wildcard(const Name& name, RecordType type) const {
        const auto wildcard = wildcard_for(name);
        if (!wildcard)
            return {};
        return {views_.see(perspective_, *wildcard, type), exists(*wildcard)};
    }

    [[nodiscard]] Seen address_of_the_start(const Name& name, RecordType type, Seen seen) const {
        if ((type != RecordType::a && type != RecordType::aaaa) || name == playground()
            || !name.is_within(playground()))
            return seen;
        seen.records = views_.see(perspective_, *playground().prefixed("*"), type).records;
        return seen;
    }

    const Views& views_;
    const std::string& perspective_;
};

/// `name` with `from` at its end replaced by `to`; nothing when that is too long (RFC 6672 §2.2).
std::optional<Name> substitute(const Name& name, const Name& from, const Name& to) {
    auto out = name.substituted(from, to);
    return out ? std::optional(std::move(*out)) : std::nullopt;
}

void add_soa(const Name& name, Message& response) {
    if (const Name* apex = zone_of(name))
        response.authority.push_back({*apex, RecordType::soa, ttl, soa_rdata()});
}

/// Where `found` or a DNAME above sends the question on, with the records that say so appended.
std::optional<Name> follow(const ZoneView& view, const ZoneView::Found& found, const Name& name,
                           Message& response) {
    if (auto redirection = view.redirection_above(name)) {
        const auto target = base::dns::parse_name_rdata(redirection->rdata);
        const auto owner = redirection->owner;
        response.answers.push_back(std::move(*redirection));
        auto next = target ? substitute(name, owner, *target) : std::nullopt;
        if (!next)
            response.rcode = Rcode{6}; // YXDOMAIN
        else
            response.answers.push_back(
                {name, RecordType::cname, ttl, base::dns::name_rdata(*next)});
        return next;
    }
    if (!found.seen.alias)
        return std::nullopt;
    const std::string& rdata = found.seen.alias->front();
    response.answers.push_back({name, RecordType::cname, ttl, rdata});
    const auto target = base::dns::parse_name_rdata(rdata);
    return target ? std::optional(*target) : std::nullopt;
}

/// One name of the chain. True with `name` moved on when there is more to do.
bool step(const ZoneView& view, Name& name, RecordType type, ZoneAnswer& out) {
    if (is_apex(name) && type == RecordType::soa) {
        out.response.answers.push_back({name, type, ttl, soa_rdata()});
        return false;
    }
    const ZoneView::Found found = view.find(name, type);
    out.delay += found.seen.delay;
    if (found.seen.hidden_by) {
        out.drop = found.seen.hidden_by->drop;
        out.response.rcode = found.seen.hidden_by->rcode;
        return false;
    }
    if (auto next = follow(view, found, name, out.response)) {
        name = std::move(*next);
        return true;
    }
    if (out.response.rcode != Rcode::noerror)
        return false;
    if (found.seen.records && !found.seen.records->empty()) {
        for (const std::string& rdata : *found.seen.records)
            out.response.answers.push_back({name, type, ttl, rdata});
        return false;
    }
    if (!found.exists)
        out.response.rcode = Rcode::nxdomain;
    add_soa(name, out.response); // RFC 2308 §2
    return false;
}

} // namespace

const Name* zone_of(const Name& name) {
    static const std::array<Name, 2> apexes{Name::parse("test").value(),
                                            Name::parse("127.in-addr.arpa").value()};
    const auto* found =
        std::ranges::find_if(apexes, [&name](const Name& apex) { return name.is_within(apex); });
    return found == apexes.end() ? nullptr : found;
}

const Name& playground() {
    static const Name name = Name::parse("mpic.test").value();
    return name;
}

Views::Start start_records(const std::vector<base::net::IpAddress>& addresses) {
    Views::Start start;
    for (const base::net::IpAddress& address : addresses) {
        const RecordType type = address.is_v6() ? RecordType::aaaa : RecordType::a;
        for (const Name& name : {playground(), *playground().prefixed("*")})
            start[{name, type}].emplace_back(address.octets());
    }
    return start;
}

Message response_to(const Message& query) {
    Message out{.id = query.id,
                .response = true,
                .opcode = query.opcode,
                .recursion_desired = query.recursion_desired,
                .recursion_available = true,
                .checking_disabled = query.checking_disabled,
                .questions = query.questions};
    if (query.edns)
        out.edns = base::dns::Edns{.udp_size = 1232, .dnssec_ok = query.edns->dnssec_ok};
    return out;
}

ZoneAnswer answer_from_zone(const Views& views, const std::string& perspective,
                            const Message& query) {
    const ZoneView view(views, perspective);
    ZoneAnswer out{.response = response_to(query)};
    out.response.authoritative = true;
    std::vector<Name> visited{query.questions.front().name};
    for (int aliases = 0; aliases < max_aliases; ++aliases) {
        Name name = visited.back();
        if (zone_of(name) == nullptr) {
            out.continue_at = std::move(name);
            break;
        }
        // An alias loop is answered with the aliases alone: it is for the asker to see it.
        if (!step(view, name, query.questions.front().type, out)
            || std::ranges::find(visited, name) != visited.end())
            break;
        visited.push_back(std::move(name));
    }
    return out;
}

} // namespace mpic::challenge_target
