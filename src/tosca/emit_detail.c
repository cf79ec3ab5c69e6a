// SPDX-License-Identifier: Apache-2.0
/* Writes the details of a component: values are known already, nothing is told here. */
#include "tosca/emit_detail.h"

#include "tosca/value_read.h"

/* Whose declaration gives the value: the innermost that says something. */
static const struct tdef *giver(const struct tvalue *v, struct at source)
{
    for (const struct tdef *d = v->def; d; d = d->base)
        if (source.node == d->at.node || source.node == at_key(d->at, "default").node ||
            source.node == at_key(d->at, "value").node)
            return d;
    return v->def;
}

/* "the template, shop.yaml:7:9"; "the default of node type 'Shop', <profile>/sedge.yaml:12:5". The caller frees. */
static char *origin_text(const struct tvalue *v)
{
    struct at source = value_source(v);
    if (!source.node || !source.file)
        return NULL;
    const char *in = source.file->builtin ? "<profile>/" : "";
    if (v->at.node == source.node)
        return mem_printf("the template, %s%s:%d:%d", in, source.file->path, source.node->line, source.node->col);
    const struct tdef *d = giver(v, source);
    return mem_printf("the default of %s '%s', %s%s:%d:%d",
                      d->owner ? type_kind_words(d->owner->kind) : "the definition",
                      d->owner ? d->owner->name : d->name, in, source.file->path, source.node->line, source.node->col);
}

static void add_values(struct topo *t, const struct map *values, json_t *ret_values, json_t *ret_origins)
{
    for (size_t i = 0; i < values->n && tctx_spend(t->c, 1); i++) {
        struct tvalue *v = values->items[i].value;
        json_t *value = value_get(t->c, v);
        AUTO_FREE char *origin = value ? origin_text(v) : NULL;
        if (!value)
            continue;
        if (ret_values)
            json_object_set_nocheck(ret_values, v->name, value);
        if (origin)
            json_object_set_new_nocheck(ret_origins, v->name, json_string_nocheck(origin));
    }
}

json_t *emit_detail(struct topo *t, struct tnode *n)
{
    json_t *detail = json_object(), *origins = json_object(), *attributes = json_object();
    json_t *capabilities = json_object();
    add_values(t, n->properties, NULL, origins);
    add_values(t, n->attributes, attributes, origins);
    for (size_t i = 0; i < n->capabilities->n && tctx_spend(t->c, 1); i++) {
        const struct tcap *cap = n->capabilities->items[i].value;
        json_t *properties = json_object(), *from = json_object();
        add_values(t, cap->properties, properties, from);
        json_object_set_new_nocheck(capabilities, cap->name,
                                    json_pack("{s:s, s:o, s:o}", "type", cap->type ? cap->type->name : "?",
                                              "properties", properties, "origins", from));
    }
    json_object_set_new(detail, "capabilities", capabilities);
    json_object_set_new(detail, "attributes", attributes);
    json_object_set_new(detail, "origins", origins);
    return detail;
}
