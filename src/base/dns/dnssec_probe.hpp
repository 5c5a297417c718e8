// SPDX-License-Identifier: Apache-2.0
#pragma once
// Settles an answer's DNSSEC state beyond what AD says, by asking further questions.

#include "base/async/awaitable.hpp"
#include "base/core/result.hpp"
#include "base/dns/message.hpp"
#include "base/dns/resolver.hpp"
#include "delegation.hpp"

#include <map>
#include <string>
#include <vector>

namespace base::dns {

/// How a probe asks: one response to `query`'s question, checked to belong to it, whatever its
/// RCODE.
class Prober {
public:
    virtual ~Prober() = default;
    [[nodiscard]] virtual Awaitable<Result<Message>> ask(Message query) = 0;
};

/// One answer's investigation; lives in the frame of the lookup that it belongs to.
class DnssecProbe {
public:
    /// `prober` must outlive this.
    explicit DnssecProbe(Prober& prober) : prober_(prober) {}

    /// Sets `dnssec`, `dnssec_proof`, and, where there are aliases, `links`. Any probe that fails
    /// leaves the state indeterminate.
    ///
    ///  - AD: nothing is asked; every link is secure.
    ///  - An extended error that says bogus: only which link it is.
    ///  - NOERROR or NXDOMAIN without AD: insecure when any name of the chain lies below a proved
    ///    insecure delegation. The resolver validates, so the other parts are not bogus; a link
    ///    that is not proved insecure is secure when it has AD by itself.
    ///  - SERVFAIL: bogus when CD=1 brings an answer. Otherwise the failing zone is looked for
    ///  along
    ///    the aliases, by CNAME queries; it must be proved insecure, and each alias on the way
    ///    secure or proved insecure.
    ///  - Any other RCODE: as SERVFAIL, without the CD=1 query.
    [[nodiscard]] Awaitable<void> settle(Answer& answer);

    /// As Resolver::prove_insecure().
    [[nodiscard]] Awaitable<ZoneProof> zone(Name name);

private:
    [[nodiscard]] Awaitable<Result<Message>> ask(Question question, bool checking_disabled,
                                                 bool dnssec_ok);
    [[nodiscard]] Awaitable<void> settle_answered(Answer& answer);
    [[nodiscard]] Awaitable<void> settle_failed(Answer& answer);
    [[nodiscard]] Awaitable<Link> settle_link(Question question);
    [[nodiscard]] Awaitable<bool> answers_unchecked(Answer& answer);
    [[nodiscard]] Awaitable<Result<Name>> failing_name(Question question);
    /// Walks down from the top-level domain. True when an insecure delegation is proved; `reason_`
    /// says on what ground, or why not.
    [[nodiscard]] Awaitable<bool> prove_insecure(Name name);
    [[nodiscard]] Awaitable<Delegation> delegation(Name name, Name apex);

    Prober& prober_;
    int probes_left_ = 32; ///< bounds the work that a chain of long names can cause
    std::map<Name, Delegation> known_;
    std::string reason_;
    std::vector<Link> links_; ///< as far as failing_name() has come
};

} // namespace base::dns
