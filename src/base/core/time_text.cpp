// SPDX-License-Identifier: Apache-2.0
#include "base/core/time_text.hpp"

#include <fmt/format.h>

namespace base {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

/// Takes digits and fixed characters off the front of a text; once one is missing, `ok` stays
/// false.
struct Scanner {
    std::string_view rest;
    bool ok = true;

    int digits(std::size_t count) {
        if (rest.size() < count)
            ok = false;
        int value = 0;
        for (std::size_t i = 0; ok && i < count; ++i) {
            if (rest[i] < '0' || rest[i] > '9')
                ok = false;
            value = value * 10 + (rest[i] - '0');
        }
        if (ok)
            rest.remove_prefix(count);
        return ok ? value : 0;
    }

    void literal(char wanted) {
        ok = ok && rest.starts_with(wanted);
        if (ok)
            rest.remove_prefix(1);
    }

    /// ".041" in microseconds: one to nine digits, those after the sixth are dropped.
    int fraction() {
        literal('.');
        int value = 0;
        std::size_t count = 0;
        for (; ok && count < rest.size() && rest[count] >= '0' && rest[count] <= '9'; ++count)
            if (count < 6)
                value = value * 10 + (rest[count] - '0');
        ok = ok && count >= 1 && count <= 9;
        if (ok)
            rest.remove_prefix(count);
        for (std::size_t i = count; i < 6; ++i)
            value *= 10;
        return value;
    }
};

std::optional<sys_days> scan_date(Scanner& in) {
    const int year = in.digits(4);
    in.literal('-');
    const int month = in.digits(2);
    in.literal('-');
    const int day = in.digits(2);
    const year_month_day date{std::chrono::year(year),
                              std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day))};
    if (!in.ok || !date.ok())
        return std::nullopt;
    return sys_days(date);
}

/// Over the zeros that end before `end`.
template <class I>
void put_digits(std::string& out, std::size_t end, I value) {
    for (; value > 0; value /= 10)
        out[--end] = static_cast<char>('0' + value % 10);
}

/// Appends `form`, which begins with "0000-00-00", with the date put in.
void append_date(std::string& out, std::string_view form, WallTime at) {
    const year_month_day date(floor<days>(at));
    const int year = static_cast<int>(date.year());
    const std::size_t begin = out.size();
    std::size_t digits = 4;
    out += form;
    if (year >= 0 && year <= 9999) {
        put_digits(out, begin + digits, year);
    } else {
        const std::string unusual = fmt::format("{:04}", year);
        out.replace(begin, digits, unusual);
        digits = unusual.size();
    }
    put_digits(out, begin + digits + 3, static_cast<unsigned>(date.month()));
    put_digits(out, begin + digits + 6, static_cast<unsigned>(date.day()));
}

/// Appends `form`, which begins with "0000-00-00T00:00:00.", with all but the fraction put in. The
/// fraction.
microseconds append_instant(std::string& out, std::string_view form, WallTime at) {
    const std::chrono::hh_mm_ss<microseconds> time(at - floor<days>(at));
    append_date(out, form, at);
    const std::size_t fraction = out.size() - (form.size() - form.find('.'));
    put_digits(out, fraction - 6, time.hours().count());
    put_digits(out, fraction - 3, time.minutes().count());
    put_digits(out, fraction, time.seconds().count());
    return time.subseconds();
}

} // namespace

std::string iso_date(WallTime at) {
    std::string out;
    append_date(out, "0000-00-00", at);
    return out;
}

std::string rfc3339(WallTime at) { // in every report and record
    std::string out;
    out.reserve(std::string_view("0000-00-00T00:00:00.000000Z").size());
    const auto fraction = append_instant(out, "0000-00-00T00:00:00.000000Z", at);
    put_digits(out, out.size() - 1, fraction.count());
    return out;
}

void append_rfc3339_ms(std::string& out, WallTime at) { // in every line of the log
    const auto fraction = append_instant(out, "0000-00-00T00:00:00.000Z", at);
    put_digits(out, out.size() - 1, fraction.count() / 1000);
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
    Scanner in{text};
    const auto date = scan_date(in);
    if (!date)
        return std::nullopt;
    if (in.rest.empty())
        return *date;
    in.literal('T');
    const int hour = in.digits(2);
    in.literal(':');
    const int minute = in.digits(2);
    in.literal(':');
    const int second = in.digits(2);
    const int fraction = in.rest.starts_with('.') ? in.fraction() : 0;
    in.literal('Z');
    // A leap second (":60") has no place on the system clock's scale and is refused.
    if (!in.ok || !in.rest.empty() || hour > 23 || minute > 59 || second > 59)
        return std::nullopt;
    return *date + std::chrono::hours(hour) + std::chrono::minutes(minute)
           + std::chrono::seconds(second) + microseconds(fraction);
}

} // namespace base
