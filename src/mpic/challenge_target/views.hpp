// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the challenge-test target answers, as it was set: one layer for everybody and one for each
// perspective that was given a view of its own. Pure data on one loop.

#include "base/core/clock.hpp"
#include "base/dns/message.hpp"
#include "base/http/message.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpic::challenge_target {

/// The RDATA of one RRset.
using Rdata = std::vector<std::string>;

/// How a name answers, whatever the type asked for.
struct Behaviour {
    base::dns::Rcode rcode = base::dns::Rcode::noerror; ///< noerror: the records as they are set
    bool drop = false;
    base::Milliseconds delay{0};

    [[nodiscard]] bool hides_records() const { return drop || rcode != base::dns::Rcode::noerror; }
    bool operator==(const Behaviour&) const = default;
};

struct HttpAnswer {
    base::http::Response response;
    base::Milliseconds delay{0};
    bool operator==(const HttpAnswer&) const = default;
};

/// The challenge certificate to show to who offers acme-tls/1 (RFC 8737).
struct TlsAnswer {
    std::string identifier; ///< the one subjectAltName: a name or an address
    std::string digest;     ///< SHA-256 of the key authorization
    bool operator==(const TlsAnswer&) const = default;
};

/// Host (lower case, no port) and path (no query).
using HttpPlace = std::pair<std::string, std::string>;

/// What one perspective sees at one name for one type. At most one of hidden_by, alias and records.
struct Seen {
    const Behaviour* hidden_by = nullptr; ///< an RCODE or silence instead of records
    const Rdata* alias = nullptr;         ///< a CNAME where another type was asked for
    const Rdata* records = nullptr;       ///< as set for that type, perhaps to nothing
    base::Milliseconds delay{0};

    [[nodiscard]] bool settled() const { return hidden_by || alias || records; }
};

/// What is set for one perspective hides what is set for all: by type for records, and a
/// perspective's own records also hide an RCODE that is set for all. Within one layer an RCODE
/// hides every record, and a CNAME every other type. An RRset set to nothing hides too.
class Views {
public:
    /// Names and places over all layers; past it, set() and answer() refuse.
    static constexpr std::size_t max_entries = 10'000;

    /// `start` is set for all, now and after every reset().
    using Start = std::map<std::pair<base::dns::Name, base::dns::RecordType>, Rdata>;
    explicit Views(Start start);

    void reset();
    /// False when full. `perspectives` empty: for all.
    [[nodiscard]] bool set(const std::vector<std::string>& perspectives,
                           const base::dns::Name& name, base::dns::RecordType type,
                           const Rdata& rdata);
    [[nodiscard]] bool set(const std::vector<std::string>& perspectives,
                           const base::dns::Name& name, const Behaviour& behaviour);
    [[nodiscard]] bool answer(const std::vector<std::string>& perspectives, const HttpPlace& place,
                              const HttpAnswer& answer);
    /// `server_name` as a client sends it: of an address its reverse name (RFC 8738 §6).
    [[nodiscard]] bool answer(const std::vector<std::string>& perspectives,
                              const std::string& server_name, const TlsAnswer& answer);

    /// At exactly this name; wildcards are the zone's business.
    [[nodiscard]] Seen see(const std::string& perspective, const base::dns::Name& name,
                           base::dns::RecordType type) const;
    /// Whether that perspective sees any record at the name or below it (RFC 8020).
    [[nodiscard]] bool exists(const std::string& perspective, const base::dns::Name& name) const;
    [[nodiscard]] const HttpAnswer* answer_at(const std::string& perspective,
                                              const HttpPlace& place) const;
    [[nodiscard]] const TlsAnswer* certificate_for(const std::string& perspective,
                                                   const std::string& server_name) const;

private:
    struct NameData {
        std::map<base::dns::RecordType, Rdata> sets;
        std::optional<Behaviour> behaviour;
    };
    struct Layer {
        std::map<base::dns::Name, NameData> names;
        std::map<HttpPlace, HttpAnswer> places;
        std::map<std::string, TlsAnswer> certificates; ///< by server name
    };

    [[nodiscard]] bool full() const;
    [[nodiscard]] std::vector<Layer*> writable(const std::vector<std::string>& perspectives);
    /// The perspective's own layer first, where it has one.
    [[nodiscard]] std::vector<const Layer*> layers(const std::string& perspective) const;

    Start start_;
    Layer all_;
    std::map<std::string, Layer> own_;
};

} // namespace mpic::challenge_target
