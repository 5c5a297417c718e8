// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/views.hpp"

#include <algorithm>

namespace mpic::challenge_target {

using base::dns::Name;
using base::dns::RecordType;

Views::Views(Start start) : start_(std::move(start)) {
    reset();
}

void Views::reset() {
    all_ = {};
    own_.clear();
    for (const auto& [key, rdata] : start_)
        all_.names[key.first].sets[key.second] = rdata;
}

bool Views::full() const {
    const auto size = [](const Layer& layer) {
        return layer.names.size() + layer.places.size() + layer.certificates.size();
    };
    std::size_t entries = size(all_);
    for (const auto& [perspective, layer] : own_)
        entries += size(layer);
    return entries >= max_entries;
}

std::vector<Views::Layer*> Views::writable(const std::vector<std::string>& perspectives) {
    if (perspectives.empty())
        return {&all_};
    std::vector<Layer*> out;
    for (const std::string& perspective : perspectives)
        out.push_back(&own_[perspective]);
    return out;
}

std::vector<const Views::Layer*> Views::layers(const std::string& perspective) const {
    std::vector<const Layer*> out;
    if (const auto own = own_.find(perspective); own != own_.end())
        out.push_back(&own->second);
    out.push_back(&all_);
    return out;
}

bool Views::set(const std::vector<std::string>& perspectives, const Name& name, RecordType type,
                const Rdata& rdata) {
    if (full())
        return false;
    for (Layer* layer : writable(perspectives))
        layer->names[name].sets[type] = rdata;
    return true;
}

bool Views::set(const std::vector<std::string>& perspectives, const Name& name,
                const Behaviour& behaviour) {
    if (full())
        return false;
    for (Layer* layer : writable(perspectives))
        layer->names[name].behaviour = behaviour;
    return true;
}

bool Views::answer(const std::vector<std::string>& perspectives, const HttpPlace& place,
                   const HttpAnswer& answer) {
    if (full())
        return false;
    for (Layer* layer : writable(perspectives))
        layer->places[place] = answer;
    return true;
}

bool Views::answer(const std::vector<std::string>& perspectives, const std::string& server_name,
                   const TlsAnswer& answer) {
    if (full())
        return false;
    for (Layer* layer : writable(perspectives))
        layer->certificates[server_name] = answer;
    return true;
}

Seen Views::see(const std::string& perspective, const Name& name, RecordType type) const {
    Seen seen;
    bool behaviour_known = false;
    bool alias_known = type == RecordType::cname;
    for (const Layer* layer : layers(perspective)) {
        const auto found = layer->names.find(name);
        if (found == layer->names.end())
            continue;
        const NameData& data = found->second;
        if (data.behaviour && !std::exchange(behaviour_known, true)) {
            seen.delay = data.behaviour->delay;
            if (data.behaviour->hides_records()) {
                seen.hidden_by = &*data.behaviour;
                return seen;
            }
        }
        const auto alias = data.sets.find(RecordType::cname);
        if (alias != data.sets.end() && !std::exchange(alias_known, true)
            && !alias->second.empty()) {
            seen.alias = &alias->second;
            return seen;
        }
        if (const auto set = data.sets.find(type); set != data.sets.end()) {
            seen.records = &set->second;
            return seen;
        }
    }
    return seen;
}

bool Views::exists(const std::string& perspective, const Name& name) const {
    const std::vector<const Layer*> seen = layers(perspective);
    const auto hidden = [&seen](const Layer* layer, const Name& at, RecordType type) {
        if (layer == seen.front())
            return false;
        const auto own = seen.front()->names.find(at);
        return own != seen.front()->names.end() && own->second.sets.contains(type);
    };
    for (const Layer* layer : seen) {
        for (const auto& [at, data] : layer->names) {
            if (at.is_within(name) && std::ranges::any_of(data.sets, [&](const auto& set) {
                    return !set.second.empty() && !hidden(layer, at, set.first);
                }))
                return true;
        }
    }
    return false;
}

const HttpAnswer* Views::answer_at(const std::string& perspective, const HttpPlace& place) const {
    for (const Layer* layer : layers(perspective)) {
        if (const auto found = layer->places.find(place); found != layer->places.end())
            return &found->second;
    }
    return nullptr;
}

const TlsAnswer* Views::certificate_for(const std::string& perspective,
                                        const std::string& server_name) const {
    for (const Layer* layer : layers(perspective)) {
        if (const auto found = layer->certificates.find(server_name);
            found != layer->certificates.end())
            return &found->second;
    }
    return nullptr;
}

} // namespace mpic::challenge_target
