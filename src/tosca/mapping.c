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
