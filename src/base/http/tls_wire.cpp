// SPDX-License-Identifier: Apache-2.0
#include "tls_wire.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace base::http {
namespace {

TlsWire& wire_of(BIO* bio) {
    return *static_cast<TlsWire*>(BIO_get_data(bio));
}

int read_bio(BIO* bio, char* into, std::size_t size, std::size_t* done) {
    BIO_clear_retry_flags(bio);
    const long n = wire_of(bio).receive(into, size);
    if (n < 0 && errno == EAGAIN) {
        BIO_set_retry_read(bio);
    }
    *done = n > 0 ? static_cast<std::size_t>(n) : 0;
    return n > 0 ? 1 : static_cast<int>(n);
}

int write_bio(BIO* bio, const char* from, std::size_t size, std::size_t* done) {
    BIO_clear_retry_flags(bio);
    const long n = wire_of(bio).send(from, size);
    if (n < 0 && errno == EAGAIN) {
        BIO_set_retry_write(bio);
    }
    *done = n > 0 ? static_cast<std::size_t>(n) : 0;
    return n > 0 ? 1 : static_cast<int>(n);
}

long control_bio(BIO* bio, int command, long, void*) {
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return wire_of(bio).ended ? 1 : 0;
    default:
        return 0;
    }
}

BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    BIO_meth_set_read_ex(method, &read_bio);
    BIO_meth_set_write_ex(method, &write_bio);
    BIO_meth_set_ctrl(method, &control_bio);
    return method;
}

} // namespace

long TlsWire::receive(void* into, std::size_t size) {
    long n = 0;
    do {
        n = ::recv(socket, into, size, 0);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        error = errno;
        drained = drained || errno == EAGAIN;
    } else {
        drained = static_cast<std::size_t>(n) < size && n > 0;
        ended = n == 0;
    }
    return n;
}

long TlsWire::send(const void* from, std::size_t size) {
    long n = 0;
    do {
        n = ::send(socket, from, size, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        error = errno;
    }
    return n;
}

BIO* make_bio(TlsWire& wire) {
    static BIO_METHOD* const method = make_method(); // as long as the program: BIOs refer to it
    BIO* bio = BIO_new(method);
    if (bio != nullptr) {
        BIO_set_data(bio, &wire);
        BIO_set_init(bio, 1);
    }
    return bio;
}

} // namespace base::http
