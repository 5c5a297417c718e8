// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/place.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using mpic::Coordinates;
using mpic::Rir;

constexpr Coordinates paris{48.8566, 2.3522};
constexpr Coordinates new_york{40.7128, -74.0060};

TEST(Rir, NamesAreThoseOfBr161AndReadBackInAnyCase) {
    for (const Rir rir : {Rir::afrinic, Rir::apnic, Rir::arin, Rir::lacnic, Rir::ripe_ncc})
        EXPECT_EQ(mpic::rir_from(mpic::to_string(rir)), rir);
    EXPECT_EQ(mpic::to_string(Rir::ripe_ncc), "RIPE NCC");
    EXPECT_EQ(mpic::rir_from("ripe"), Rir::ripe_ncc);
    EXPECT_EQ(mpic::rir_from("RIPE-NCC"), Rir::ripe_ncc);
    EXPECT_EQ(mpic::rir_from("Arin"), Rir::arin);
    EXPECT_EQ(mpic::rir_from(""), std::nullopt);
    EXPECT_EQ(mpic::rir_from("IANA"), std::nullopt);
}

TEST(Distance, IsTheGreatCircle) {
    EXPECT_NEAR(mpic::distance_km(paris, new_york), 5837, 3);
    EXPECT_NEAR(mpic::distance_km(new_york, paris), 5837, 3);
    EXPECT_NEAR(mpic::distance_km({0, 0}, {0, 180}), 20015, 1);
    EXPECT_NEAR(mpic::distance_km({90, 0}, {-90, 77}), 20015, 1);
    EXPECT_DOUBLE_EQ(mpic::distance_km(paris, paris), 0);
}

TEST(Distance, CrossesTheDateLine) {
    EXPECT_NEAR(mpic::distance_km({0, 179.5}, {0, -179.5}), 111.195, 0.01);
}

TEST(Distance, ChordGoesThroughTheEarth) {
    EXPECT_NEAR(mpic::chord_km({0, 0}, {0, 180}), 2 * 6378.137, 1e-6);
    EXPECT_NEAR(mpic::chord_km({90, 0}, {-90, 0}), 2 * 6356.752, 0.001);
    EXPECT_LT(mpic::chord_km(paris, new_york), mpic::distance_km(paris, new_york));
}

// BR 1.6.1 "Distinct": at 500 km arc and chord differ by about 0.13 km on one
// sphere.
TEST(Distance, ArcAndChordAreCloseAtTheLimit) {
    const Coordinates here{0, 0};
    const Coordinates there{0, 4.4966}; // 500 km of arc on the mean sphere
    EXPECT_NEAR(mpic::distance_km(here, there), 500, 0.01);
    EXPECT_NEAR(mpic::chord_km(here, there), 500.4, 0.1); // the ellipsoid is wider at the equator
}

} // namespace
