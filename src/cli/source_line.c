// SPDX-License-Identifier: Apache-2.0
/* Widths of characters, tabs, tokens and windows of a source line. */
#include "cli/source_line.h"

#include <string.h>

#define TAB_STOP   8
#define LEFT_MOST  100 /* columns before the mark that are shown */
#define SHOWN_MOST 160 /* columns that are shown */
#define MARK_MOST  80
#define ELLIPSIS   "..."

/* Bytes of the character that begins here; 1 for what is no UTF-8. */
static size_t char_len(const char *s)
{
    size_t n = 1;
    while (n < 4 && ((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

static uint32_t char_code(const char *s, size_t n)
{
    static const unsigned char first[] = {0x7f, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = (unsigned char)s[0] & first[n];
    for (size_t i = 1; i < n; i++)
        code = code << 6 | ((unsigned char)s[i] & 0x3f);
    return code;
}

/* Ranges of characters that take no column, or two (Unicode 15: marks and joiners; East Asian Wide, emoji). */
static const struct {
    uint32_t from, to;
    size_t width;
} widths[] = {{0x0300, 0x036f, 0},   {0x0483, 0x0489, 0},  {0x0591, 0x05bd, 0},   {0x064b, 0x065f, 0},
              {0x1100, 0x115f, 2},   {0x1ab0, 0x1aff, 0},  {0x1dc0, 0x1dff, 0},   {0x200b, 0x200f, 0},
              {0x202a, 0x202e, 0},   {0x2060, 0x2064, 0},  {0x20d0, 0x20ff, 0},   {0x2e80, 0x303e, 2},
              {0x3041, 0xa4cf, 2},   {0xa960, 0xa97f, 2},  {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},
              {0xfe00, 0xfe0f, 0},   {0xfe20, 0xfe2f, 0},  {0xfe30, 0xfe6f, 2},   {0xfeff, 0xfeff, 0},
              {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},  {0x1f300, 0x1f64f, 2}, {0x1f680, 0x1f6ff, 2},
              {0x1f900, 0x1faff, 2}, {0x20000, 0x3fffd, 2}};

static size_t char_width(const char *s, size_t n)
{
    uint32_t code = char_code(s, n);
    for (size_t i = 0; n > 1 && i < ARRAY_LEN(widths); i++)
        if (code >= widths[i].from && code <= widths[i].to)
            return widths[i].width;
    return 1;
}

/* A byte, or the first of two, that would move a terminal's cursor or change its ways. */
static bool is_control(const char *s)
{
    unsigned char c = (unsigned char)s[0], next = c ? (unsigned char)s[1] : 0;
    return c < 0x20 || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0);
}

char *source_harmless(const char *text, size_t max)
{
    AUTO_BUF struct buf out = {0};
    for (const char *s = text; *s && out.len < max;) {
        size_t n = char_len(s);
        if (is_control(s))
            buf_addc(&out, ' ');
        else
            buf_add(&out, s, n);
        s += n;
    }
    return buf_take(&out);
}

/* Columns that the character at s takes when it begins at column `at` (0-based). */
static size_t step(const char *s, size_t n, size_t at)
{
    if (*s == '\t')
        return TAB_STOP - at % TAB_STOP;
    return is_control(s) ? 1 : char_width(s, n);
}

static const char *char_at(const char *line, int col)
{
    const char *s = line;
    for (int i = 1; *s && i < col; i++)
        s += char_len(s);
    return s;
}

/* Columns from the line's begin to s. */
static size_t columns_to(const char *line, const char *to)
{
    size_t columns = 0;
    for (const char *s = line; s < to;) {
        size_t n = char_len(s);
        columns += step(s, n, columns);
        s += n;
    }
    return columns;
}

struct source_view source_view(const char *line, int col)
{
    AUTO_BUF struct buf out = {0};
    const char *mark = char_at(line, col), *end = char_at(line, source_token_end(line, col));
    size_t before = columns_to(line, mark), after = columns_to(line, end), at = 0;
    size_t from = before > LEFT_MOST ? before - LEFT_MOST / 2 : 0, shown_from = from;
    bool begun = false;
    for (const char *s = line; *s && at < from + SHOWN_MOST;) {
        size_t n = char_len(s), wide = step(s, n, at);
        if (at >= from && !begun) {
            begun = true;
            shown_from = at;
            buf_adds(&out, from ? ELLIPSIS : "");
        }
        if (at >= from && !is_control(s))
            buf_add(&out, s, n);
        for (size_t i = 0; at >= from && is_control(s) && i < wide; i++)
            buf_addc(&out, ' ');
        at += wide;
        s += n;
    }
    size_t width = after > before ? after - before : 1;
    return (struct source_view){.before = before - shown_from + (from ? strlen(ELLIPSIS) : 0),
                                .width = width > MARK_MOST ? MARK_MOST : width,
                                .text = buf_take(&out)};
}

/* Does the text at s end a plain scalar? */
static bool ends_plain(const char *line, const char *s)
{
    return *s == '\0' || strchr(",]}", *s) || (*s == ':' && (s[1] == ' ' || s[1] == '\0')) ||
           (*s == '#' && s > line && s[-1] == ' ');
}

/* Behind the closing quote, or the line's end. */
static const char *quoted_end(const char *s)
{
    char quote = *s++;
    while (*s && *s != quote)
        s += *s == '\\' && quote == '"' && s[1] ? 2 : 1;
    return *s ? s + 1 : s;
}

static const char *token_end(const char *line, const char *s)
{
    if (*s == '"' || *s == '\'')
        return quoted_end(s);
    if (*s && strchr("[{-&*!|>", *s) && (s[1] == ' ' || strchr("[{", *s)))
        return s + 1;
    const char *end = s;
    while (!ends_plain(line, end))
        end += char_len(end);
    while (end > s + 1 && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return end;
}

int source_token_end(const char *line, int col)
{
    const char *s = char_at(line, col), *end = token_end(line, s);
    int columns = col;
    for (; s < end; s += char_len(s))
        columns++;
    return columns > col ? columns : col + 1;
}

char *source_token(const char *line, int col, int *ret_col, int *ret_end)
{
    const char *s = char_at(line, col), *end = token_end(line, s);
    size_t quotes = end > s + 1 && (*s == '"' || *s == '\'') && end[-1] == *s ? 1 : 0;
    *ret_col = col + (int)quotes;
    *ret_end = source_token_end(line, col) - (int)quotes;
    return mem_strndup(s + quotes, (size_t)(end - s) - 2 * quotes);
}
