// SPDX-License-Identifier: Apache-2.0
/* Checks groups and policies. */
#include "tosca/group.h"

#include "tosca/operation.h"
#include "tosca/related.h"
#include "tosca/value_read.h"

/* A group or a policy while it is checked. */
struct herd {
    struct topo *t;
    struct tctx *c;
    struct at at;
    struct ttype *type;
    const char *words;
};

static struct at allowed_types(struct herd *h, const char *key)
{
    for (struct ttype *p = h->type; p && tctx_spend(h->c, 1); p = type_parent(h->c, p)) {
        if (at_len(at_key(p->at, key), Y_SEQ))
            return at_key(p->at, key);
    }
    return at_of(NULL, NULL);
}

/* Is `type` of a kind that the list of type names allows? An empty list allows all. */
static bool allowed(struct herd *h, struct at list, struct ttype *type)
{
    bool any = !at_len(list, Y_SEQ) || !type;
    for (size_t i = 0; !any && i < list.node->n && tctx_spend(h->c, 1); i++) {
        const char *name = at_text(at_of(list.file, list.node->items[i]));
        struct ttype *t = name ? type_find(h->c, list.file, type->kind, name) : NULL;
        any = t && type_is_a(h->c, type, t);
    }
    return any;
}

static struct ttype *group_type(struct herd *h, const char *name)
{
    struct at at = at_of(h->t->file, map_get(h->t->groups, name));
    const char *type = at_text(at_key(at, "type"));
    return type ? type_find(h->c, at.file, TYPE_GROUP, type) : NULL;
}

static void check_member(struct herd *h, struct at at, struct at list, bool groups)
{
    const char *name = at_text(at);
    struct tnode *n = name ? map_get(h->t->nodes, name) : NULL;
    bool group = name && groups && map_has(h->t->groups, name);
    if (!name)
        tosca_error(h->c, at, "SHAPE", "%s: an item of the list is no name", h->words);
    else if (!n && !group)
        tosca_error(h->c, at, "UNKNOWN_REF", "%s names '%s', which is no node template%s%s", h->words, name,
                    groups ? " or group" : "", tosca_like(h->c, name, h->t->nodes));
    else if (!allowed(h, list, n ? n->type : group_type(h, name))) {
        tosca_error(h->c, at, "MEMBER_TYPE", "%s: '%s' is of a type that %s '%s' does not take", h->words, name,
                    type_kind_words(h->type->kind), h->type->name);
        related_names(h->c, list);
    }
}

static void check_members(struct herd *h, const char *key, bool groups)
{
    struct at members = at_key(h->at, key), list = allowed_types(h, key);
    for (size_t i = 0; i < at_len(members, Y_SEQ) && tctx_spend(h->c, 1); i++)
        check_member(h, at_of(members.file, members.node->items[i]), list, groups);
}

static bool herd_begin(struct topo *t, struct at at, enum type_kind kind, const char *words, struct herd *ret)
{
    *ret = (struct herd){.t = t, .c = t->c, .at = at, .words = words};
    ret->type = type_at(t->c, at_key(at, "type"), kind, NULL);
    struct trel *place = tctx_alloc(t->c, sizeof(*place)); /* where faults are told that have no place of their own */
    place->at = at;
    struct scope scope = {.topo = t, .rel = place};
    const struct map *declared = ret->type ? type_members(t->c, ret->type, MEMBER_PROPERTY) : NULL;
    struct map *values = topo_values(t->c, scope, declared, at_key(at, "properties"), words, "property");
    place->properties = values;
    place->words = words;
    values_check(t->c, values);
    return ret->type != NULL;
}

void groups_check(struct topo *t)
{
    for (size_t i = 0; i < t->groups->n && tctx_spend(t->c, 2); i++) {
        struct herd h;
        const struct map_item *item = &t->groups->items[i];
        struct at at = at_of(t->file, item->value);
        herd_begin(t, at, TYPE_GROUP, tctx_printf(t->c, "group '%s'", item->key), &h);
        check_members(&h, "members", false);
        struct map *operations =
            operations_collect(t, (struct scope){.topo = t}, h.type, at_key(at, "interfaces"), h.words);
        operations_check(t, operations, false);
    }
}

static void note_protocol(struct herd *h)
{
    struct at targets = at_key(h->at, "targets");
    for (size_t i = 0; i < at_len(targets, Y_SEQ) && tctx_spend(h->c, 1); i++) {
        struct at at = at_of(targets.file, targets.node->items[i]);
        struct tnode *n = at_text(at) ? map_get(h->t->nodes, at_text(at)) : NULL;
        if (!n)
            continue;
        if (n->protocol.node)
            tosca_error(h->c, at, "OTHER", "%s: '%s' already has a protocol from another policy", h->words, n->name);
        n->protocol = h->at;
    }
}

static void policy_check(struct topo *t, const struct ypair *p)
{
    struct herd h;
    if (p->key->kind != Y_SCALAR)
        return;
    herd_begin(t, at_of(t->file, p->value), TYPE_POLICY, tctx_printf(t->c, "policy '%s'", p->key->text), &h);
    check_members(&h, "targets", true);
    if (known_protocol_policy(t->c, h.type))
        note_protocol(&h);
    else if (h.type)
        tosca_warn(t->c, at_of(t->file, p->key), "NOT_RUN",
                   "%s is checked, but sedge does not act on policies of type '%s'", h.words, h.type->name);
}

void policies_check(struct topo *t)
{
    struct at list = at_key(t->at, "policies");
    if (at_len(list, Y_MAP))
        tosca_warn(t->c, list, "SHAPE", "policies are a list of one-key maps in TOSCA 1.x; each is read all the same");
    for (size_t i = 0; i < at_len(list, Y_MAP) && tctx_spend(t->c, 2); i++)
        policy_check(t, &list.node->pairs[i]);
    for (size_t i = 0; i < at_len(list, Y_SEQ) && tctx_spend(t->c, 2); i++) {
        const struct ynode *item = list.node->items[i];
        if (item->kind == Y_MAP && item->n == 1)
            policy_check(t, &item->pairs[0]);
    }
}
