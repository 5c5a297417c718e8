// SPDX-License-Identifier: Apache-2.0
#pragma once
// A configuration is described once, by a function that shows each of its fields to a visitor. One
// visitor reads a file into the fields; another writes docs/configuration.md from the same
// description, so that the manual cannot drift from the program.

#include "base/core/clock.hpp"
#include "base/net/ip_address.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpicd {

struct Field {
    std::string_view key; ///< kebab-case
    std::string_view doc; ///< one sentence for the manual
    bool required = false;
};

/// Each call may change its value, which holds the default before.
class ConfigVisitor {
public:
    virtual ~ConfigVisitor() = default;

    virtual void text(Field field, std::string& value, std::size_t max_bytes = 1024) = 0;
    virtual void flag(Field field, bool& value) = 0;
    virtual void integer(Field field, std::int64_t& value, std::int64_t min, std::int64_t max) = 0;
    virtual void real(Field field, double& value, double min, double max) = 0;
    virtual void word(Field field, std::string& value, const std::vector<std::string>& words) = 0;
    virtual void texts(Field field, std::vector<std::string>& values, std::size_t max_items) = 0;
    /// A nested object.
    virtual void section(Field field, const std::function<void(ConfigVisitor&)>& describe) = 0;
    /// A list of objects; `describe` is called once for each of them.
    virtual void list(Field field, std::size_t max_items,
                      const std::function<void(ConfigVisitor&)>& describe) = 0;
    /// What the rules above cannot say about a field's value.
    virtual void problem(std::string_view key, std::string message) = 0;

    // Built from the above.
    template <class Integer>
    void count(Field field, Integer& value, std::int64_t min, std::int64_t max) {
        auto wide = static_cast<std::int64_t>(value);
        integer(field, wide, min, max);
        value = static_cast<Integer>(wide);
    }
    /// The key ends in -ms.
    void milliseconds(Field field, base::Milliseconds& value, std::int64_t min, std::int64_t max);
    /// "ADDRESS:PORT".
    void endpoint(Field field, base::net::Endpoint& value);
    void address(Field field, std::optional<base::net::IpAddress>& value);
};

} // namespace mpicd
