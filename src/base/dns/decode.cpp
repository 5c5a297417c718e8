// SPDX-License-Identifier: Apache-2.0
#include "base/dns/message.hpp"
#include "header_bits.hpp"
#include "rdata.hpp"
#include "wire_reader.hpp"

#include <fmt/format.h>

#include <utility>

namespace base::dns {
namespace {

constexpr std::size_t max_message = 65535;
constexpr std::uint16_t ede_option = 15; // RFC 8914 §2

std::unexpected<Failure> malformed(std::string why) {
    return fail(FailureKind::dns_malformed, std::move(why));
}

class Decoder {
public:
    /// Into an empty `message`.
    Decoder(std::string_view wire, std::size_t max_records, const Name& known, Keep keep,
            Message& message)
        : wire_(wire),
          reader_(wire),
          max_records_(max_records),
          last_(known),
          keep_(keep),
          message_(message) {}

    Result<void> run() {
        if (wire_.size() > max_message)
            return malformed(fmt::format("a message of {} octets", wire_.size()));
        if (auto read = header(); !read)
            return read;
        if (auto read = questions(); !read)
            return read;
        if (auto read = sections(); !read)
            return read;
        if (reader_.left() != 0)
            return malformed(fmt::format("{} octets after the last section, at octet {}",
                                         reader_.left(), reader_.offset()));
        return {};
    }

private:
    Result<void> header() {
        const auto fields = reader_.bytes(12);
        if (!fields)
            return malformed("shorter than a header");
        message_.id = u16_at(*fields, 0);
        const std::uint16_t flags = u16_at(*fields, 2);
        message_.response = (flags & header_bits::qr) != 0;
        message_.opcode = static_cast<std::uint8_t>((flags >> 11) & 0xf);
        message_.authoritative = (flags & header_bits::aa) != 0;
        message_.truncated = (flags & header_bits::tc) != 0;
        message_.recursion_desired = (flags & header_bits::rd) != 0;
        message_.recursion_available = (flags & header_bits::ra) != 0;
        message_.authentic_data = (flags & header_bits::ad) != 0;
        message_.checking_disabled = (flags & header_bits::cd) != 0;
        message_.rcode = Rcode{static_cast<std::uint16_t>(flags & header_bits::rcode)};
        for (std::size_t i = 0; i < 4; ++i)
            counts_[i] = u16_at(*fields, 4 + 2 * i);
        const std::size_t total = counts_[0] + counts_[1] + counts_[2] + counts_[3];
        if (total > max_records_)
            return fail(FailureKind::dns_truncated,
                        fmt::format("{} records in one message, and {} are read at most", total,
                                    max_records_));
        return {};
    }

    Result<void> questions() {
        for (std::size_t i = 0; i < counts_[0]; ++i) {
            if (auto read = reader_.name_octets(owner_); !read)
                return in("question", read.error());
            const auto type = reader_.u16();
            const auto question_class = reader_.u16();
            if (!type || !question_class)
                return in("question", (!type ? type : question_class).error());
            if (*question_class != header_bits::class_in)
                return malformed(fmt::format("a question of class {}", *question_class));
            Question& question = message_.questions.emplace_back();
            question.type = RecordType{*type};
            if (auto put = put_name(question.name, owner_.view()); !put)
                return in("question", put.error());
        }
        return {};
    }

    Result<void> sections() {
        const struct {
            std::string_view name;
            std::size_t count;
            std::vector<Record>& records;
            bool whole; ///< records are kept with owner and RDATA
        } all[] = {{"answer", counts_[1], message_.answers, true},
                   {"authority", counts_[2], message_.authority, keep_ == Keep::all},
                   {"additional", counts_[3], message_.additional, keep_ == Keep::all}};
        for (const auto& section : all) {
            for (std::size_t i = 0; i < section.count; ++i)
                if (auto read = record(section.records, section.whole); !read)
                    return in(section.name, read.error());
        }
        return {};
    }

    /// Owners repeat: one that is the same as the last, or as the name that the caller knows, is
    /// shared with it.
    Result<void> put_name(Name& out, std::string_view octets) {
        if (octets.empty()) // the root
            return {};
        if (octets != last_.wire()) {
            auto name = Name::from_wire(octets);
            if (!name)
                return std::unexpected(std::move(name.error()));
            last_ = *std::move(name);
        }
        out = last_;
        return {};
    }

    Result<void> record(std::vector<Record>& section, bool whole) {
        if (auto read = reader_.name_octets(owner_); !read)
            return read;
        const auto fields = reader_.bytes(10);
        if (!fields)
            return std::unexpected(fields.error());
        const RecordType type{u16_at(*fields, 0)};
        const std::uint16_t record_class = u16_at(*fields, 2);
        const std::uint32_t ttl = u32_at(*fields, 4);
        WireReader inside = reader_;
        const auto octets = reader_.bytes(u16_at(*fields, 8));
        if (!octets)
            return std::unexpected(octets.error());
        const auto layout = name_layout(type);
        std::string expanded;
        if (layout && !expand(inside, *layout, whole ? &expanded : nullptr))
            return malformed(fmt::format("{} RDATA that ends at octet {} is malformed",
                                         to_string(type), reader_.offset()));
        if (type == RecordType::opt) {
            if (&section != &message_.additional || message_.edns || !owner_.view().empty())
                return malformed("an OPT record that should not be there (RFC 6891 §6.1.1)");
            return edns(record_class, ttl, *octets);
        }
        if (record_class != header_bits::class_in)
            return malformed(fmt::format("a record of class {}", record_class));
        if (!whole && &section == &message_.additional)
            return {};
        Record& kept = section.emplace_back();
        kept.type = type;
        if (!whole)
            return {};
        kept.ttl = ttl > 0x7fffffff ? 0 : ttl;
        kept.rdata = layout ? std::move(expanded) : std::string(*octets);
        return put_name(kept.owner, owner_.view());
    }

    /// RDATA with the names in it expanded, for the types whose names may be compressed. They may
    /// point back into the message, but must end where the RDATA does: where the reader is.
    bool expand(WireReader inside, const NameLayout& layout, std::string* out) {
        const auto copy = [&](std::size_t count) {
            const auto octets = inside.bytes(count);
            if (octets && out != nullptr)
                *out += *octets;
            return octets.has_value();
        };
        bool read = copy(layout.before);
        for (std::size_t i = 0; read && i < layout.names; ++i) {
            read =
                inside.name_octets(name_inside_).has_value() && inside.offset() <= reader_.offset();
            if (read && out != nullptr)
                put_folded(*out, name_inside_.view());
        }
        return read && copy(layout.after) && inside.offset() == reader_.offset();
    }

    /// RFC 6891 §6.1.3: the TTL field is the upper RCODE bits, the version, and the flags.
    Result<void> edns(std::uint16_t record_class, std::uint32_t ttl, std::string_view rdata) {
        Edns& edns = message_.edns.emplace();
        edns.udp_size = record_class;
        edns.version = static_cast<std::uint8_t>(ttl >> 16);
        edns.dnssec_ok = (ttl & header_bits::edns_do) != 0;
        const auto upper = static_cast<std::uint16_t>((ttl >> 24) << 4);
        message_.rcode =
            Rcode{static_cast<std::uint16_t>(std::to_underlying(message_.rcode) | upper)};
        WireReader options(rdata);
        while (options.left() > 0) {
            const auto code = options.u16();
            const auto length = options.u16();
            const auto value = length ? options.bytes(*length) : std::string_view{};
            if (!code || !length || !value)
                return malformed("an EDNS option goes beyond the OPT record");
            if (*code != ede_option)
                continue;
            WireReader fields(*value);
            const auto info = fields.u16();
            if (!info)
                return malformed("an extended DNS error without a code");
            std::string_view text = value->substr(2);
            while (text.ends_with('\0')) // "may be null-terminated" (RFC 8914 §2)
                text.remove_suffix(1);
            edns.errors.push_back({*info, std::string(text)});
        }
        return {};
    }

    /// The canonical form (RFC 4034 §6.2).
    static void put_folded(std::string& out, std::string_view name) {
        const std::size_t begin = out.size();
        out += name;
        for (std::size_t at = begin; at < out.size(); ++at) // the lengths are below the letters
            out[at] = static_cast<char>(out[at] | (out[at] >= 'A' && out[at] <= 'Z' ? 0x20 : 0));
        out += '\0';
    }

    static std::unexpected<Failure> in(std::string_view section, const Failure& failure) {
        return fail(failure.kind, fmt::format("{} section: {}", section, failure.detail));
    }

    std::string_view wire_;
    WireReader reader_;
    std::size_t max_records_;
    Name last_;              ///< owner read, but for the root
    NameOctets owner_;       ///< of the question or record being read
    NameOctets name_inside_; ///< its RDATA
    Keep keep_;
    std::size_t counts_[4]{};
    Message& message_;
};

} // namespace

Result<Message> decode(std::string_view wire, std::size_t max_records, const Name& known,
                       Keep keep) {
    Result<Message> message(std::in_place);
    if (auto read = Decoder(wire, max_records, known, keep, *message).run(); !read)
        message = fail(read.error().kind, "malformed DNS message: " + read.error().detail);
    return message;
}

} // namespace base::dns
