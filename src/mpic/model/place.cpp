// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/place.hpp"

#include "base/core/encoding.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace mpic {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 5> rir_names = {"AFRINIC", "APNIC", "ARIN", "LACNIC",
                                                       "RIPE NCC"};

double radians(double degrees) {
    return degrees * std::numbers::pi / 180;
}

/// Earth-centred, Earth-fixed, in km, on the WGS-84 ellipsoid at height 0.
std::array<double, 3> ecef(Coordinates c) {
    constexpr double equatorial_radius = 6378.137;
    constexpr double flattening = 1 / 298.257223563;
    constexpr double eccentricity2 = flattening * (2 - flattening);
    const double latitude = radians(c.latitude);
    const double longitude = radians(c.longitude);
    const double sine = std::sin(latitude);
    const double normal = equatorial_radius / std::sqrt(1 - eccentricity2 * sine * sine);
    return {normal * std::cos(latitude) * std::cos(longitude),
            normal * std::cos(latitude) * std::sin(longitude), normal * (1 - eccentricity2) * sine};
}

} // namespace

std::string_view to_string(Rir rir) {
    return rir_names.at(static_cast<std::size_t>(rir));
}

std::optional<Rir> rir_from(std::string_view text) {
    for (std::size_t i = 0; i < rir_names.size(); ++i)
        if (base::ascii_iequals(text, rir_names[i]))
            return static_cast<Rir>(i);
    if (base::ascii_iequals(text, "RIPE") || base::ascii_iequals(text, "RIPE-NCC"))
        return Rir::ripe_ncc;
    return std::nullopt;
}

double distance_km(Coordinates a, Coordinates b) {
    constexpr double mean_radius = 6371.0088;
    const double sin_latitude = std::sin(radians(b.latitude - a.latitude) / 2);
    const double sin_longitude = std::sin(radians(b.longitude - a.longitude) / 2);
    const double haversine = sin_latitude * sin_latitude
                             + std::cos(radians(a.latitude)) * std::cos(radians(b.latitude))
                                   * sin_longitude * sin_longitude;
    return 2 * mean_radius * std::asin(std::sqrt(std::clamp(haversine, 0.0, 1.0)));
}

double chord_km(Coordinates a, Coordinates b) {
    const auto p = ecef(a);
    const auto q = ecef(b);
    return std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

} // namespace mpic
