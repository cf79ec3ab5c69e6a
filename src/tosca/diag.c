// SPDX-License-Identifier: Apache-2.0
/* Findings with their place, and the context that collects them. */
#include "tosca/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tosca/pattern.h"

#define ERRORS_MAX   200
#define WARNINGS_MAX 200
#define MEMORY_STEP  32   /* bytes that count as one step of work */
#define LIKE_MAX     2000 /* names that a suggestion looks through */

static void diag_push(struct diags *d, enum diag_level level, const char *code, const char *file, int line, int col,
                      char *text)
{
    d->items = mem_push(d->items, d->n, sizeof(*d->items));
    d->items[d->n++] = (struct diag){
        .level = level, .code = code, .file = mem_strdup(file ? file : "-"), .line = line, .col = col, .text = text};
    if (level == DIAG_ERROR)
        d->errors++;
}

/* Where the place alone says what is wrong, a second finding there is the same one, met on another way: a faulty
 * default is met by every template of the type. */
static bool diag_is_of_place(const char *code)
{
    static const char *const codes[] = {"VALUE_TYPE",   "CONSTRAINT",       "SCALAR_UNIT",
                                        "UNKNOWN_TYPE", "FUNCTION_ARGS",    "UNKNOWN_REF",
                                        "UNKNOWN_KEY",  "ARTIFACT_MISSING", "NOT_RUN",
                                        "UNKNOWN_FUNCTION"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (str_eq(codes[i], code))
            return true;
    }
    return false;
}

static bool diag_seen(const struct diags *d, enum diag_level level, const char *code, const char *file, int line,
                      int col, const char *text)
{
    bool any_text = diag_is_of_place(code);
    for (size_t i = 0; i < d->n; i++) {
        const struct diag *x = &d->items[i];
        bool as_grave = x->level == level || x->level == DIAG_ERROR;
        if (as_grave && x->line == line && x->col == col && str_eq(x->code, code) && str_eq(x->file, file) &&
            (any_text || str_eq(x->text, text)))
            return true;
    }
    return false;
}

__attribute__((format(printf, 7, 0))) static void diag_vadd(struct diags *d, enum diag_level level, const char *code,
                                                            const char *file, int line, int col, const char *fmt,
                                                            va_list ap)
{
    size_t warnings = d->n - d->errors;
    if (d->errors > ERRORS_MAX || (level == DIAG_WARNING && warnings >= WARNINGS_MAX))
        return;
    if (level == DIAG_ERROR && d->errors == ERRORS_MAX) {
        diag_push(d, DIAG_ERROR, "TOO_MANY", file, line, col,
                  mem_printf("more than %d errors; those after this place are not listed", ERRORS_MAX));
        return;
    }
    char text[1024];
    vsnprintf(text, sizeof(text), fmt, ap);
    if (!diag_seen(d, level, code, file, line, col, text))
        diag_push(d, level, code, file, line, col, mem_strdup(text));
}

void diags_add(struct diags *d, enum diag_level level, const char *code, const char *file, int line, int col,
               const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    diag_vadd(d, level, code, file, line, col, fmt, ap);
    va_end(ap);
}

/* A fault inside the built-in definitions can only come from a use of them: the place is told all the same. */
__attribute__((format(printf, 5, 0))) static void tosca_vadd(struct tctx *c, struct at at, enum diag_level level,
                                                             const char *code, const char *fmt, va_list ap)
{
    int line = at.node ? at.node->line : 1, col = at.node ? at.node->col : 1;
    const char *file = at.file ? at.file->path : c->options->entry;
    diag_vadd(c->diags, level, code, file, line, col, fmt, ap);
}

void tosca_error(struct tctx *c, struct at at, const char *code, const char *fmt, ...)
{
    if (c->quiet)
        return;
    va_list ap;
    va_start(ap, fmt);
    tosca_vadd(c, at, DIAG_ERROR, code, fmt, ap);
    va_end(ap);
}

void tosca_warn(struct tctx *c, struct at at, const char *code, const char *fmt, ...)
{
    if (c->quiet || (at.file && at.file->builtin))
        return;
    va_list ap;
    va_start(ap, fmt);
    tosca_vadd(c, at, DIAG_WARNING, code, fmt, ap);
    va_end(ap);
}

void diags_done(struct diags *d)
{
    for (size_t i = 0; i < d->n; i++) {
        free(d->items[i].file);
        free(d->items[i].text);
    }
    free(d->items);
    *d = (struct diags){0};
}

char *diag_line(const struct diag *d)
{
    return mem_printf("%s:%d:%d: %s", d->file, d->line, d->col, d->text);
}

void tctx_init(struct tctx *c, const struct tosca_options *options, struct diags *d)
{
    *c = (struct tctx){.options = options, .diags = d, .arena = arena_new(0)};
    c->files = tctx_map(c);
    c->named = tctx_map(c);
    map_init(&c->patterns, pattern_free);
}

void tctx_done(struct tctx *c)
{
    for (size_t i = 0; i < c->files->n; i++) {
        struct tfile *f = c->files->items[i].value;
        ydoc_done(&f->doc);
    }
    ydoc_done(&c->index);
    map_done(&c->patterns);
    for (size_t i = 0; i < c->n_maps; i++)
        map_done(c->maps[i]);
    for (size_t i = 0; i < c->n_jsons; i++)
        json_decref(c->jsons[i]);
    free(c->maps);
    free(c->jsons);
    free(c->order);
    arena_free(c->arena);
    *c = (struct tctx){0};
}

void *tctx_alloc(struct tctx *c, size_t size)
{
    tctx_spend(c, (int64_t)(size / MEMORY_STEP)); /* memory is work, too */
    return arena_alloc(c->arena, size);
}

char *tctx_strndup(struct tctx *c, const char *s, size_t n)
{
    tctx_spend(c, (int64_t)(n / MEMORY_STEP));
    return arena_strndup(c->arena, s, n);
}

const char *tctx_printf(struct tctx *c, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        return "";
    const char *kept = tctx_strndup(c, text, (size_t)n);
    free(text);
    return kept;
}

struct map *tctx_map(struct tctx *c)
{
    struct map *m = tctx_alloc(c, sizeof(*m));
    map_init(m, NULL);
    c->maps = mem_push(c->maps, c->n_maps, sizeof(struct map *));
    c->maps[c->n_maps++] = m;
    return m;
}

json_t *tctx_keep(struct tctx *c, json_t *v)
{
    if (!v)
        return NULL;
    c->jsons = mem_push(c->jsons, c->n_jsons, sizeof(json_t *));
    c->jsons[c->n_jsons++] = v;
    return v;
}

bool tctx_spend(struct tctx *c, int64_t n)
{
    c->work += n;
    int64_t most = TOSCA_WORK_MAX + TOSCA_WORK_PER_BYTE * (int64_t)c->bytes;
    if (c->work <= most)
        return true;
    unsigned quiet = c->quiet;
    c->quiet = 0;
    if (!c->exhausted)
        tosca_error(c, (struct at){0}, "LIMIT", "check '%s': it unfolds to more than %lld steps of work; make it smaller",
                    c->options->entry, (long long)most);
    c->exhausted = true;
    c->quiet = quiet;
    return false;
}

const char *tosca_like(struct tctx *c, const char *word, const struct map *names)
{
    if (!names || !names->n || c->diags->errors > ERRORS_MAX)
        return "";
    size_t n = names->n < LIKE_MAX ? names->n : LIKE_MAX;
    AUTO_FREE const char **list = mem_array(n, sizeof(*list));
    for (size_t i = 0; i < n; i++)
        list[i] = names->items[i].key;
    char text[200];
    str_suggest(text, sizeof(text), word, list, n);
    return tctx_strndup(c, text, strlen(text));
}

const char *at_text(struct at at)
{
    return at.node && at.node->kind == Y_SCALAR && !ynode_is_null(at.node) ? at.node->text : NULL;
}

bool at_is(struct at at, enum ykind kind)
{
    return at.node && at.node->kind == kind;
}

bool at_null(struct at at)
{
    return !at.node || ynode_is_null(at.node);
}

size_t at_len(struct at at, enum ykind kind)
{
    return at_is(at, kind) ? at.node->n : 0;
}
