// SPDX-License-Identifier: Apache-2.0
/* Every code that a finding can carry, with what it means and what to do about it. */
#pragma once

#include "base/base.h"

/* A finding's code has a row here, or a test fails. `sedge explain CODE` prints the row, `make docs` makes
 * docs/errors/CODE.md of it, SARIF's rules are these rows. A new code: add a row to diag_codes_read.c (what is wrong
 * with a file as such) or diag_codes_mean.c (what is wrong with what it says), with an example; then `make docs`. */
struct diag_code {
    const char *code;
    const char *level;   /* "error", "warning", or "error or warning" */
    const char *line;    /* what it says, in one line without full stop */
    const char *cause;   /* when it is told; one paragraph */
    const char *cure;    /* what to do; one paragraph */
    const char *example; /* a template as a difference: each line begins with ' ', '-' (wrong) or '+' (mended);
                          * tosca_definitions_version may be left out; NULL: a template alone cannot show it */
    const char *class;   /* class of errors in the terms of tests/integration/error_classes.tsv */
};

/* All rows by code, in alphabetical order; *ret_n gets their number. Borrowed. */
const struct diag_code *const *diag_codes(size_t *ret_n);
/* The row of a code, or NULL. */
const struct diag_code *diag_code_find(const char *code);
/* The row as text for a terminal, and as a page in Markdown. The caller frees. */
char *diag_code_text(const struct diag_code *code);
char *diag_code_page(const struct diag_code *code);
/* The example's wrong or mended form as a whole template; NULL without an example. The caller frees. */
char *diag_code_template(const struct diag_code *code, bool mended);

/* The parts of the table, each closed by a row without code. For diag_codes.c alone. */
extern const struct diag_code diag_codes_read[], diag_codes_mean[];
