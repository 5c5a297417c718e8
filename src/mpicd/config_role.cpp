// SPDX-License-Identifier: Apache-2.0
#include "mpicd/config_role.hpp"

#include "mpicd/config_file.hpp"

#include <vector>

namespace mpicd {

bool is_perspective_file(const std::string& file) {
    bool perspective = false;
    try {
        read_config(file, [&](ConfigVisitor& v) {
            std::vector<std::string> resolvers;
            v.texts({"resolvers", ""}, resolvers, 8);
            perspective = !resolvers.empty();
        });
    } catch (const ConfigError&) {
        // Its problems are reported by the reading that follows.
    }
    return perspective;
}

} // namespace mpicd
