// SPDX-License-Identifier: Apache-2.0
/* The context of one run: its memory, its budget of work, names to suggest, and places in files. */
#include "tosca/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tosca/pattern.h"

#define MEMORY_STEP 32 /* bytes that count as one step of work */

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
        tosca_error(c, (struct at){0}, "LIMIT",
                    "check '%s': it unfolds to more than %lld steps of work; make it smaller", c->options->entry,
                    (long long)most);
    c->exhausted = true;
    c->quiet = quiet;
    return false;
}

const char *tosca_like(struct tctx *c, const char *word, const struct map *names)
{
    if (!names || !names->n || c->diags->errors > DIAG_ERRORS_MAX)
        return "";
    size_t n = names->n < TOSCA_LIKE_MAX ? names->n : TOSCA_LIKE_MAX;
    AUTO_FREE const char **list = mem_array(n, sizeof(*list));
    for (size_t i = 0; i < n; i++)
        list[i] = names->items[i].key;
    char text[200];
    str_suggest(text, sizeof(text), word, list, n);
    return tctx_strndup(c, text, strlen(text));
}

struct map *tosca_names(struct tctx *c, struct at section)
{
    struct map *names = tctx_map(c);
    bool told = c->diags->errors <= DIAG_ERRORS_MAX; /* else nobody is */
    for (size_t i = 0; told && i < at_len(section, Y_MAP) && names->n < TOSCA_LIKE_MAX && tctx_spend(c, 1); i++) {
        if (section.node->pairs[i].key->kind == Y_SCALAR)
            map_set(names, section.node->pairs[i].key->text, names);
    }
    return names;
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
