// SPDX-License-Identifier: Apache-2.0
#pragma once
// The world of `mpicd dev`: a coordinator, one primary and five remote perspectives, and the
// challenge-test target, all in one process on one loop, talking over loopback HTTPS with mutual
// TLS.

#include "base/async/one_shot.hpp"
#include "mpic/challenge_target/challenge_target.hpp"
#include "mpicd/coordinator_process.hpp"
#include "mpicd/perspective_unit.hpp"
#include "mpicd/pki.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mpicd {

struct DevOptions {
    base::net::IpAddress address = *base::net::IpAddress::parse("127.0.0.1"); ///< loopback
    std::uint16_t port = 8443;
    std::string folder; ///< certificates, token and journal
};

class DevWorld {
public:
    /// `loop` and `target_loop` may not be the same.
    DevWorld(base::asio::io_context& loop, base::asio::io_context& target_loop,
             base::log::Logger& log, DevOptions options);

    void start();
    /// On the first loop.
    [[nodiscard]] base::Awaitable<void> drain(base::Milliseconds limit);
    /// On the target's loop; waits for drain(), since checks under way still need the target.
    [[nodiscard]] base::Awaitable<void> drain_target();
    /// After the loops have ended.
    void close() { resources_.journal.close(); }

    struct PerspectiveInfo {
        mpic::Perspective perspective;
        base::net::IpAddress source;
    };

    [[nodiscard]] std::string url() const;
    [[nodiscard]] std::string admin_url() const;
    [[nodiscard]] std::string target_url() const;
    [[nodiscard]] const std::string& token() const { return token_; }
    [[nodiscard]] std::string ca_file() const { return pki_.ca_file(); }
    [[nodiscard]] std::string audit_file() const { return resources_.journal.current_segment(); }
    [[nodiscard]] base::net::Endpoint resolver() const { return target_.dns_endpoint(); }
    [[nodiscard]] std::uint16_t http_port() const { return target_.http_endpoint().port; }
    [[nodiscard]] std::uint16_t tls_port() const { return target_.tls_endpoint().port; }
    [[nodiscard]] const std::vector<PerspectiveInfo>& perspectives() const { return perspectives_; }

private:
    void make_perspectives(base::asio::io_context& loop, base::log::Logger& log);
    [[nodiscard]] Replaceable replaceable();

    base::asio::io_context& loop_;
    DevOptions options_;
    CoordinatorResources resources_;
    Pki pki_;
    std::string token_;
    std::vector<PerspectiveInfo> perspectives_;
    mpic::challenge_target::ChallengeTarget target_;
    base::OneShot<bool> target_idle_; // on the target's loop
    std::vector<std::unique_ptr<PerspectiveUnit>> units_;
    std::unique_ptr<CoordinatorUnit> coordinator_;
    AdminUnit admin_;
};

} // namespace mpicd
