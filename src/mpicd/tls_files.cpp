// SPDX-License-Identifier: Apache-2.0
#include "mpicd/tls_files.hpp"

#include <fmt/format.h>
#include <stdexcept>

namespace mpicd {

base::net::TlsIdentity read_identity(const std::string& where, const IdentityFiles& files) {
    return {read_named_file(where + ".certificate", files.certificate),
            read_named_file(where + ".key", files.key)};
}

base::net::TlsContext load_public_server(const IdentityFiles& files) {
    const auto ca = files.ca.empty() ? std::string() : read_named_file("tls.client-ca", files.ca);
    return usable("tls", base::net::public_server_context(read_identity("tls", files), ca));
}

base::net::TlsContext load_mutual_server(const IdentityFiles& files) {
    return usable("tls", base::net::mutual_server_context(read_identity("tls", files),
                                                          read_named_file("tls.ca", files.ca)));
}

base::net::TlsContext load_mutual_client(const IdentityFiles& files) {
    return usable("agents",
                  base::net::mutual_client_context(read_identity("agents", files),
                                                   read_named_file("agents.ca", files.ca)));
}

base::net::TlsContext usable(const std::string& where,
                             base::Result<base::net::TlsContext> context) {
    if (!context)
        throw std::runtime_error(fmt::format("{}: {}", where, context.error().detail));
    return std::move(*context);
}

} // namespace mpicd
