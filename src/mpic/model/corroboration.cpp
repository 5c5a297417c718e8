// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/corroboration.hpp"

namespace mpic {

Corroboration make_corroboration(const CheckRequest& request, const Tally& tally) {
    Corroboration corroboration{.attempt = tally.attempt(),
                                .replies = tally.replies(),
                                .decision = tally.decision(),
                                .refusal = {},
                                .diagnoses = {},
                                .attempts = tally.attempt().number};
    corroboration.refusal =
        explain(request, corroboration.attempt, corroboration.replies, corroboration.decision);
    corroboration.diagnoses =
        diagnose(request, corroboration.attempt, corroboration.replies, corroboration.decision);
    return corroboration;
}

} // namespace mpic
