// SPDX-License-Identifier: Apache-2.0
/* Translates patterns to POSIX extended ones and matches whole texts. */
#include "tosca/pattern.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#define PATTERN_LONG 1000  /* bytes of a pattern */
#define PATTERN_WIDE 2000  /* places after all repetitions are written out */
#define PATTERN_DEEP 20    /* groups in groups */
#define PATTERN_TEXT 65536 /* bytes of a text to match */

/* How wide the pattern becomes when repetitions are written out: the library does so, and would use up memory. */
struct width {
    size_t total[PATTERN_DEEP], atom[PATTERN_DEEP];
    size_t depth;
};

static bool width_atom(struct width *w, size_t n)
{
    w->atom[w->depth] = n;
    w->total[w->depth] += n;
    return w->total[w->depth] <= PATTERN_WIDE;
}

static bool width_repeat(struct width *w, const char *p)
{
    unsigned long low = strtoul(p + 1, NULL, 10), high = low;
    const char *comma = strchr(p, ','), *end = strchr(p, '}');
    if (end && comma && comma < end && isdigit((unsigned char)comma[1]))
        high = strtoul(comma + 1, NULL, 10);
    unsigned long times = high > low ? high : low;
    if (times > 255)
        return false;
    size_t atom = w->atom[w->depth];
    w->total[w->depth] += atom * (times ? times - 1 : 0);
    w->atom[w->depth] = atom * (times ? times : 1);
    return w->total[w->depth] <= PATTERN_WIDE;
}

/* The ']' that closes a bracket expression, or NULL. */
static const char *bracket_end(const char *p)
{
    p += 1 + (p[1] == '^');
    p += *p == ']';
    for (; *p && *p != ']'; p++) {
        char kind = p[1];
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '[' && (kind == ':' || kind == '.' || kind == '=')) {
            const char *close = strchr(p + 2, ']');
            if (!close)
                return NULL;
            p = close;
        }
    }
    return *p ? p : NULL;
}

static bool width_step(struct width *w, const char **p)
{
    switch (**p) {
    case '(':
        if (++w->depth >= PATTERN_DEEP)
            return false;
        w->total[w->depth] = w->atom[w->depth] = 0;
        return true;
    case ')':
        if (!w->depth)
            return false;
        w->depth--;
        return width_atom(w, w->total[w->depth + 1] + 1);
    case '{':
        return width_repeat(w, *p);
    case '\\':
        *p += (*p)[1] != '\0';
        return width_atom(w, 1);
    case '[':
        if (!bracket_end(*p))
            return false;
        *p = bracket_end(*p);
        return width_atom(w, 1);
    default:
        return width_atom(w, 1);
    }
}

static bool width_fits(const char *pattern)
{
    struct width w = {0};
    for (const char *p = pattern; *p; p++) {
        if (!width_step(&w, &p))
            return false;
    }
    return true;
}

static const struct {
    char letter;
    const char *inside, *outside; /* of a bracket expression */
} pattern_classes[] = {
    {'d', "0-9", "[0-9]"},
    {'w', "a-zA-Z0-9_", "[a-zA-Z0-9_]"},
    {'s', " \t\r\n\f\v", "[ \t\r\n\f\v]"},
    {'D', NULL, "[^0-9]"},
    {'W', NULL, "[^a-zA-Z0-9_]"},
    {'S', NULL, "[^ \t\r\n\f\v]"},
    {'t', "\t", "\t"},
    {'n', "\n", "\n"},
    {'r', "\r", "\r"},
};

/* A backslash and a letter; false when it has no meaning here (a back-reference, a word boundary). */
static bool translate_escape(struct buf *to, char letter, bool bracket)
{
    for (size_t i = 0; i < ARRAY_LEN(pattern_classes); i++) {
        if (pattern_classes[i].letter != letter)
            continue;
        const char *text = bracket ? pattern_classes[i].inside : pattern_classes[i].outside;
        if (text)
            buf_adds(to, text);
        return text != NULL;
    }
    if (isalnum((unsigned char)letter))
        return false;
    if (!bracket)
        buf_addc(to, '\\');
    buf_addc(to, letter);
    return true;
}

/* Inside brackets POSIX knows no backslash; a ']', '^' or '-' that one protected there is left to chance, so it is
 * refused. */
static bool translate_bracket(struct buf *to, const char **p)
{
    const char *end = bracket_end(*p);
    if (!end)
        return false;
    buf_addc(to, *(*p)++);
    bool minus = false, close = false;
    struct buf rest = {0};
    bool ok = true;
    if (**p == '^')
        buf_addc(to, *(*p)++);
    for (; *p < end && ok; (*p)++) {
        if (**p != '\\') {
            buf_addc(&rest, **p);
            continue;
        }
        (*p)++;
        minus |= **p == '-';
        close |= **p == ']';
        if (**p != '-' && **p != ']')
            ok = translate_escape(&rest, **p, true);
    }
    if (close)
        buf_addc(to, ']');
    buf_adds(to, buf_str(&rest));
    if (minus)
        buf_addc(to, '-');
    buf_addc(to, ']');
    buf_done(&rest);
    *p = end;
    return ok;
}

static bool translate(const char *pattern, bool whole, struct buf *to)
{
    buf_adds(to, whole ? "^(" : "");
    for (const char *p = pattern; *p; p++) {
        if (*p == '\\') {
            if (!p[1] || !translate_escape(to, *++p, false))
                return false;
        } else if (*p == '[') {
            if (!translate_bracket(to, &p))
                return false;
        } else if (str_starts(p, "(?:")) {
            buf_addc(to, '(');
            p += 2;
        } else if (str_starts(p, "(?")) {
            return false;
        } else {
            buf_addc(to, *p);
        }
    }
    buf_adds(to, whole ? ")$" : "");
    return true;
}

static bool pattern_compile(const char *pattern, bool whole, regex_t *ret, char *why, size_t why_size)
{
    AUTO_BUF struct buf posix = {0};
    if (strlen(pattern) > PATTERN_LONG || !width_fits(pattern)) {
        snprintf(why, why_size, "is malformed, or longer or repeats more than sedge takes");
        return false;
    }
    if (!translate(pattern, whole, &posix)) {
        snprintf(why, why_size, "uses what POSIX extended expressions do not know (back-references, look-around, \\b)");
        return false;
    }
    int r = regcomp(ret, buf_str(&posix), REG_EXTENDED | REG_NOSUB);
    if (r == 0)
        return true;
    char text[100];
    regerror(r, ret, text, sizeof(text));
    snprintf(why, why_size, "is no regular expression: %s", text);
    return false;
}

struct pattern {
    regex_t re;
    size_t width;
};

static struct pattern *pattern_make(const char *text, bool whole, char *why, size_t why_size)
{
    struct pattern *p = mem_alloc(sizeof(*p));
    if (pattern_compile(text, whole, &p->re, why, why_size)) {
        p->width = strlen(text);
        return p;
    }
    free(p);
    return NULL;
}

struct pattern *pattern_new(const char *text, char *why, size_t why_size)
{
    return pattern_make(text, true, why, why_size);
}

struct pattern *pattern_new_part(const char *text, char *why, size_t why_size)
{
    return pattern_make(text, false, why, why_size);
}

void pattern_free(void *p)
{
    struct pattern *pattern = p;
    if (pattern)
        regfree(&pattern->re);
    free(pattern);
}

bool pattern_matches(const struct pattern *p, const char *text)
{
    return strlen(text) > PATTERN_TEXT || regexec(&p->re, text, 0, NULL, 0) == 0;
}

int64_t pattern_cost(const struct pattern *p, const char *text)
{
    return 20 + (int64_t)(strlen(text) * (1 + p->width / 16));
}
