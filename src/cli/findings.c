// SPDX-License-Identifier: Apache-2.0
/* Makes findings of what checks found: resolves paths, source lines and suggestions. */
#include "cli/findings.h"

#include <string.h>

#include "cli/source_line.h"
#include "cli/template_check.h"

/* ---- source lines ---- */

/* A file's text, and how far it was counted: findings come in the order of lines. */
struct text {
    char *text;
    size_t len;
    int line;
    const char *at;
};
struct texts {
    const struct template *t;
    struct map files;
};

static void text_free(void *p)
{
    struct text *x = p;
    free(x->text);
    free(x);
}

static struct text *text_of(struct texts *s, const char *path, bool builtin)
{
    AUTO_FREE char *key = mem_printf("%c:%s", builtin ? 'p' : 'u', path);
    struct text *x = map_get(&s->files, key);
    if (x)
        return x;
    x = mem_alloc(sizeof(*x));
    if (template_text(s->t, path, builtin, &x->text, &x->len) < 0)
        x->text = NULL;
    map_set(&s->files, key, x);
    return x;
}

/* The line that begins there; the caller frees. */
static char *line_at(const char *at)
{
    return mem_strndup(at, strcspn(at, "\r\n"));
}

/* The caller frees; NULL when there is no such line. */
static char *line_of(struct texts *s, const char *path, bool builtin, int line)
{
    struct text *x = s->t ? text_of(s, path, builtin) : NULL;
    if (!x || !x->text || line < 1)
        return NULL;
    if (!x->at || line < x->line) {
        x->at = x->text;
        x->line = 1;
    }
    for (; x->at && x->line < line; x->line++) {
        x->at = memchr(x->at, '\n', (size_t)(x->text + x->len - x->at));
        x->at = x->at ? x->at + 1 : NULL;
    }
    return x->at ? line_at(x->at) : NULL;
}

/* ---- secrets ---- */

/* As many stars as there were bytes: what stands behind keeps its column, where it is ASCII. */
static void hide(char *text, const struct strv *secrets)
{
    for (size_t i = 0; text && i < secrets->n; i++) {
        size_t n = strlen(secrets->v[i]);
        for (char *at = strstr(text, secrets->v[i]); n && at; at = strstr(at + n, secrets->v[i]))
            memset(at, '*', n);
    }
}

/* A text that could not be read has told no secrets: whatever a line calls token is one. */
static void hide_token(char *line)
{
    char *at = line ? strstr(line, "token:") : NULL;
    if (at)
        at += strlen("token:");
    for (; at && *at; at++)
        *at = *at == ' ' ? ' ' : '*';
}

static void hide_all(struct finding *f, const struct strv *secrets)
{
    hide(f->text, secrets);
    hide(f->at.source, secrets);
    hide(f->related.source, secrets);
    if (str_eq(f->code, "YAML_SYNTAX") || str_eq(f->code, "LIMIT"))
        hide_token(f->at.source);
}

/* ---- one finding ---- */

static struct finding_place place_of(struct texts *s, const char *path, bool builtin, int line, int col)
{
    struct finding_place p = {.line = line, .col = col, .end_col = col + 1, .builtin = builtin};
    p.path = builtin ? mem_printf("<profile>/%s", path) : s->t ? template_shown(s->t, path) : mem_strdup(path);
    p.source = line_of(s, path, builtin, line);
    if (p.source)
        p.end_col = source_token_end(p.source, col);
    return p;
}

/* The word between "did you mean '" and "'?", or NULL. The caller frees. */
static char *suggested(const char *text)
{
    static const char before[] = "did you mean '";
    const char *at = strstr(text, before);
    const char *word = at ? at + strlen(before) : NULL, *end = word ? strstr(word, "'?") : NULL;
    return end ? mem_strndup(word, (size_t)(end - word)) : NULL;
}

/* A suggestion can be put in place of what stands there when the text speaks of just that. */
static void find_fix(struct finding *f)
{
    AUTO_FREE char *right = suggested(f->text);
    if (!right || !f->at.source)
        return;
    AUTO_FREE char *token = source_token(f->at.source, f->at.col, &f->fix_col, &f->fix_end);
    AUTO_FREE char *quoted = mem_printf("'%s'", token);
    if (*token && strstr(f->text, quoted))
        f->fix = take_ptr(right);
}

static void add_one(struct findings *ret, struct texts *s, const struct diag *d, const struct strv *secrets)
{
    ret->items = mem_push(ret->items, ret->n, sizeof(*ret->items));
    struct finding *f = &ret->items[ret->n++];
    *f = (struct finding){.level = d->level, .code = d->code};
    f->text = str_is_utf8(d->text, strlen(d->text)) ? mem_strdup(d->text) : mem_strdup("(text that is not UTF-8)");
    f->at = place_of(s, d->file, d->builtin, d->line, d->col);
    find_fix(f);
    if (d->related.file) {
        f->related = place_of(s, d->related.file, d->related.builtin, d->related.line, d->related.col);
        f->related_text = mem_strdup(d->related.text);
    }
    hide_all(f, secrets);
    *(d->level == DIAG_ERROR ? &ret->errors : &ret->warnings) += 1;
}

static void add_all(struct findings *ret, const struct template *t, const struct diags *d)
{
    struct texts s = {.t = t};
    map_init(&s.files, text_free);
    for (size_t i = 0; i < d->n; i++)
        add_one(ret, &s, &d->items[i], &d->secrets);
    map_done(&s.files);
}

void findings_add(struct findings *ret, const struct template_check *c, const struct err *e)
{
    struct diags inputs = {0};
    add_all(ret, NULL, &c->opening);
    add_all(ret, c->template, &c->found);
    if (e && e->code)
        diags_add(&inputs, DIAG_ERROR, "INPUT", c->path, 1, 1, "%s", err_text(e));
    add_all(ret, NULL, &inputs);
    diags_done(&inputs);
}

void findings_add_at(struct findings *ret, const char *code, const char *path, const char *text, int line, int col,
                     const char *words)
{
    const char *at = text;
    for (int i = 1; at && i < line; i++)
        at = (at = strchr(at, '\n')) ? at + 1 : NULL;
    ret->items = mem_push(ret->items, ret->n, sizeof(*ret->items));
    struct finding *f = &ret->items[ret->n++];
    *f = (struct finding){.level = DIAG_ERROR, .code = code, .text = mem_strdup(words)};
    f->at = (struct finding_place){.path = mem_strdup(path), .line = line, .col = col, .end_col = col + 1};
    AUTO_FREE char *source = at ? line_at(at) : NULL;
    if (source && str_is_utf8(source, strlen(source))) {
        f->at.source = take_ptr(source);
        f->at.end_col = source_token_end(f->at.source, col);
    }
    ret->errors++;
}

void findings_done(struct findings *f)
{
    for (size_t i = 0; i < f->n; i++) {
        free(f->items[i].text);
        free(f->items[i].fix);
        free(f->items[i].at.path);
        free(f->items[i].at.source);
        free(f->items[i].related.path);
        free(f->items[i].related.source);
        free(f->items[i].related_text);
    }
    free(f->items);
    *f = (struct findings){0};
}

char *findings_count(const struct findings *f)
{
    AUTO_BUF struct buf out = {0};
    if (f->errors)
        buf_addf(&out, "%zu error%s", f->errors, f->errors == 1 ? "" : "s");
    if (f->warnings)
        buf_addf(&out, "%s%zu warning%s", f->errors ? ", " : "", f->warnings, f->warnings == 1 ? "" : "s");
    return buf_take(&out);
}
