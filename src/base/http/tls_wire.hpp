// SPDX-License-Identifier: Apache-2.0
#pragma once
// A socket as OpenSSL's BIO: no SIGPIPE, and it remembers whether the socket had more to give, so
// that nobody asks in vain.

#include <boost/asio/ip/tcp.hpp>

#include <openssl/bio.h>

namespace base::http {

/// Octets of a non-blocking socket. The socket is its owner's.
struct TlsWire {
    int socket = -1;
    /// The last read got less than it had room for: the next one would find nothing.
    bool drained = false;
    bool ended = false; ///< the peer sent its FIN
    int error = 0;      ///< errno of the operation that failed

    /// Octets, 0 at the end, or -1 with errno (EAGAIN: would block).
    [[nodiscard]] long receive(void* into, std::size_t size);
    [[nodiscard]] long send(const void* from, std::size_t size);
};

/// A BIO over `wire`, which must outlive it.
[[nodiscard]] BIO* make_bio(TlsWire& wire);

} // namespace base::http
