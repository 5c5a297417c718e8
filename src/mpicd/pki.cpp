// SPDX-License-Identifier: Apache-2.0
#include "mpicd/pki.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace mpicd {

namespace {

[[noreturn]] void cannot(const char* what, const std::string& path) {
    throw std::runtime_error(fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)));
}

/// Within a day, or already over.
bool ends_soon(const std::string& certificate_file) {
    const auto end = base::net::not_after(read_named_file("certificate", certificate_file));
    return !end || *end < base::SystemClock().wall() + std::chrono::days(1);
}

} // namespace

void write_file(const std::string& path, const std::string& content, bool secret) {
    const auto temporary = path + ".new";
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                            secret ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
    if (file < 0)
        cannot("create", temporary);
    const bool written =
        ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size())
        && ::fsync(file) == 0;
    ::close(file);
    if (!written || ::rename(temporary.c_str(), path.c_str()) != 0)
        cannot("write", path);
}

Pki::Pki(std::string folder, const base::Clock& clock, std::chrono::days validity)
    : folder_(std::move(folder)),
      not_before_(clock.wall() - std::chrono::minutes(5)), // hosts' clocks differ a little
      not_after_(clock.wall() + validity) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error)
        throw std::runtime_error(fmt::format("cannot make {}: {}", folder_, error.message()));
    if (std::filesystem::exists(path("ca.pem"))) {
        ca_ = {read_named_file("CA certificate", path("ca.pem")),
               read_named_file("CA key", path("ca.key"))};
        return;
    }
    // The CA outlives what it signs, so that certificates can be renewed under it.
    ca_ = base::net::make_ca("mpicd private CA", not_before_, not_after_ + std::chrono::days(3650));
    write_file(path("ca.key"), ca_.private_key_pem, true);
    write_file(path("ca.pem"), ca_.certificate_chain_pem, false);
}

IdentityFiles Pki::coordinator() {
    return issued("coordinator", "mpicd coordinator", {coordinator_identity()}, false, true);
}

IdentityFiles Pki::perspective(const std::string& id) {
    return issued("perspective-" + id, "mpicd perspective " + id, {perspective_identity(id)}, true,
                  false);
}

IdentityFiles Pki::server(const std::vector<std::string>& hosts) {
    return issued("server", hosts.front(), hosts, true, false);
}

IdentityFiles Pki::issued(const std::string& name, const std::string& common_name,
                          std::vector<std::string> names, bool server, bool client) {
    const IdentityFiles files{path(name + ".pem"), path(name + ".key"), ca_file()};
    if (std::filesystem::exists(files.certificate) && !ends_soon(files.certificate))
        return files;
    const auto identity = base::net::issue(ca_, {.common_name = common_name,
                                                 .subject_alternative_names = std::move(names),
                                                 .server = server,
                                                 .client = client,
                                                 .not_before = not_before_,
                                                 .not_after = not_after_});
    write_file(files.key, identity.private_key_pem, true);
    write_file(files.certificate, identity.certificate_chain_pem, false);
    return files;
}

} // namespace mpicd
