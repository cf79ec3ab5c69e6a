// SPDX-License-Identifier: Apache-2.0
/* Walks from a token up to the root, and down again along the grammar. */
#include "editor/cursor.h"

#include <string.h>

static const struct gkey *key_of(const struct gshape *g, const char *name)
{
    for (const struct gkey *k = g->keys; k && k->name; k++)
        if (str_eq(k->name, name))
            return k;
    return NULL;
}

const struct gshape *cursor_shapes(const struct cursor *p)
{
    return p->second ? grammar_shapes_2 : grammar_shapes;
}

/* 1.x has no table of imports; what is declared as a parameter looks like one. */
static enum shape special(const struct step *up, const struct sketch *s, const struct sketch_node *n, enum shape shape)
{
    if (up->shape == SHAPE_SERVICE && shape == SHAPE_DICT_OR_LIST)
        return SHAPE_IMPORTS;
    if (up->shape == SHAPE_IMPORTS)
        return SHAPE_IMPORT;
    return shape == SHAPE_INPUT_DEF && sketch_get(s, n, "type") ? SHAPE_PARAMETER : shape;
}

static struct step step_into(const struct cursor *p, const struct step *up, const struct sketch_node *n, size_t index)
{
    struct step x = {.node = n, .index = index, .shape = SHAPE_ANY};
    const struct gkey *known = NULL;
    if (n->key) {
        x.name = n->key->text;
        known = up->pair ? NULL : key_of(up->g, x.name);
        x.key = known ? (known->core ? known->core : known->name) : NULL;
        x.shape = known ? known->shape : up->pair || up->g->open ? up->g->each : SHAPE_ANY;
    } else if (up->g->forms & FORM_PAIRS) {
        x.pair = true;
        x.shape = up->shape;
    } else {
        x.shape = up->g->each;
    }
    if (!x.pair)
        x.shape = special(up, &p->sketch, n, x.shape);
    x.g = &cursor_shapes(p)[x.shape];
    return x;
}

static size_t index_in(const struct sketch_node *n)
{
    for (size_t i = 0; n->up && n->up->kind == SKETCH_SEQ && i < n->up->n; i++)
        if (n->up->items[i] == n)
            return i;
    return 0;
}

void cursor_move(struct cursor *p, struct sketch_node *token)
{
    const struct sketch_node *line[CURSOR_STEPS_MAX];
    size_t n = 0;
    p->token = token;
    p->n = 0;
    p->as_key = token->is_key || (token->own_line && !token->quoted);
    p->as_value = !token->is_key;
    for (const struct sketch_node *up = token->is_key ? token->up : token; up && n < CURSOR_STEPS_MAX; up = up->up)
        line[n++] = up;
    if (n == CURSOR_STEPS_MAX)
        return;
    p->steps[p->n++] =
        (struct step){.shape = SHAPE_SERVICE, .g = &cursor_shapes(p)[SHAPE_SERVICE], .node = line[n - 1]};
    for (size_t i = n - 1; i-- > 0;) {
        p->steps[p->n] = step_into(p, &p->steps[p->n - 1], line[i], index_in(line[i]));
        p->n++;
    }
}

void cursor_at(struct cursor *ret, const char *text, size_t len, size_t offset, struct world *w, struct tfile *f)
{
    *ret = (struct cursor){.world = w, .file = f, .arena = arena_new(0)};
    sketch_read(&ret->sketch, text, len);
    const char *version = sketch_text(&ret->sketch, sketch_at(&ret->sketch, "tosca_definitions_version", NULL));
    ret->second = version ? str_eq(version, "tosca_2_0") : f && f->version == TOSCA_2_0;
    struct sketch_node *token = sketch_find(&ret->sketch, offset);
    if (token)
        cursor_move(ret, token);
}

void cursor_done(struct cursor *p)
{
    sketch_done(&p->sketch);
    arena_free(p->arena);
    p->arena = NULL;
}

int cursor_back(const struct cursor *p, int from, enum shape shape)
{
    while (from >= 0 && p->steps[from].shape != shape)
        from--;
    return from;
}

bool cursor_under(const struct cursor *p, int i, enum shape in, const char *key)
{
    if (i > 0 && !p->steps[i].name)
        i--; /* the list */
    return i > 0 && p->steps[i - 1].shape == in && str_eq(p->steps[i].key, key);
}

const struct sketch_node *cursor_section(const struct cursor *p, const char *key)
{
    return sketch_at(&p->sketch, p->second ? "service_template" : "topology_template", key, NULL);
}
