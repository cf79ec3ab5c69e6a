// SPDX-License-Identifier: Apache-2.0
/* Aligned tables, and sizes and ages as words. */
#include <stdio.h>
#include <string.h>

#include "cli/output.h"

/* Columns on a terminal: characters, not bytes. Control characters, which could do things to a terminal, are not let
 * through (clean_cell). */
static size_t shown_width(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static char *clean_cell(const char *text)
{
    char *s = mem_strdup(str_empty(text) ? "-" : text);
    for (char *p = s; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            *p = ' ';
    return s;
}

void table_begin(struct table *t, const char *const *heads, size_t n)
{
    *t = (struct table){.n = n};
    table_row(t, heads);
}

void table_cell(struct table *t, const char *text)
{
    strv_take(&t->cells, clean_cell(text));
}

void table_row(struct table *t, const char *const *cells)
{
    for (size_t i = 0; i < t->n; i++)
        table_cell(t, cells[i]);
}

void table_done(struct table *t)
{
    strv_done(&t->cells);
    mem_freep(&t->tints);
}

void table_tint(struct table *t, enum tint tint)
{
    t->tints = mem_grow(t->tints, t->cells.n, sizeof(*t->tints));
    for (; t->tinted < t->cells.n - 1; t->tinted++)
        t->tints[t->tinted] = TINT_NONE;
    t->tints[t->tinted++] = tint;
}

static enum tint cell_tint(const struct table *t, size_t at)
{
    if (at < t->n)
        return TINT_BOLD;
    return at < t->tinted ? t->tints[at] : TINT_NONE;
}

/* Bytes of the first `chars` characters. */
static size_t bytes_of(const char *s, size_t chars)
{
    size_t i = 0, n = 0;
    while (s[i] && (n < chars || ((unsigned char)s[i] & 0xc0) == 0x80)) {
        n += ((unsigned char)s[i] & 0xc0) != 0x80;
        if (n > chars)
            break;
        i++;
    }
    return i;
}

static void add_row(struct buf *b, const struct table *t, size_t from, const size_t *widths, size_t width, bool color)
{
    size_t used = 0;
    for (size_t i = 0; i < t->n; i++) {
        const char *cell = t->cells.v[from + i];
        enum tint tint = cell_tint(t, from + i);
        size_t shown = shown_width(cell), len = strlen(cell);
        bool last = i + 1 == t->n;
        if (last && width > 0 && used < width && shown > width - used) {
            len = bytes_of(cell, width - used);
            shown = width - used;
        }
        buf_adds(b, tint_on(color, tint));
        buf_add(b, cell, len);
        buf_adds(b, tint_off(color, tint));
        for (size_t k = shown; !last && k < widths[i] + 2; k++)
            buf_addc(b, ' ');
        used += widths[i] + 2;
    }
    buf_addc(b, '\n');
}

char *table_text(const struct table *t, int width, bool color)
{
    struct buf b = {0};
    AUTO_FREE size_t *widths = mem_array(t->n + 1, sizeof(*widths));
    for (size_t i = 0; i < t->cells.n; i++) {
        size_t shown = shown_width(t->cells.v[i]);
        if (shown > widths[i % t->n])
            widths[i % t->n] = shown;
    }
    for (size_t i = 0; i < t->cells.n; i += t->n)
        add_row(&b, t, i, widths, width > 0 ? (size_t)width : 0, color);
    return buf_take(&b);
}

char *size_text(int64_t bytes, char *ret, size_t size)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double v = (double)(bytes < 0 ? 0 : bytes);
    size_t u = 0;
    while (v >= 999.5 && u + 1 < ARRAY_LEN(units)) {
        v /= 1000;
        u++;
    }
    snprintf(ret, size, u == 0 || v >= 9.95 ? "%.0f %s" : "%.1f %s", v, units[u]);
    return ret;
}

char *age_text(const char *rfc3339, int64_t now_us, char *ret, size_t size)
{
    int64_t at;
    if (!rfc3339 || clock_parse_rfc3339(rfc3339, &at) < 0)
        snprintf(ret, size, "-");
    else
        clock_age(now_us - at, ret, size);
    return ret;
}
