// SPDX-License-Identifier: Apache-2.0
/* Reads attribute mappings: `url: [ SELF, url ]`, of both generations; `{ mapping: [ SELF, url ] }` of 1.3's text. */
#include "tosca/operation_output.h"

#include "tosca/known.h"
#include "tosca/related.h"

static struct tnode *entity_of(struct scope s, const char *word)
{
    if (str_eq(word, "SOURCE") || (str_eq(word, "SELF") && s.rel))
        return s.rel ? s.rel->source : NULL;
    if (str_eq(word, "TARGET"))
        return s.rel ? s.rel->target : NULL;
    if (str_eq(word, "SELF"))
        return s.self;
    return map_get(s.topo->nodes, word);
}

/* Has the end of the mapping such an attribute? Properties are reflected as attributes; a longer path may go through a
 * capability or a requirement. */
static bool has_attribute(struct scope s, const char *word, const struct tnode *n, const char *name, bool path)
{
    if (!n->type || known_attribute(name) || map_has(n->attributes, name) || map_has(n->properties, name))
        return true;
    if (s.rel && str_eq(word, "SELF") &&
        (!s.rel->type || map_has(s.rel->attributes, name) || map_has(s.rel->properties, name)))
        return true;
    return path && (map_has(n->capabilities, name) || type_member(s.topo->c, n->type, MEMBER_REQUIREMENT, name));
}

static void tell_no_attribute(struct scope s, const struct toper *o, const char *word, const struct tnode *n,
                              struct at at)
{
    struct tctx *c = s.topo->c;
    bool own = s.rel && str_eq(word, "SELF");
    struct ttype *type = own ? s.rel->type : n->type;
    tosca_error(c, at, "UNKNOWN_REF", "%s: %s '%s' has no attribute '%s'%s", o->words, type_kind_words(type->kind),
                type->name, at_text(at), tosca_like(c, at_text(at), own ? s.rel->attributes : n->attributes));
    related_type(c, type);
}

/* ["component", "attribute", ...]; null (told where it is wrong) for one that leads nowhere. */
static json_t *mapping_read(struct scope s, const struct toper *o, struct at at)
{
    struct at list = at_is(at, Y_MAP) ? at_key(at, "mapping") : at;
    if (!at_is(list, Y_SEQ))
        return json_null();
    const char *word = at_len(list, Y_SEQ) >= 2 ? at_text(at_of(list.file, list.node->items[0])) : NULL;
    struct tnode *n = word ? entity_of(s, word) : NULL;
    if (!n) {
        tosca_error(s.topo->c, list, word ? "UNKNOWN_REF" : "SHAPE",
                    "%s: an output is mapped by [ SELF, attribute ] or another node's name before the attribute%s",
                    o->words, word ? tosca_like(s.topo->c, word, s.topo->nodes) : "");
        return json_null();
    }
    struct at first = at_of(list.file, list.node->items[1]);
    if (at_text(first) && !has_attribute(s, word, n, at_text(first), list.node->n > 2)) {
        tell_no_attribute(s, o, word, n, first);
        return json_null();
    }
    json_t *to = json_pack("[s]", n->name);
    for (size_t i = 1; i < list.node->n && tctx_spend(s.topo->c, 1); i++) {
        const char *step = at_text(at_of(list.file, list.node->items[i]));
        json_array_append_new(to, json_string(step ? step : ""));
    }
    return to;
}

json_t *outputs_read(struct scope s, struct toper *o)
{
    if (!at_len(o->outputs, Y_MAP))
        return NULL;
    json_t *all = json_object();
    for (size_t i = 0; i < o->outputs.node->n && tctx_spend(s.topo->c, 2); i++) {
        const struct ypair *p = &o->outputs.node->pairs[i];
        if (p->key->kind == Y_SCALAR)
            json_object_set_new_nocheck(all, p->key->text, mapping_read(s, o, at_of(o->outputs.file, p->value)));
    }
    return all;
}
