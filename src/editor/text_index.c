// SPDX-License-Identifier: Apache-2.0
/* Counts lines and characters of texts. */
#include "editor/text_index.h"

#include <string.h>

/* Bytes of the character at `at`; 1 for what is no UTF-8. */
static size_t char_bytes(const char *text, size_t len, size_t at)
{
    static const unsigned char sizes[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4};
    size_t n = sizes[(unsigned char)text[at] >> 4];
    if (n > len - at)
        return 1;
    for (size_t i = 1; i < n; i++)
        if (((unsigned char)text[at + i] & 0xc0) != 0x80)
            return 1;
    return n;
}

/* Units that a character of so many bytes takes: beyond the basic plane UTF-16 needs two. */
static size_t units_of(size_t bytes, enum text_unit unit)
{
    return unit == TEXT_UTF8 ? bytes : bytes == 4 ? 2 : 1;
}

/* Bytes of the line end at `at`, or 0. */
static size_t break_bytes(const char *text, size_t len, size_t at)
{
    if (text[at] == '\r')
        return at + 1 < len && text[at + 1] == '\n' ? 2 : 1;
    return text[at] == '\n' ? 1 : 0;
}

/* A line end of YAML 1.1, whole, or 0. */
static size_t yaml_break(const char *text, size_t len, size_t at)
{
    size_t n = break_bytes(text, len, at);
    if (n)
        return n;
    if (len - at >= 2 && memcmp(text + at, "\xc2\x85", 2) == 0)
        return 2;
    return len - at >= 3 && memcmp(text + at, "\xe2\x80", 2) == 0 && (text[at + 2] | 1) == (char)0xa9 ? 3 : 0;
}

void text_index_make(struct text_index *ret, const char *text, size_t len)
{
    *ret = (struct text_index){.text = text, .len = len};
    ret->lines = mem_push(NULL, 0, sizeof(*ret->lines));
    ret->lines[ret->n++] = 0;
    for (size_t at = 0; at < len;) {
        size_t n = yaml_break(text, len, at);
        bool ends = break_bytes(text, len, at) > 0;
        ret->odd = ret->odd || (n && !ends);
        at += n ? n : 1;
        if (!ends)
            continue;
        ret->lines = mem_push(ret->lines, ret->n, sizeof(*ret->lines));
        ret->lines[ret->n++] = at;
    }
}

void text_index_done(struct text_index *ix)
{
    free(ix->lines);
    *ix = (struct text_index){0};
}

/* Where the line's text ends, its line end left out. */
static size_t line_end(const struct text_index *ix, size_t line)
{
    size_t end = line + 1 < ix->n ? ix->lines[line + 1] : ix->len;
    while (end > ix->lines[line] && (ix->text[end - 1] == '\n' || ix->text[end - 1] == '\r'))
        end--;
    return end;
}

size_t text_offset(const struct text_index *ix, struct text_pos pos, enum text_unit unit)
{
    if (pos.line >= ix->n)
        return ix->len;
    size_t at = ix->lines[pos.line], end = line_end(ix, pos.line), units = 0;
    while (at < end) {
        size_t n = char_bytes(ix->text, end, at);
        units += units_of(n, unit);
        if (units > pos.ch)
            break;
        at += n;
    }
    return at;
}

/* The line that holds the offset. */
static size_t line_of(const struct text_index *ix, size_t offset)
{
    size_t low = 0, high = ix->n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(ix->lines[middle] <= offset ? &low : &high) = middle;
    }
    return low;
}

struct text_pos text_position(const struct text_index *ix, size_t offset, enum text_unit unit)
{
    offset = offset > ix->len ? ix->len : offset;
    struct text_pos pos = {.line = line_of(ix, offset)};
    size_t end = line_end(ix, pos.line);
    offset = offset > end ? end : offset;
    for (size_t at = ix->lines[pos.line]; at < offset;) {
        size_t n = char_bytes(ix->text, end, at);
        if (at + n > offset)
            break;
        pos.ch += units_of(n, unit);
        at += n;
    }
    return pos;
}

/* So many characters behind `at`, but not beyond its line. */
static size_t column_offset(const char *text, size_t len, size_t at, int col)
{
    for (int i = 1; i < col && at < len && !yaml_break(text, len, at); i++)
        at += char_bytes(text, len, at);
    return at;
}

size_t text_yaml_offset(const char *text, size_t len, int line, int col)
{
    size_t at = 0;
    for (int i = 1; i < line && at < len;) {
        size_t n = yaml_break(text, len, at);
        i += n > 0;
        at += n ? n : 1;
    }
    return column_offset(text, len, at, col);
}

size_t text_index_yaml(const struct text_index *ix, int line, int col)
{
    if (ix->odd)
        return text_yaml_offset(ix->text, ix->len, line, col);
    size_t i = line < 1 ? 0 : (size_t)line - 1;
    return i < ix->n ? column_offset(ix->text, ix->len, ix->lines[i], col) : ix->len;
}

char *text_replaced(const char *text, size_t len, size_t from, size_t to, const char *by, size_t by_len,
                    size_t *ret_len)
{
    struct buf out = {0};
    from = from > len ? len : from;
    to = to > len ? len : to < from ? from : to;
    buf_add(&out, text, from);
    buf_add(&out, by, by_len);
    buf_add(&out, text + to, len - to);
    *ret_len = out.len;
    return buf_take(&out);
}
