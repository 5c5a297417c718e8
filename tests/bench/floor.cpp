// SPDX-License-Identifier: Apache-2.0
// What a perspective's lookups cost when nothing else is done: the system calls of one check, with
// messages made beforehand, answers not read, and sixteen checks at a time, as many as an agent
// under load finds at a wake-up. No program that asks the same can cost less than this.
//
//   bench_floor RESOLVER-ADDRESS PORT WEB-ADDRESS PORT SECONDS
//
// prints one JSON object: microseconds of CPU for three UDP queries, and for five with one HTTP
// fetch over a connection of its own.

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <netinet/in.h>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace {

constexpr int batch = 16;
constexpr std::uint16_t type_a = 1;
constexpr std::uint16_t type_aaaa = 28;
constexpr std::uint16_t type_caa = 257;

int require(int result, const char* what) {
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { ::close(number_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    operator int() const { return number_; } // NOLINT: stands for it

private:
    int number_;
};

sockaddr_in address_of(const char* text, const char* port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
    if (::inet_pton(AF_INET, text, &out.sin_addr) != 1)
        throw std::invalid_argument(std::string("not an IPv4 address: ") + text);
    return out;
}

int connected(int type, const sockaddr_in& to) {
    const int made = require(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    if (::connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0
        && errno != EINPROGRESS)
        require(-1, "connect");
    return made;
}

void watch(int epoll, int descriptor, std::uint32_t events) {
    epoll_event event{};
    event.events = events | EPOLLET;
    event.data.fd = descriptor;
    require(::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

/// RD, AD, EDNS with 1232 octets: as an agent asks.
std::string query(std::string_view name, std::uint16_t type) {
    std::string out("\0\0\x01\x20\0\1\0\0\0\0\0\1", 12);
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t dot = std::min(name.find('.', at), name.size());
        out += static_cast<char>(dot - at);
        out += name.substr(at, dot - at);
        at = dot + 1;
    }
    out += '\0';
    out += static_cast<char>(type >> 8);
    out += static_cast<char>(type & 0xff);
    return out += std::string("\0\1\0\0\x29\x04\xd0\0\0\0\0\0\0", 13);
}

class Lookups {
public:
    Lookups(int epoll, const sockaddr_in& resolver, std::vector<std::string> queries)
        : port_(connected(SOCK_DGRAM, resolver)), queries_(std::move(queries)) {
        watch(epoll, port_, EPOLLIN);
    }
    void send() {
        for (const std::string& one : queries_)
            require(static_cast<int>(::send(port_, one.data(), one.size(), 0)), "send");
        missing_ += queries_.size();
    }
    void receive() {
        std::array<char, 4096> buffer; // NOLINT: written before it is read
        while (missing_ > 0 && ::recv(port_, buffer.data(), buffer.size(), 0) > 0)
            --missing_;
    }
    [[nodiscard]] bool done() const { return missing_ == 0; }
    [[nodiscard]] int descriptor() const { return port_; }

private:
    Descriptor port_;
    std::vector<std::string> queries_;
    std::size_t missing_ = 0;
};

/// GET, the response in one piece, close.
class Fetches {
public:
    Fetches(int epoll, const sockaddr_in& web) : epoll_(epoll), web_(web) {}
    void begin() {
        watch(epoll_, connected(SOCK_STREAM, web_), EPOLLIN | EPOLLOUT);
        ++missing_;
    }
    void proceed(const epoll_event& event) {
        static constexpr std::string_view request =
            "GET /proof HTTP/1.1\r\nHost: w1.bench.test\r\nConnection: close\r\n\r\n";
        std::array<char, 4096> buffer; // NOLINT: written before it is read
        if ((event.events & EPOLLIN) != 0) {
            if (::recv(event.data.fd, buffer.data(), buffer.size(), 0) <= 0)
                throw std::runtime_error("the web server closed the connection");
            ::close(event.data.fd);
            --missing_;
        } else {
            require(static_cast<int>(
                        ::send(event.data.fd, request.data(), request.size(), MSG_NOSIGNAL)),
                    "send");
        }
    }
    [[nodiscard]] bool done() const { return missing_ == 0; }

private:
    int epoll_;
    sockaddr_in web_;
    std::size_t missing_ = 0;
};

double cpu_us() {
    timespec used{};
    require(::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used), "clock_gettime");
    return 1e6 * static_cast<double>(used.tv_sec) + 1e-3 * static_cast<double>(used.tv_nsec);
}

/// Microseconds of CPU for each check.
double measure(int epoll, Lookups& lookups, Fetches* fetches, int seconds) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::seconds(seconds);
    const double before = cpu_us();
    long checks = 0;
    for (; Clock::now() < end; checks += batch) {
        for (int i = 0; i < batch; ++i) {
            lookups.send();
            if (fetches != nullptr)
                fetches->begin();
        }
        while (!lookups.done() || (fetches != nullptr && !fetches->done())) {
            std::array<epoll_event, 64> events; // NOLINT: written before it is read
            const int ready =
                require(::epoll_wait(epoll, events.data(), events.size(), 5000), "epoll_wait");
            if (ready == 0)
                throw std::runtime_error("no answer within 5 s");
            for (const epoll_event& event : std::span(events).first(static_cast<unsigned>(ready)))
                if (event.data.fd == lookups.descriptor())
                    lookups.receive();
                else
                    fetches->proceed(event);
        }
    }
    return (cpu_us() - before) / static_cast<double>(checks);
}

} // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 6)
            throw std::invalid_argument("RESOLVER-ADDRESS PORT WEB-ADDRESS PORT SECONDS");
        const sockaddr_in resolver = address_of(argv[1], argv[2]);
        const Descriptor epoll(require(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
        const std::vector<std::string> climb{query("w1.bench.test", type_caa),
                                             query("bench.test", type_caa),
                                             query("test", type_caa)};
        std::vector<std::string> with_addresses = climb;
        with_addresses.push_back(query("w1.bench.test", type_aaaa));
        with_addresses.push_back(query("w1.bench.test", type_a));
        Lookups three(epoll, resolver, climb);
        Lookups five(epoll, resolver, with_addresses);
        Fetches fetches(epoll, address_of(argv[3], argv[4]));
        const double caa = measure(epoll, three, nullptr, std::atoi(argv[5]));
        const double http_caa = measure(epoll, five, &fetches, std::atoi(argv[5]));
        std::printf("{\"caa-us\": %.2f, \"http-caa-us\": %.2f}\n", caa, http_caa);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_floor: %s\n", error.what());
        return 1;
    }
}
