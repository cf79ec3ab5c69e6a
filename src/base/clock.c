// SPDX-License-Identifier: Apache-2.0
/* The two clocks, and time as text: RFC 3339 for machines, an age for people. */
#include "base/clock.h"

#include <ctype.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static _Atomic int64_t turned_us, corrected_us;

static int64_t clock_read(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000 + atomic_load(&turned_us);
}

int64_t clock_now_us(void)
{
    return clock_read(CLOCK_REALTIME) + atomic_load(&corrected_us);
}

int64_t clock_mono_us(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

void clock_correct(int64_t now_us)
{
    atomic_store(&corrected_us, now_us - clock_read(CLOCK_REALTIME));
}

void clock_correct_floor(int64_t floor_us)
{
    if (clock_now_us() < floor_us)
        clock_correct(floor_us);
}

void clock_turn(int64_t by_us)
{
    atomic_fetch_add(&turned_us, by_us);
}

/* Seconds rounded down (also before 1970), the rest in ret_us. */
static time_t clock_split(int64_t us, int *ret_us)
{
    int64_t s = us / US_PER_S, rest = us % US_PER_S;
    if (rest < 0) {
        s--;
        rest += US_PER_S;
    }
    *ret_us = (int)rest;
    return (time_t)s;
}

static char *clock_format(int64_t us, bool fraction, char *ret, size_t size)
{
    int rest;
    time_t s = clock_split(us, &rest);
    struct tm tm;
    gmtime_r(&s, &tm);
    char tail[16] = "Z";
    if (fraction)
        snprintf(tail, sizeof(tail), ".%06dZ", rest);
    snprintf(ret, size, "%04d-%02d-%02dT%02d:%02d:%02d%s", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
             tm.tm_min, tm.tm_sec, tail);
    return ret;
}

char *clock_rfc3339(int64_t us, char *ret, size_t size)
{
    return clock_format(us, false, ret, size);
}

char *clock_rfc3339_us(int64_t us, char *ret, size_t size)
{
    return clock_format(us, true, ret, size);
}

/* n digits at *s, in [0, most]; moves *s behind them. */
static bool clock_digits(const char **s, int n, int most, int *ret)
{
    int v = 0;
    for (int i = 0; i < n; i++, (*s)++) {
        if (!isdigit((unsigned char)**s))
            return false;
        v = v * 10 + (**s - '0');
    }
    *ret = v;
    return v <= most;
}

static bool clock_sign(const char **s, const char *any_of)
{
    if (**s == '\0' || strchr(any_of, **s) == NULL)
        return false;
    (*s)++;
    return true;
}

/* ".digits": those past the microsecond are read and dropped. */
static bool clock_fraction(const char **s, int64_t *ret_us)
{
    *ret_us = 0;
    if (**s != '.')
        return true;
    (*s)++;
    if (!isdigit((unsigned char)**s))
        return false;
    for (int64_t unit = US_PER_S / 10; isdigit((unsigned char)**s); (*s)++, unit /= 10)
        *ret_us += unit * (**s - '0');
    return true;
}

/* "Z" or "+hh:mm": seconds east of UTC. */
static bool clock_offset(const char **s, int64_t *ret_s)
{
    *ret_s = 0;
    if (clock_sign(s, "Zz"))
        return true;
    bool west = **s == '-';
    int h, m;
    if (!clock_sign(s, "+-") || !clock_digits(s, 2, 23, &h) || !clock_sign(s, ":") || !clock_digits(s, 2, 59, &m))
        return false;
    *ret_s = (west ? -1 : 1) * (h * 3600LL + m * 60LL);
    return true;
}

/* Is it a day of that month? timegm would carry it over into the next one. */
static bool clock_day_ok(const struct tm *tm)
{
    struct tm copy = {.tm_year = tm->tm_year, .tm_mon = tm->tm_mon, .tm_mday = tm->tm_mday};
    timegm(&copy);
    return copy.tm_mday == tm->tm_mday && copy.tm_mon == tm->tm_mon;
}

int clock_parse_rfc3339(const char *s, int64_t *ret_us)
{
    struct tm tm = {0};
    int64_t fraction_us, east_s;
    if (s == NULL || !clock_digits(&s, 4, 9999, &tm.tm_year) || !clock_sign(&s, "-") ||
        !clock_digits(&s, 2, 12, &tm.tm_mon) || !clock_sign(&s, "-") || !clock_digits(&s, 2, 31, &tm.tm_mday))
        return -EINVAL;
    if (!clock_sign(&s, "Tt") || !clock_digits(&s, 2, 23, &tm.tm_hour) || !clock_sign(&s, ":") ||
        !clock_digits(&s, 2, 59, &tm.tm_min) || !clock_sign(&s, ":") || !clock_digits(&s, 2, 60, &tm.tm_sec))
        return -EINVAL;
    if (!clock_fraction(&s, &fraction_us) || !clock_offset(&s, &east_s) || *s != '\0' || tm.tm_mon == 0)
        return -EINVAL;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    if (!clock_day_ok(&tm))
        return -EINVAL;
    *ret_us = ((int64_t)timegm(&tm) - east_s) * US_PER_S + fraction_us;
    return 0;
}

/* Below `below_s` the age is told in `unit_s`, and the rest in `rest_s` where that still says something. */
static const struct age_row {
    int64_t below_s, unit_s, rest_s;
    char unit, rest;
} age_rows[] = {
    {120, 1, 0, 's', 0},
    {600, 60, 1, 'm', 's'},
    {3 * 3600, 60, 0, 'm', 0},
    {8 * 3600, 3600, 60, 'h', 'm'},
    {48 * 3600, 3600, 0, 'h', 0},
    {8 * 86400, 86400, 3600, 'd', 'h'},
    {2 * 365 * 86400, 86400, 0, 'd', 0},
    {8LL * 365 * 86400, 365 * 86400, 86400, 'y', 'd'},
    {INT64_MAX, 365 * 86400, 0, 'y', 0},
};

char *clock_age(int64_t us, char *ret, size_t size)
{
    int64_t s = us < 0 ? 0 : us / US_PER_S;
    const struct age_row *row = age_rows;
    while (s >= row->below_s)
        row++;
    int64_t rest = row->rest_s == 0 ? 0 : s % row->unit_s / row->rest_s;
    if (rest == 0)
        snprintf(ret, size, "%lld%c", (long long)(s / row->unit_s), row->unit);
    else
        snprintf(ret, size, "%lld%c%lld%c", (long long)(s / row->unit_s), row->unit, (long long)rest, row->rest);
    return ret;
}
