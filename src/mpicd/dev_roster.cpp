// SPDX-License-Identifier: Apache-2.0
#include "mpicd/dev_roster.hpp"

namespace mpicd {

namespace {

struct Row {
    const char* id;
    mpic::Role role;
    mpic::Rir rir;
    mpic::Coordinates at;
    const char* source;
};

// Named after airports, as such places often are.
constexpr Row rows[] = {
    {"cdg", mpic::Role::primary, mpic::Rir::ripe_ncc, {49.01, 2.55}, "127.77.0.1"},
    {"iad", mpic::Role::remote, mpic::Rir::arin, {38.95, -77.46}, "127.77.0.2"},
    {"fra", mpic::Role::remote, mpic::Rir::ripe_ncc, {50.04, 8.56}, "127.77.0.3"},
    {"nrt", mpic::Role::remote, mpic::Rir::apnic, {35.77, 140.39}, "127.77.0.4"},
    {"gru", mpic::Role::remote, mpic::Rir::lacnic, {-23.44, -46.47}, "127.77.0.5"},
    {"jnb", mpic::Role::remote, mpic::Rir::afrinic, {-26.14, 28.25}, "127.77.0.6"},
};

} // namespace

std::vector<DevWorld::PerspectiveInfo> dev_perspectives() {
    std::vector<DevWorld::PerspectiveInfo> perspectives;
    for (const auto& row : rows) {
        mpic::Perspective p;
        p.id = row.id;
        p.role = row.role;
        p.place = {row.at, row.rir};
        p.resolver = {"dev-resolver-" + p.id, p.place};
        perspectives.push_back({std::move(p), *base::net::IpAddress::parse(row.source)});
    }
    return perspectives;
}

} // namespace mpicd
