// SPDX-License-Identifier: Apache-2.0
/* One run of the TOSCA processor, pass after pass. */
#include "tosca/tosca.h"

#include <errno.h>

#include "tosca/emit.h"
#include "tosca/grammar.h"
#include "tosca/group.h"
#include "tosca/input.h"
#include "tosca/stand_in.h"
#include "tosca/substitution.h"
#include "tosca/tie.h"
#include "tosca/tie_relationship.h"
#include "tosca/tosca_file.h"
#include "tosca/type_check.h"

static void check_relationship_templates(struct topo *t)
{
    struct at section = at_key(t->at, "relationship_templates");
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 2); i++) {
        const struct ypair *p = &section.node->pairs[i];
        if (p->key->kind == Y_SCALAR)
            relationship_template_check(t, section, p);
    }
}

static void check_parameters(struct topo *t, const char *key, const char *part)
{
    struct at section = at_key(t->at, key);
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 2); i++) {
        const struct ypair *p = &section.node->pairs[i];
        if (p->key->kind != Y_SCALAR)
            continue;
        struct tdef *d = tdef_make(t->c, p->key->text, p->key, at_of(section.file, p->value));
        type_check_parameter(t, d, tctx_printf(t->c, "%s '%s'", part, d->name), false);
    }
}

/* Inner topologies come after the one around them, whose requirements they take over. */
static void check_topology(struct topo *t, unsigned depth)
{
    tie_all(t);
    tie_check(t);
    groups_check(t);
    policies_check(t);
    check_relationship_templates(t);
    if (t->outer)
        stand_in_check(t);
    for (size_t i = 0; i < t->nodes->n && depth <= STAND_IN_DEPTH_MAX && tctx_spend(t->c, 1); i++) {
        struct tnode *n = t->nodes->items[i].value;
        if (n->inner)
            check_topology(n->inner, depth + 1);
    }
}

static struct topology *run(struct tctx *c, struct tfile *entry)
{
    for (size_t i = 0; i < c->n_order && tctx_spend(c, 1); i++)
        grammar_check(c, c->order[i]);
    struct topo *t = topo_make(c, entry, NULL);
    for (size_t i = 0; i < c->n_order && tctx_spend(c, 1); i++)
        type_check_file(t, c->order[i]);
    check_parameters(t, "inputs", "input");
    inputs_make(t);
    substitution_note(t);
    stand_in_all(t);
    check_topology(t, 0);
    substitution_check(t);
    return emit_topology(t);
}

static bool load(const struct tosca_options *options, struct diags *d, struct topology **ret, struct strv *files)
{
    struct tctx c;
    size_t before = d->errors;
    tctx_init(&c, options, d);
    struct tfile *entry = tfile_load_all(&c);
    struct topology *t = entry ? run(&c, entry) : NULL;
    for (size_t i = 0; files && i < c.n_order; i++)
        strv_add(files, c.order[i]->path);
    for (size_t i = 0; files && i < c.named->n; i++) {
        if (!strv_has(files, c.named->items[i].key))
            strv_add(files, c.named->items[i].key);
    }
    tctx_done(&c);
    *ret = t;
    return t && d->errors == before;
}

int tosca_load(const struct tosca_options *options, struct topology **ret, struct diags *d)
{
    struct topology *t = NULL;
    *ret = NULL;
    if (load(options, d, &t, NULL)) {
        *ret = t;
        return 0;
    }
    topology_free(t);
    if (!d->errors)
        diags_add(d, DIAG_ERROR, "OTHER", options->entry, 1, 1, "check the template: it could not be worked out");
    return -EINVAL;
}

int tosca_files(const struct tosca_options *options, struct strv *ret, struct diags *d)
{
    struct topology *t = NULL;
    bool ok = load(options, d, &t, ret);
    topology_free(t);
    return ok ? 0 : -EINVAL;
}

static void hand_over(struct tfile *f, struct map *ret)
{
    struct tosca_tree *tree = mem_alloc(sizeof(*tree));
    *tree = (struct tosca_tree){.doc = f->doc, .bytes = f->bytes, .changed = f->walked};
    f->doc = (struct ydoc){0};
    map_set(ret, f->path, tree);
}

void tosca_read(const struct tosca_options *options, struct diags *d, struct map *ret)
{
    struct tctx c;
    tctx_init(&c, options, d);
    tfile_load_all(&c);
    for (size_t i = 0; i < c.n_order; i++)
        if (c.order[i]->doc.root)
            hand_over(c.order[i], ret);
    tctx_done(&c);
}

void tosca_tree_free(void *tree)
{
    struct tosca_tree *t = tree;
    if (t)
        ydoc_done(&t->doc);
    free(t);
}
