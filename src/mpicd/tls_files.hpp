// SPDX-License-Identifier: Apache-2.0
#pragma once
// TLS contexts from the files that a configuration names. They throw std::runtime_error with the
// key and the reason: a start-up (or a reload) that fails says which file to mend.

#include "base/net/tls.hpp"
#include "mpicd/daemon_config.hpp"

#include <string>

namespace mpicd {

/// Certificate and key; `where` names the configuration's section in errors.
[[nodiscard]] base::net::TlsIdentity read_identity(const std::string& where,
                                                   const IdentityFiles& files);
[[nodiscard]] base::net::TlsContext load_public_server(const IdentityFiles& files);
[[nodiscard]] base::net::TlsContext load_mutual_server(const IdentityFiles& files);
[[nodiscard]] base::net::TlsContext load_mutual_client(const IdentityFiles& files);

/// The context, or the failure as an exception that begins with `where`.
[[nodiscard]] base::net::TlsContext usable(const std::string& where,
                                           base::Result<base::net::TlsContext> context);

} // namespace mpicd
