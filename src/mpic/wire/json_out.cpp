// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/json_out.hpp"

namespace mpic::wire {

void JsonOut::put_redacted(std::string_view what) {
    value(redaction_->apply(what));
}

} // namespace mpic::wire
