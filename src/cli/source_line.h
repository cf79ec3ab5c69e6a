// SPDX-License-Identifier: Apache-2.0
/* A line of a template as a terminal can show it, and where in it a place stands. Pure. */
#pragma once

#include "base/base.h"

/* What is shown of a line, and which columns of that a mark goes under. */
struct source_view {
    char *text;    /* tabs as blanks, other control characters as one blank, cut to a window around the mark; the caller
                      frees */
    size_t before; /* columns of the terminal before the mark */
    size_t width;  /* of the mark, at least 1 */
};
/* line: UTF-8 or not, without line end; col: 1-based, counted in characters. A place past the end is marked behind it.
 */
struct source_view source_view(const char *line, int col);

/* The column behind the token (a quoted text, a word, a value up to its comma or comment) that begins at `col`; at
 * least col + 1. */
int source_token_end(const char *line, int col);
/* The token at `col` without quotes around it, and the columns of its first character and behind its last one. The
 * caller frees. */
char *source_token(const char *line, int col, int *ret_col, int *ret_end);

/* The text with a blank for each control character, as far as `max` bytes. The caller frees. */
char *source_harmless(const char *text, size_t max);
