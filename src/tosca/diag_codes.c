// SPDX-License-Identifier: Apache-2.0
/* Looks up codes of findings and writes what is known of them. */
#include "tosca/diag_codes.h"

#include <stdlib.h>
#include <string.h>

#define CODES_MAX 128
#define VERSION   "tosca_definitions_version"

static int by_code(const void *a, const void *b)
{
    const struct diag_code *const *x = a, *const *y = b;
    return strcmp((*x)->code, (*y)->code);
}

const struct diag_code *const *diag_codes(size_t *ret_n)
{
    static const struct diag_code *all[CODES_MAX];
    static size_t n;
    const struct diag_code *const parts[] = {diag_codes_read, diag_codes_mean};
    for (size_t i = 0, known = n; known == 0 && i < ARRAY_LEN(parts); i++) {
        for (const struct diag_code *c = parts[i]; c->code && n < CODES_MAX; c++)
            all[n++] = c;
        qsort(all, n, sizeof(all[0]), by_code);
    }
    *ret_n = n;
    return all;
}

const struct diag_code *diag_code_find(const char *code)
{
    size_t n;
    const struct diag_code *const *all = diag_codes(&n);
    for (size_t i = 0; i < n; i++)
        if (str_eq(all[i]->code, code))
            return all[i];
    return NULL;
}

/* Calls back for each line of the example, without its end. */
static void example_lines(const struct diag_code *code,
                          void (*line)(struct buf *to, char mark, const char *s, size_t n), struct buf *to)
{
    for (const char *s = code->example; s && *s;) {
        size_t n = strcspn(s, "\n");
        if (n)
            line(to, s[0], s + 1, n - 1);
        s += n + (s[n] == '\n');
    }
}

static void add_shown(struct buf *to, char mark, const char *s, size_t n)
{
    buf_addf(to, "%c %.*s\n", mark, (int)n, s);
}

static void add_indented(struct buf *to, char mark, const char *s, size_t n)
{
    buf_addf(to, "    %c %.*s\n", mark, (int)n, s);
}

static void add_wrong(struct buf *to, char mark, const char *s, size_t n)
{
    if (mark != '+')
        buf_addf(to, "%.*s\n", (int)n, s);
}

static void add_mended(struct buf *to, char mark, const char *s, size_t n)
{
    if (mark != '-')
        buf_addf(to, "%.*s\n", (int)n, s);
}

/* A paragraph broken into lines of 80 columns. */
static void add_wrapped(struct buf *to, const char *text)
{
    size_t column = 0;
    while (*text) {
        size_t n = strcspn(text, " ");
        if (column && column + 1 + n > 80) {
            buf_addc(to, '\n');
            column = 0;
        }
        if (column)
            buf_addc(to, ' ');
        buf_add(to, text, n);
        column += n + (column ? 1 : 0);
        text += n;
        text += strspn(text, " ");
    }
    buf_addc(to, '\n');
}

char *diag_code_text(const struct diag_code *code)
{
    AUTO_BUF struct buf out = {0};
    buf_addf(&out, "%s (%s): %s\n\nCause\n", code->code, code->level, code->line);
    add_wrapped(&out, code->cause);
    buf_adds(&out, "\nCure\n");
    add_wrapped(&out, code->cure);
    if (code->example) {
        buf_adds(&out, "\nExample (-: wrong, +: right)\n");
        example_lines(code, add_indented, &out);
    }
    return buf_take(&out);
}

char *diag_code_page(const struct diag_code *code)
{
    AUTO_BUF struct buf out = {0};
    buf_addf(&out, "# %s\n\n%c%s (%s).\n\n## Cause\n\n", code->code, code->line[0], code->line + 1, code->level);
    add_wrapped(&out, code->cause);
    buf_adds(&out, "\n## Cure\n\n");
    add_wrapped(&out, code->cure);
    if (code->example) {
        buf_adds(&out, "\n## Example\n\n```diff\n");
        example_lines(code, add_shown, &out);
        buf_adds(&out, "```\n");
    }
    return buf_take(&out);
}

char *diag_code_template(const struct diag_code *code, bool mended)
{
    AUTO_BUF struct buf out = {0};
    if (!code->example)
        return NULL;
    if (!strstr(code->example, VERSION))
        buf_adds(&out, VERSION ": tosca_simple_yaml_1_3\n");
    example_lines(code, mended ? add_mended : add_wrong, &out);
    return buf_take(&out);
}
