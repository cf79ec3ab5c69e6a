// SPDX-License-Identifier: Apache-2.0
/* Reads scalars: YAML's own kinds, versions, timestamps, and amounts with units in exact integer arithmetic. */
#include "tosca/scalar.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "tosca/tosca.h"

#define WORD_MOST 5 /* characters of the longest word below */
static const struct {
    const char *text;
    enum scalar_reads reads;
    bool boolean;
} scalar_words[] = {
    {"", READS_NULL, false},           {"~", READS_NULL, false},          {"null", READS_NULL, false},
    {"Null", READS_NULL, false},       {"NULL", READS_NULL, false},       {"true", READS_BOOLEAN, true},
    {"True", READS_BOOLEAN, true},     {"TRUE", READS_BOOLEAN, true},     {"false", READS_BOOLEAN, false},
    {"False", READS_BOOLEAN, false},   {"FALSE", READS_BOOLEAN, false},   {"yes", READS_OLD_BOOLEAN, true},
    {"Yes", READS_OLD_BOOLEAN, true},  {"YES", READS_OLD_BOOLEAN, true},  {"no", READS_OLD_BOOLEAN, false},
    {"No", READS_OLD_BOOLEAN, false},  {"NO", READS_OLD_BOOLEAN, false},  {"on", READS_OLD_BOOLEAN, true},
    {"On", READS_OLD_BOOLEAN, true},   {"ON", READS_OLD_BOOLEAN, true},   {"off", READS_OLD_BOOLEAN, false},
    {"Off", READS_OLD_BOOLEAN, false}, {"OFF", READS_OLD_BOOLEAN, false},
};

static bool read_word(const char *text, struct scalar_read *ret)
{
    if (strnlen(text, WORD_MOST + 1) > WORD_MOST || !strchr("~nNtTfFyYoO", *text)) /* most are neither */
        return false;
    for (size_t i = 0; i < ARRAY_LEN(scalar_words); i++) {
        if (!str_eq(text, scalar_words[i].text))
            continue;
        ret->reads = scalar_words[i].reads;
        ret->boolean = scalar_words[i].boolean;
        return true;
    }
    return false;
}

static bool read_based(const char *text, const char *digits, int base, struct scalar_read *ret)
{
    if (!*digits || strspn(digits, base == 16 ? "0123456789abcdefABCDEF" : "01234567") != strlen(digits))
        return false;
    errno = 0;
    ret->integer = strtoll(digits, NULL, base);
    ret->big = errno == ERANGE;
    ret->reads = READS_INTEGER;
    ret->real = (double)ret->integer;
    return true;
}

static bool read_integer(const char *text, struct scalar_read *ret)
{
    if (str_starts(text, "0x"))
        return read_based(text, text + 2, 16, ret);
    if (str_starts(text, "0o"))
        return read_based(text, text + 2, 8, ret);
    const char *p = text + (*text == '-' || *text == '+');
    if (!*p || strspn(p, "0123456789") != strlen(p))
        return false;
    errno = 0;
    ret->integer = strtoll(text, NULL, 10);
    ret->big = errno == ERANGE;
    ret->reads = READS_INTEGER;
    ret->real = ret->big ? strtod(text, NULL) : (double)ret->integer;
    return true;
}

static bool read_special_float(const char *text, struct scalar_read *ret)
{
    const char *p = text + (*text == '-' || *text == '+');
    bool infinite = str_eq(p, ".inf") || str_eq(p, ".Inf") || str_eq(p, ".INF");
    bool nan = str_eq(text, ".nan") || str_eq(text, ".NaN") || str_eq(text, ".NAN");
    if (!infinite && !nan)
        return false;
    ret->reads = READS_FLOAT;
    ret->real = nan ? NAN : *text == '-' ? -INFINITY : INFINITY;
    return true;
}

static bool read_float(const char *text, struct scalar_read *ret)
{
    const char *p = text + (*text == '-' || *text == '+');
    size_t whole = strspn(p, "0123456789");
    p += whole;
    size_t part = 0;
    if (*p == '.') {
        part = strspn(p + 1, "0123456789");
        p += 1 + part;
    }
    if (!whole && !part)
        return false;
    if (*p == 'e' || *p == 'E') {
        p += 1 + (p[1] == '-' || p[1] == '+');
        size_t power = strspn(p, "0123456789");
        if (!power)
            return false;
        p += power;
    }
    if (*p)
        return false;
    ret->reads = READS_FLOAT;
    ret->real = strtod(text, NULL);
    return true;
}

struct scalar_read scalar_read(const struct ynode *n)
{
    struct scalar_read r = {.reads = READS_TEXT};
    bool as_text = !n->plain || strlen(n->text) != n->len || (n->tag && str_ends(n->tag, "str"));
    if (as_text)
        return r;
    if (!read_word(n->text, &r) && !read_integer(n->text, &r) && !read_special_float(n->text, &r))
        read_float(n->text, &r);
    return r;
}

struct unit {
    const char *name;
    int64_t factor;
};
#define K  1000LL
#define KI 1024LL
static const struct unit size_units[] = {
    {"B", 1},
    {"kB", K},
    {"KiB", KI},
    {"MB", K *K},
    {"MiB", KI *KI},
    {"GB", K *K *K},
    {"GiB", KI *KI *KI},
    {"TB", K *K *K *K},
    {"TiB", KI *KI *KI *KI},
};
static const struct unit time_units[] = {
    {"d", 86400 * K *K *K},
    {"h", 3600 * K *K *K},
    {"m", 60 * K *K *K},
    {"s", K *K *K},
    {"ms", K *K},
    {"us", K},
    {"ns", 1},
};
static const struct unit frequency_units[] = {{"Hz", 1}, {"kHz", K}, {"MHz", K *K}, {"GHz", K *K *K}};
static const struct unit bitrate_units[] = {
    {"bps", 1},
    {"Kbps", K},
    {"Kibps", KI},
    {"Mbps", K *K},
    {"Mibps", KI *KI},
    {"Gbps", K *K *K},
    {"Gibps", KI *KI *KI},
    {"Tbps", K *K *K *K},
    {"Tibps", KI *KI *KI *KI},
    {"Bps", 8},
    {"KBps", 8 * K},
    {"KiBps", 8 * KI},
    {"MBps", 8 * K *K},
    {"MiBps", 8 * KI *KI},
    {"GBps", 8 * K *K *K},
    {"GiBps", 8 * KI *KI *KI},
    {"TBps", 8 * K *K *K *K},
    {"TiBps", 8 * KI *KI *KI *KI},
};
static const struct {
    const struct unit *units;
    size_t n;
} unit_tables[UNIT_KINDS] = {
    [UNIT_SIZE] = {size_units, ARRAY_LEN(size_units)},
    [UNIT_TIME] = {time_units, ARRAY_LEN(time_units)},
    [UNIT_FREQUENCY] = {frequency_units, ARRAY_LEN(frequency_units)},
    [UNIT_BITRATE] = {bitrate_units, ARRAY_LEN(bitrate_units)},
};

/* Exact spelling first; then letters of any case, where that leaves one unit only. */
static const struct unit *unit_find(enum unit_kind kind, const char *name, bool *ret_odd)
{
    const struct unit *found = NULL;
    for (size_t i = 0; i < unit_tables[kind].n; i++) {
        const struct unit *u = &unit_tables[kind].units[i];
        if (str_eq(u->name, name)) {
            *ret_odd = false;
            return u;
        }
        if (strcasecmp(u->name, name) != 0)
            continue;
        if (found)
            return NULL;
        found = u;
    }
    *ret_odd = found != NULL;
    return found;
}

void scalar_units(enum unit_kind kind, char *ret, size_t size)
{
    size_t at = 0;
    ret[0] = '\0';
    for (size_t i = 0; i < unit_tables[kind].n && at < size; i++)
        at += (size_t)snprintf(ret + at, size - at, "%s%s", i ? ", " : "", unit_tables[kind].units[i].name);
}

#define AMOUNT_DIGITS_MAX   14
#define AMOUNT_FRACTION_MAX 9

/* Digits and at most one point: gives where they end, or NULL. Zeros at the end of the fraction do not count. */
static const char *amount_number(const char *p, struct scalar_amount *ret, enum scalar_fault *fault)
{
    unsigned digits = 0, zeros = 0;
    bool point = false, any = false;
    for (; isdigit((unsigned char)*p) || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        any = true;
        if (point && *p == '0') {
            zeros++;
            continue;
        }
        for (unsigned i = 0; i <= zeros; i++) {
            if (digits >= AMOUNT_DIGITS_MAX || ret->digits > AMOUNT_FRACTION_MAX) {
                *fault = SCALAR_TOO_LONG;
                return NULL;
            }
            int64_t digit = i < zeros ? 0 : *p - '0';
            ret->value = ret->value * 10 + digit;
            digits += ret->value != 0;
            ret->digits += point;
        }
        zeros = 0;
    }
    *fault = SCALAR_NO_NUMBER;
    return any ? p : NULL;
}

enum scalar_fault scalar_amount(enum unit_kind kind, const char *text, struct scalar_amount *ret)
{
    *ret = (struct scalar_amount){0};
    while (isspace((unsigned char)*text))
        text++;
    enum scalar_fault fault;
    bool minus = *text == '-';
    const char *p = amount_number(text + (*text == '-' || *text == '+'), ret, &fault);
    if (!p)
        return fault;
    while (isspace((unsigned char)*p))
        p++;
    char unit[16];
    size_t n = strcspn(p, " \t\r\n");
    if (!n)
        return SCALAR_NO_UNIT;
    if (n >= sizeof(unit) || p[n + strspn(p + n, " \t\r\n")] != '\0')
        return SCALAR_BAD_UNIT;
    memcpy(unit, p, n);
    unit[n] = '\0';
    const struct unit *u = unit_find(kind, unit, &ret->odd_case);
    if (!u)
        return SCALAR_BAD_UNIT;
    ret->unit = u->name;
    ret->value *= minus ? -u->factor : u->factor;
    return SCALAR_OK;
}

int scalar_amount_compare(const struct scalar_amount *a, const struct scalar_amount *b)
{
    __extension__ __int128 x = a->value, y = b->value;
    for (unsigned d = a->digits; d < b->digits; d++)
        x *= 10;
    for (unsigned d = b->digits; d < a->digits; d++)
        y *= 10;
    return (x > y) - (x < y);
}

/* One number of a version; gives what follows it, or NULL. */
static const char *version_number(const char *p, int64_t *ret)
{
    size_t n = strspn(p, "0123456789");
    if (!n || n > 18)
        return NULL;
    *ret = strtoll(p, NULL, 10);
    return p + n;
}

static bool version_qualifier(const char *p, struct scalar_version *ret)
{
    size_t n = strcspn(p, "-");
    if (!n || n >= sizeof(ret->qualifier))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)p[i]) && !(p[i] & 0x80) && p[i] != '_')
            return false;
    }
    memcpy(ret->qualifier, p, n);
    p += n;
    if (!*p)
        return true;
    p = version_number(p + 1, &ret->build);
    return p && !*p;
}

bool scalar_version(const char *text, struct scalar_version *ret)
{
    *ret = (struct scalar_version){.build = -1};
    const char *p = text;
    for (int i = 0; i < 3; i++) {
        p = version_number(p, &ret->number[i]);
        if (!p)
            return false;
        if (!*p)
            return true;
        if (*p != '.')
            return false;
        p++;
    }
    if (!ret->number[0] && !ret->number[1] && !ret->number[2])
        return false; /* "0.0.0" means no version: it takes no qualifier */
    return version_qualifier(p, ret);
}

int scalar_version_compare(const struct scalar_version *a, const struct scalar_version *b)
{
    for (int i = 0; i < 3; i++) {
        if (a->number[i] != b->number[i])
            return a->number[i] < b->number[i] ? -1 : 1;
    }
    bool qa = a->qualifier[0], qb = b->qualifier[0];
    if (qa != qb)
        return qa ? -1 : 1; /* a qualified version comes before the plain one */
    int r = strcmp(a->qualifier, b->qualifier);
    if (r)
        return r < 0 ? -1 : 1;
    return (a->build > b->build) - (a->build < b->build);
}

/* "YYYY-MM-DD" alone or before a time: normalises to RFC 3339 and lets the clock read it. */
bool scalar_timestamp(const char *text, int64_t *ret_us)
{
    int year, month, day, hour = 0, minute = 0, second = 0, used = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || used < 8)
        return false;
    const char *p = text + used, *rest = "";
    if (*p) {
        bool parted = *p == 'T' || *p == 't' || *p == ' ' || *p == '\t';
        if (!parted)
            return false;
        p += *p == 'T' || *p == 't' ? 1 : strspn(p, " \t");
        if (sscanf(p, "%2d:%2d:%2d%n", &hour, &minute, &second, &used) != 3)
            return false;
        rest = p + used;
    }
    char zone[32] = "Z", normal[96];
    size_t fraction = *rest == '.' ? 1 + strspn(rest + 1, "0123456789") : 0;
    const char *z = rest + fraction + strspn(rest + fraction, " \t");
    int zh = 0, zm = 0;
    if ((*z == '+' || *z == '-') && sscanf(z + 1, "%2d:%2d", &zh, &zm) >= 1 &&
        strspn(z + 1, "0123456789:") == strlen(z + 1))
        snprintf(zone, sizeof(zone), "%c%02d:%02d", *z, zh, zm);
    else if (*z && !str_eq(z, "Z") && !str_eq(z, "z"))
        return false;
    snprintf(normal, sizeof(normal), "%04d-%02d-%02dT%02d:%02d:%02d%.*s%s", year, month, day, hour, minute, second,
             (int)(fraction > 7 ? 7 : fraction), rest, zone);
    return clock_parse_rfc3339(normal, ret_us) == 0;
}
