// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace mpic::api {

/// How many requests are under way for each target, so that no single name, and no name server
/// behind it, takes all there is. One loop; holds no more names than requests are under way.
class TargetPlaces {
public:
    /// `limit` of one target; 0: none.
    explicit TargetPlaces(std::size_t limit) : limit_(limit) {}
    TargetPlaces(const TargetPlaces&) = delete;
    TargetPlaces& operator=(const TargetPlaces&) = delete;

    /// Given back at its end. The places outlive it.
    class Place {
    public:
        Place(Place&& other) noexcept
            : places_(std::exchange(other.places_, nullptr)), at_(other.at_) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (places_ != nullptr && --at_->second == 0)
                places_->under_way_.erase(at_);
        }

    private:
        friend class TargetPlaces;
        using Entry = std::map<std::string, std::size_t>::iterator;
        Place(TargetPlaces& places, Entry at) : places_(&places), at_(at) { ++at_->second; }

        TargetPlaces* places_;
        Entry at_;
    };

    /// Nothing when `target` (normalised) has as many as it may.
    [[nodiscard]] std::optional<Place> enter(const std::string& target) {
        const auto [at, fresh] = under_way_.try_emplace(target, 0);
        if (limit_ != 0 && at->second >= limit_)
            return std::nullopt;
        return Place(*this, at);
    }
    [[nodiscard]] std::size_t targets() const { return under_way_.size(); }

private:
    std::size_t limit_;
    std::map<std::string, std::size_t> under_way_;
};

} // namespace mpic::api
