// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a perspective or a resolver is: a point on Earth and the RIR whose service region holds it
// (BR 1.6.1 "Network Perspective", "IP Address Registration Authority").

#include <optional>
#include <string_view>

namespace mpic {

enum class Rir { afrinic, apnic, arin, lacnic, ripe_ncc };

/// "AFRINIC", "APNIC", "ARIN", "LACNIC", "RIPE NCC".
[[nodiscard]] std::string_view to_string(Rir rir);
/// The same, ignoring case; "RIPE" and "RIPE-NCC" too.
[[nodiscard]] std::optional<Rir> rir_from(std::string_view text);

struct Coordinates {
    double latitude = 0;  ///< degrees north, -90..90
    double longitude = 0; ///< degrees east, -180..180
    bool operator==(const Coordinates&) const = default;
};

struct Place {
    Coordinates at;
    Rir rir{};
    bool operator==(const Place&) const = default;
};

/// Great-circle distance on a sphere of the WGS-84 mean radius (6,371.0088 km).
[[nodiscard]] double distance_km(Coordinates a, Coordinates b);
/// Length of the straight line through the WGS-84 ellipsoid, both points at height 0.
[[nodiscard]] double chord_km(Coordinates a, Coordinates b);

} // namespace mpic
