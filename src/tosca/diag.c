// SPDX-License-Identifier: Apache-2.0
/* Findings with their places: each once, bounded in number, in the order of the text. */
#include "tosca/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tosca/hidden.h"

#define WARNINGS_MAX 200
#define TEXT_MAX     1024

/* Where a finding is, as it is added. */
struct spot {
    const char *file;
    int line, col;
    bool builtin;
};

static void diag_push(struct diags *d, enum diag_level level, const char *code, struct spot at, char *text)
{
    d->items = mem_push(d->items, d->n, sizeof(*d->items));
    d->items[d->n++] = (struct diag){.level = level,
                                     .code = code,
                                     .file = mem_strdup(at.file ? at.file : "-"),
                                     .line = at.line,
                                     .col = at.col,
                                     .builtin = at.builtin,
                                     .text = text};
    d->fresh = true;
    if (level == DIAG_ERROR)
        d->errors++;
}

/* Where the place alone says what is wrong, a second finding there is the same one, met on another way: a faulty
 * default is met by every template of the type. */
static bool diag_is_of_place(const char *code)
{
    static const char *const codes[] = {"VALUE_TYPE",    "CONSTRAINT",      "SCALAR_UNIT", "UNKNOWN_TYPE",
                                        "FUNCTION_ARGS", "UNKNOWN_REF",     "UNKNOWN_KEY", "ARTIFACT_MISSING",
                                        "NOT_RUN",       "UNKNOWN_FUNCTION"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (str_eq(codes[i], code))
            return true;
    }
    return false;
}

static bool diag_seen(const struct diags *d, enum diag_level level, const char *code, struct spot at, const char *text)
{
    bool any_text = diag_is_of_place(code);
    for (size_t i = 0; i < d->n; i++) {
        const struct diag *x = &d->items[i];
        bool as_grave = x->level == level || x->level == DIAG_ERROR;
        if (as_grave && x->line == at.line && x->col == at.col && str_eq(x->code, code) &&
            str_eq(x->file, at.file ? at.file : "-") && (any_text || str_eq(x->text, text)))
            return true;
    }
    return false;
}

static void diag_add(struct diags *d, enum diag_level level, const char *code, struct spot at, const char *text)
{
    size_t warnings = d->n - d->errors;
    d->fresh = false;
    if (d->errors > DIAG_ERRORS_MAX || (level == DIAG_WARNING && warnings >= WARNINGS_MAX))
        return;
    if (level == DIAG_ERROR && d->errors == DIAG_ERRORS_MAX) {
        diag_push(d, DIAG_ERROR, "TOO_MANY", at,
                  mem_printf("more than %d errors; those met after this one are not listed", DIAG_ERRORS_MAX));
        d->fresh = false;
        return;
    }
    if (!diag_seen(d, level, code, at, text))
        diag_push(d, level, code, at, mem_strdup(text));
}

void diags_add(struct diags *d, enum diag_level level, const char *code, const char *file, int line, int col,
               const char *fmt, ...)
{
    char text[TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    diag_add(d, level, code, (struct spot){.file = file, .line = line, .col = col}, text);
}

/* A fault inside the built-in definitions can only come from a use of them: the place is told all the same. */
static struct spot spot_of(const struct tctx *c, struct at at)
{
    return (struct spot){.file = at.file ? at.file->path : c->options->entry,
                         .line = at.node ? at.node->line : 1,
                         .col = at.node ? at.node->col : 1,
                         .builtin = at.file && at.file->builtin};
}

__attribute__((format(printf, 5, 0))) static void diag_tell(struct tctx *c, enum diag_level level, const char *code,
                                                            struct at at, const char *fmt, va_list ap)
{
    char text[TEXT_MAX];
    vsnprintf(text, sizeof(text), fmt, ap);
    hidden_mask(c, text, sizeof(text));
    diag_add(c->diags, level, code, spot_of(c, at), text);
}

void tosca_error(struct tctx *c, struct at at, const char *code, const char *fmt, ...)
{
    if (c->quiet)
        return;
    va_list ap;
    va_start(ap, fmt);
    diag_tell(c, DIAG_ERROR, code, at, fmt, ap);
    va_end(ap);
}

void tosca_warn(struct tctx *c, struct at at, const char *code, const char *fmt, ...)
{
    if (c->quiet || (at.file && at.file->builtin))
        return;
    va_list ap;
    va_start(ap, fmt);
    diag_tell(c, DIAG_WARNING, code, at, fmt, ap);
    va_end(ap);
}

void tosca_related(struct tctx *c, struct at at, const char *fmt, ...)
{
    struct diag *f = c->diags->fresh && !c->quiet ? &c->diags->items[c->diags->n - 1] : NULL;
    if (!f || !at.file || !at.node || f->related.file)
        return;
    struct spot spot = spot_of(c, at);
    if (spot.line == f->line && spot.col == f->col && str_eq(spot.file, f->file))
        return;
    va_list ap;
    va_start(ap, fmt);
    char text[300];
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    f->related = (struct diag_place){.file = mem_strdup(spot.file),
                                     .line = spot.line,
                                     .col = spot.col,
                                     .builtin = spot.builtin,
                                     .text = mem_strdup(text)};
}

static int by_place(const void *a, const void *b, void *entry)
{
    const struct diag *x = a, *y = b;
    int files = strcmp(x->file, y->file);
    if (files != 0 && entry) /* the entry's come first */
        files = str_eq(x->file, entry) ? -1 : str_eq(y->file, entry) ? 1 : files;
    if (files != 0)
        return files;
    int lines = (x->line > y->line) - (x->line < y->line), cols = (x->col > y->col) - (x->col < y->col);
    int levels = (x->level > y->level) - (x->level < y->level), texts = strcmp(x->text, y->text);
    return lines ? lines : cols ? cols : levels ? levels : texts;
}

void diags_sort(struct diags *d, const char *entry)
{
    bool too_many = d->errors > DIAG_ERRORS_MAX;
    size_t last = d->n;
    for (size_t i = 0; too_many && i < d->n; i++)
        if (str_eq(d->items[i].code, "TOO_MANY"))
            last = i;
    if (last < d->n) { /* what is left out is said at the end */
        struct diag f = d->items[last];
        d->items[last] = d->items[d->n - 1];
        d->items[d->n - 1] = f;
    }
    if (d->n)
        qsort_r(d->items, d->n - (last < d->n), sizeof(*d->items), by_place, (void *)(uintptr_t)entry);
    d->fresh = false;
}

void diags_strict(struct diags *d)
{
    for (size_t i = 0; i < d->n; i++)
        d->items[i].level = DIAG_ERROR;
    d->errors = d->n;
}

void diags_done(struct diags *d)
{
    for (size_t i = 0; i < d->n; i++) {
        free(d->items[i].file);
        free(d->items[i].text);
        free(d->items[i].related.file);
        free(d->items[i].related.text);
    }
    free(d->items);
    strv_done(&d->secrets);
    *d = (struct diags){0};
}

char *diag_line(const struct diag *d)
{
    return mem_printf("%s:%d:%d: %s", d->file, d->line, d->col, d->text);
}
