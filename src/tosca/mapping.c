// SPDX-License-Identifier: Apache-2.0
/* Reads the forms that substitution mappings are written in. */
#include "tosca/mapping.h"

static void mapping_one(struct tctx *c, const struct ypair *p, struct tfile *file, mapping_do do_it, void *data)
{
    struct at at = at_of(file, p->value);
    if (p->key->kind != Y_SCALAR)
        return;
    if (at_is(at, Y_MAP) && ynode_get(at.node, "mapping"))
        at = at_key(at, "mapping");
    bool lists = at_len(at, Y_SEQ) > 0;
    for (size_t i = 0; lists && i < at.node->n; i++)
        lists = at.node->items[i]->kind == Y_SEQ;
    if (!lists)
        do_it(data, p->key, at);
    for (size_t i = 0; lists && i < at.node->n && tctx_spend(c, 1); i++)
        do_it(data, p->key, at_of(file, at.node->items[i]));
}

void mappings_each(struct tctx *c, struct at section, mapping_do do_it, void *data)
{
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(c, 2); i++)
        mapping_one(c, &section.node->pairs[i], section.file, do_it, data);
    for (size_t i = 0; i < at_len(section, Y_SEQ) && tctx_spend(c, 2); i++) {
        const struct ynode *item = section.node->items[i];
        if (item->kind == Y_MAP && item->n == 1)
            mapping_one(c, &item->pairs[0], section.file, do_it, data);
    }
}

/* ---- requirements ---- */

/* What the key of an entry says: the name, and how many assignments; false (told) when it is no such key. */
static bool share_read(struct tctx *c, struct tfile *file, const struct ynode *key, const struct ynode **ret_name,
                       uint64_t *ret_n)
{
    struct at at = at_of(file, key), name = mapping_item(at, 0), count = mapping_item(at, 1);
    int64_t n = 1;
    *ret_n = 1;
    *ret_name = name.node;
    if (at_is(at, Y_SCALAR))
        return true;
    if (at_len(at, Y_SEQ) == 2 && at_text(name) && str_eq(at_text(count), "UNBOUNDED"))
        *ret_n = UINT64_MAX;
    else if (at_len(at, Y_SEQ) == 2 && at_text(name) && at_text(count) && str_to_i64(at_text(count), 0, INT64_MAX, &n))
        *ret_n = (uint64_t)n;
    else
        tosca_error(c, at, "SHAPE",
                    "a requirement that is mapped is a name, or [name, count] with a number or UNBOUNDED");
    return at_len(at, Y_SEQ) == 2 && at_text(name);
}

struct sharing {
    struct tctx *c;
    mapping_share_do do_it;
    void *data;
    struct share share;
    const struct ynode *name;
};

static void share_out(void *data, const struct ynode *key, struct at at)
{
    struct sharing *s = data;
    s->do_it(s->data, s->name, at, s->share);
}

/* The only pair of an entry of a list, or NULL. */
static const struct ypair *pair_of(const struct ynode *item)
{
    return item->kind == Y_MAP && item->n == 1 ? &item->pairs[0] : NULL;
}

static const char *pair_name(const struct ypair *p)
{
    const struct ynode *key = p && p->key->kind == Y_SEQ && p->key->n > 0 ? p->key->items[0] : p ? p->key : NULL;
    return key && key->kind == Y_SCALAR ? key->text : NULL;
}

static bool is_alone(struct tctx *c, struct at section, size_t which)
{
    const char *name = pair_name(pair_of(section.node->items[which]));
    bool alone = true;
    for (size_t i = 0; i < section.node->n && tctx_spend(c, 1); i++)
        alone = alone && (i == which || !str_eq(pair_name(pair_of(section.node->items[i])), name));
    return alone;
}

static void share_entry(struct sharing *s, struct at section, size_t i, struct map *next)
{
    const struct ypair *p = pair_of(section.node->items[i]);
    uint64_t n;
    if (!p || !share_read(s->c, section.file, p->key, &s->name, &n))
        return;
    bool all = section.file->version != TOSCA_2_0 || (p->key->kind == Y_SCALAR && is_alone(s->c, section, i));
    uint64_t first = all ? 0 : (uint64_t)(uintptr_t)map_get(next, s->name->text);
    s->share = (struct share){first, all ? UINT64_MAX : n};
    map_set(next, s->name->text, (void *)(uintptr_t)(n > UINT64_MAX - first ? UINT64_MAX : first + n));
    struct ypair named = {.key = (struct ynode *)(uintptr_t)s->name, .value = p->value};
    mapping_one(s->c, &named, section.file, share_out, s);
}

void mappings_of_requirements(struct tctx *c, struct at section, mapping_share_do do_it, void *data)
{
    struct sharing s = {.c = c, .do_it = do_it, .data = data, .share = {0, UINT64_MAX}};
    struct map *next = tctx_map(c);
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(c, 2); i++) {
        s.name = section.node->pairs[i].key;
        mapping_one(c, &section.node->pairs[i], section.file, share_out, &s);
    }
    for (size_t i = 0; i < at_len(section, Y_SEQ) && tctx_spend(c, 2); i++)
        share_entry(&s, section, i, next);
}

struct seeking {
    const char *name;
    struct at at;
};

static void seek(void *data, const struct ynode *key, struct at at)
{
    struct seeking *s = data;
    if (!s->at.node && str_eq(key->text, s->name))
        s->at = at;
}

bool mapping_find(struct tctx *c, struct at section, const char *name, struct at *ret)
{
    struct seeking s = {.name = name};
    mappings_each(c, section, seek, &s);
    *ret = s.at;
    return s.at.node != NULL;
}

struct at mapping_item(struct at at, size_t i)
{
    if (at_is(at, Y_SCALAR) && i == 0)
        return at;
    return at_len(at, Y_SEQ) > i ? at_of(at.file, at.node->items[i]) : at_of(at.file, NULL);
}

struct at mapping_section(struct tfile *f, const char *key)
{
    struct at topology = at_key(at_of(f, f->doc.root), "topology_template");
    return at_key(at_key(topology, "substitution_mappings"), key);
}
