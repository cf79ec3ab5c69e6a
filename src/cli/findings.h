// SPDX-License-Identifier: Apache-2.0
/* What checks of templates found, made ready to be shown: paths as the user writes them, source lines, suggestions. */
#pragma once

#include <stdio.h>

#include "cli/template.h"

struct cli;
struct template_check;

/* A place as it is shown. Columns count characters, from 1. */
struct finding_place {
    char *path; /* "<profile>/simple-nodes.yaml" for one in the built-in types */
    bool builtin;
    int line, col, end_col; /* end_col: behind the token that begins there */
    char *source;           /* the line, or NULL when it cannot be read */
};

struct finding {
    enum diag_level level;
    const char *code; /* static */
    char *text;
    struct finding_place at;
    char *fix; /* what to write in place of the token at fix_col..fix_end; NULL: nothing is likely */
    int fix_col, fix_end;
    struct finding_place related; /* path NULL: none */
    char *related_text;
};

struct findings {
    struct finding *items;
    size_t n, errors, warnings;
};
#define AUTO_FINDINGS AUTO(findings_done)

/* Adds all that a check found, and the fault of its inputs (code INPUT) when `e` is set. */
void findings_add(struct findings *ret, const struct template_check *c, const struct err *e);
/* Adds an error at a place of a text that was read from `path`; column 1-based, in characters. code: static. */
void findings_add_at(struct findings *ret, const char *code, const char *path, const char *text, int line, int col,
                     const char *words);
void findings_done(struct findings *f);

/* "error: text [CODE]" with place, source line, mark, related place; a hint at the first of each code; then how many.
 * Control characters of the template's text are not passed on. */
void findings_print(FILE *to, bool color, const struct findings *f);
/* An array of them, as docs/findings.md says. The caller owns it. */
json_t *findings_json(const struct findings *f);
/* "2 errors, 1 warning", or "" without any. The caller frees. */
char *findings_count(const struct findings *f);
