// SPDX-License-Identifier: Apache-2.0
/* Keeps a run of the processor's reader open. */
#include "editor/world.h"

#include "base/yaml_flat.h"
#include "tosca/tosca_file.h"
#include "tosca/type_name.h"

void world_open(struct world *w, const struct tosca_options *options)
{
    *w = (struct world){0};
    tctx_init(&w->c, options, &w->told);
    tfile_load_all(&w->c);
    w->c.quiet = 1;
}

void world_done(struct world *w)
{
    tctx_done(&w->c);
    diags_done(&w->told);
}

void world_rest(struct world *w)
{
    w->c.work = 0;
    w->c.exhausted = false;
}

struct tfile *world_file(const struct world *w, const char *path)
{
    AUTO_FREE char *key = mem_printf("u:%s", path);
    return map_get(w->c.files, key);
}

/* One listing on its way through files. */
struct listing {
    struct world *w;
    enum type_kind kind;
    struct map names; /* given already */
    void (*give)(void *data, const char *name, struct ttype *type);
    void *data;
};

static void list_name(struct listing *l, const char *prefix, const char *own, struct ttype *t)
{
    AUTO_FREE char *name = mem_printf("%s%s", prefix, own);
    if (map_has(&l->names, name))
        return;
    map_set(&l->names, name, t);
    l->give(l->data, name, t);
}

static void list_file(struct listing *l, struct tfile *f, const char *prefix, unsigned depth)
{
    if (!f || depth > TOSCA_DEPTH_MAX || !tctx_spend(&l->w->c, 1))
        return;
    const struct map *own = f->own[l->kind];
    for (size_t i = 0; own && i < own->n && tctx_spend(&l->w->c, 1); i++) {
        struct ttype *t = own->items[i].value;
        if (!str_eq(own->items[i].key, t->name))
            continue;
        yflat_unfold(&f->doc, (struct ynode *)(uintptr_t)t->at.node);
        list_name(l, prefix, t->name, t);
    }
    for (size_t i = 0; i < f->n_imports; i++) {
        const char *more = f->imports[i].prefix;
        AUTO_FREE char *longer = more ? mem_printf("%s%s:", prefix, more) : mem_strdup(prefix);
        list_file(l, f->imports[i].file, longer, depth + 1);
    }
}

void world_types(struct world *w, struct tfile *f, enum type_kind kind,
                 void (*give)(void *data, const char *name, struct ttype *type), void *data)
{
    struct listing l = {.w = w, .kind = kind, .give = give, .data = data};
    list_file(&l, f, "", 0);
    if (!f || f->version != TOSCA_2_0) {
        if (w->c.n_order && f != w->c.order[0])
            list_file(&l, w->c.order[0], "", 0);
        list_file(&l, w->c.profile, "", 0);
    }
    const char *name;
    for (size_t i = 0; kind == TYPE_DATA && (name = type_primitive_name(f, i)) != NULL; i++) {
        struct ttype *t = *name ? type_find(&w->c, f, kind, name) : NULL;
        if (t)
            list_name(&l, "", name, t);
    }
    map_done(&l.names);
}

const struct ynode *world_index(const struct world *w, const char *section)
{
    const struct ynode *root = w->c.index.root, *n = root && root->kind == Y_MAP ? ynode_get(root, section) : NULL;
    return n && n->kind == Y_MAP ? n : NULL;
}
