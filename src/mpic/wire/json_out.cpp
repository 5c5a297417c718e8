// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/json_out.hpp"

namespace mpic::wire {

void JsonOut::text(std::string_view name, std::string_view what) {
    key(name);
    if (redaction_ != nullptr && Redaction::concerns(name))
        value(redaction_->apply(what));
    else
        value(what);
}

void JsonOut::member(std::string_view name, const std::vector<std::string>& texts) {
    key(name);
    if (redaction_ == nullptr || !Redaction::concerns(name))
        return value(texts);
    open_array();
    for (const std::string& one : texts)
        value(redaction_->apply(one));
    close_array();
}

} // namespace mpic::wire
