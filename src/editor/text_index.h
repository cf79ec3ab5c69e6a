// SPDX-License-Identifier: Apache-2.0
/* Places in a text: bytes, and lines with characters as the Language Server Protocol counts them (3.17, "Position").
 * Pure. */
#pragma once

#include "base/base.h"

enum text_unit { TEXT_UTF16, TEXT_UTF8 }; /* what `ch` counts: code units of UTF-16, or bytes */

struct text_pos {
    size_t line, ch; /* both from 0 */
};

/* Where lines begin. Borrows the text, which need be no UTF-8: what is none counts as one unit a byte. */
struct text_index {
    const char *text;
    size_t len;
    size_t *lines; /* offsets of their first bytes; at least one */
    size_t n;
    bool odd; /* it has line ends that only the YAML reader takes for such */
};

/* A line ends with \n, \r\n or \r. */
void text_index_make(struct text_index *ret, const char *text, size_t len);
void text_index_done(struct text_index *ix);
/* Offset of a position: one past a line's end means its end, a line past the last one means the text's end; a position
 * inside of a character means its begin. */
size_t text_offset(const struct text_index *ix, struct text_pos pos, enum text_unit unit);
/* Position of an offset (one past the text's end means its end). */
struct text_pos text_position(const struct text_index *ix, size_t offset, enum text_unit unit);
/* Offset of a place as the YAML reader gives it: both from 1, the column in characters; U+0085, U+2028 and U+2029 end
 * lines, too (YAML 1.1, 5.4). */
size_t text_yaml_offset(const char *text, size_t len, int line, int col);
/* The same by the index, quicker for many of them. */
size_t text_index_yaml(const struct text_index *ix, int line, int col);
/* Replaces the bytes from..to by the new ones: a new text, closed by NUL. The caller frees. */
char *text_replaced(const char *text, size_t len, size_t from, size_t to, const char *by, size_t by_len,
                    size_t *ret_len);
