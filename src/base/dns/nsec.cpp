// SPDX-License-Identifier: Apache-2.0
#include "nsec.hpp"

#include "wire_reader.hpp"

#include <openssl/evp.h>

#include <array>
#include <optional>
#include <stdexcept>

namespace base::dns {
namespace {

constexpr std::uint16_t max_iterations = 150;
constexpr std::uint8_t sha1_algorithm = 1;
constexpr std::uint8_t opt_out_flag = 1;
constexpr std::size_t sha1_octets = 20;

std::unexpected<Failure> malformed(std::string why) {
    return fail(FailureKind::dns_malformed, std::move(why));
}

/// SHA-1 is NSEC3's only algorithm and nothing else in this program may use it, so it is not in
/// base/core.
std::string sha1(std::string_view octets) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    if (EVP_Digest(octets.data(), octets.size(), digest.data(), &length, EVP_sha1(), nullptr) != 1)
        throw std::runtime_error("OpenSSL has no SHA-1, which NSEC3 needs");
    return {reinterpret_cast<const char*>(digest.data()), length};
}

/// RFC 4648 §7 without padding, from a label that is in lower case already.
std::optional<std::string> from_base32hex(std::string_view text) {
    std::string out;
    std::uint32_t window = 0;
    unsigned held = 0;
    for (const char c : text) {
        const bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'v'))
            return std::nullopt;
        window = (window << 5 | static_cast<std::uint32_t>(digit ? c - '0' : c - 'a' + 10)) & 0xfff;
        held += 5;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>(window >> held & 0xff);
        }
    }
    return out;
}

/// RFC 4034 §4.1.2: windows in ascending order, each of 1 to 32 octets.
Result<TypeSet> type_bitmap(WireReader reader) {
    TypeSet types;
    int last_window = -1;
    while (reader.left() > 0) {
        const auto window = reader.u8();
        const auto length = reader.u8();
        if (!length || *length < 1 || *length > 32 || *window <= last_window)
            return malformed("a type bitmap whose windows are malformed");
        const auto bitmap = reader.bytes(*length);
        if (!bitmap)
            return malformed("a type bitmap that goes beyond its record");
        for (std::size_t i = 0; i < bitmap->size(); ++i)
            for (unsigned bit = 0; bit < 8; ++bit)
                if ((static_cast<std::uint8_t>((*bitmap)[i]) & 0x80U >> bit) != 0)
                    types.insert(RecordType{
                        static_cast<std::uint16_t>(std::size_t{*window} << 8 | i << 3 | bit)});
        last_window = *window;
    }
    return types;
}

} // namespace

Result<TypeSet> nsec_types(std::string_view rdata) {
    // The next owner name is not compressed (RFC 4034 §4.1.1), so it can be skipped label by label.
    WireReader reader(rdata);
    for (;;) {
        const auto length = reader.u8();
        if (!length || *length > 63 || !reader.bytes(*length))
            return malformed("an NSEC record whose next name is malformed");
        if (*length == 0)
            return type_bitmap(reader);
    }
}

Result<Nsec3> parse_nsec3(const Record& record) {
    WireReader reader(record.rdata);
    const auto algorithm = reader.u8();
    const auto flags = reader.u8();
    const auto iterations = reader.u16();
    const auto salt_length = reader.u8();
    const auto salt = reader.bytes(salt_length.value_or(0));
    const auto hash_length = reader.u8();
    const auto next = reader.bytes(hash_length.value_or(0));
    if (!salt_length || !salt || !hash_length || !next || record.owner.is_root())
        return malformed("an NSEC3 record that is cut off");
    if (*algorithm != sha1_algorithm || *iterations > max_iterations)
        return malformed("an NSEC3 record with parameters that validators refuse");
    const auto owner_hash = from_base32hex(record.owner.labels().front());
    if (!owner_hash || owner_hash->size() != sha1_octets || next->size() != sha1_octets)
        return malformed("an NSEC3 record whose hashes are not SHA-1");
    auto types = type_bitmap(reader);
    if (!types)
        return std::unexpected(std::move(types.error()));
    return Nsec3{.zone = record.owner.parent(),
                 .owner_hash = *owner_hash,
                 .next_hash = std::string(*next),
                 .opt_out = (*flags & opt_out_flag) != 0,
                 .iterations = *iterations,
                 .salt = std::string(*salt),
                 .types = std::move(*types)};
}

std::string nsec3_hash(const Name& name, std::string_view salt, std::uint16_t iterations) {
    std::string hash = sha1(name_rdata(name).append(salt));
    for (std::uint16_t i = 0; i < iterations; ++i)
        hash = sha1(hash.append(salt));
    return hash;
}

bool Nsec3::matches(const Name& name) const {
    return name.is_within(zone) && nsec3_hash(name, salt, iterations) == owner_hash;
}

bool Nsec3::covers(const Name& name) const {
    if (!name.is_within(zone))
        return false;
    const std::string hash = nsec3_hash(name, salt, iterations);
    // std::string compares octets as unsigned, as the hash order asks (RFC 5155 §1.3).
    if (owner_hash < next_hash)
        return owner_hash < hash && hash < next_hash;
    return hash > owner_hash || hash < next_hash; // the last record of the ring, or the only one
}

} // namespace base::dns
