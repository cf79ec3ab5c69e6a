// SPDX-License-Identifier: Apache-2.0
/* Output for people and for programs: tables, JSON, YAML, names; sizes, ages and counts as words. */
#pragma once

#include "cli/cli_private.h"

/* A column of a list of objects. */
struct column {
    const char *head;
    bool wide;                           /* with -o wide only */
    char *(*cell)(const json_t *item);   /* owned text; NULL is shown as "-" */
    enum tint (*tint)(const char *cell); /* or NULL */
};
struct table_look {
    const struct column *columns;
    size_t n;
    char *(*name)(const json_t *item); /* for -o name: owned */
    const char *
        none; /* said (to standard error) when there is nothing: "no applications; make one with 'sedge deploy FILE'" */
};
/* Prints an array in cli->format; for JSON and YAML a v1 List of the items as they are. Exit status. */
int output_list(const struct cli *cli, const json_t *items, const struct table_look *look);
/* Prints a value as JSON or YAML (cli->format; JSON otherwise). Exit status. */
int output_value(const struct cli *cli, const json_t *value);

/* Plain tables: cells are copied, control characters in them become blanks; every row has n cells. */
struct table {
    size_t n;
    struct strv cells; /* the heads first */
    enum tint *tints;  /* of the first `tinted` cells */
    size_t tinted;
};
void table_begin(struct table *t, const char *const *heads, size_t n);
void table_cell(struct table *t, const char *text);        /* the next cell */
void table_row(struct table *t, const char *const *cells); /* NULL and "" are shown as "-" */
void table_tint(struct table *t, enum tint tint);          /* of the cell added last */
/* The aligned text: two spaces between columns, no blanks at line ends; the last column is cut so that a line has at
 * most `width` characters (0: any). Pure; the caller frees. */
char *table_text(const struct table *t, int width, bool color);
void table_done(struct table *t);

/* "1.2 MB", "340 kB", "17 B" (powers of 1000). */
char *size_text(int64_t bytes, char *ret, size_t size);
/* Age of an RFC 3339 time: "3m20s"; "-" when there is none. */
char *age_text(const char *rfc3339, int64_t now_us, char *ret, size_t size);
