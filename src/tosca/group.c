// SPDX-License-Identifier: Apache-2.0
/* Checks groups and policies. */
#include "tosca/group.h"

#include "tosca/operation.h"
#include "tosca/related.h"
#include "tosca/trigger.h"
#include "tosca/value_read.h"

/* A group or a policy while it is checked. */
struct herd {
    struct topo *t;
    struct tctx *c;
    struct at at;
    struct ttype *type;
    const char *words;
    struct map *properties; /* name -> struct tvalue */
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

/* Properties that have a value. */
static json_t *herd_values(struct tctx *c, const struct map *values)
{
    json_t *all = json_object();
    for (size_t i = 0; i < values->n && tctx_spend(c, 1); i++) {
        struct tvalue *v = values->items[i].value;
        json_t *json = value_get(c, v);
        if (json)
            json_object_set_nocheck(all, v->name, json);
    }
    return all;
}

static size_t *herd_indices(struct topo *t, struct at list, size_t *ret_n)
{
    struct tnode **nodes = herd_nodes(t, list, ret_n);
    size_t *v = NULL, n = *ret_n;
    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nodes[i]->n_components && tctx_spend(t->c, 1); k++) {
            v = mem_push(v, *ret_n, sizeof(*v));
            v[(*ret_n)++] = nodes[i]->index + k;
        }
    }
    return v;
}

static void herd_ancestry(struct herd *h, struct strv *ret)
{
    for (struct ttype *p = h->type; p && tctx_spend(h->c, 1); p = type_parent(h->c, p))
        strv_add(ret, p->name);
}

static struct place herd_place(struct at at, const struct ynode *key)
{
    const struct ynode *n = key ? key : at.node;
    return (struct place){mem_strdup(at.file->path), n ? n->line : 1, n ? n->col : 1};
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
    ret->properties = values;
    return ret->type != NULL;
}

/* A group that holds itself. */
static void check_circle(struct herd *h, const char *name)
{
    struct map *seen = tctx_map(h->c);
    map_set(seen, name, h);
    for (size_t i = 0; i < seen->n && tctx_spend(h->c, 2); i++) {
        struct at members = at_key(at_of(h->t->file, map_get(h->t->groups, seen->items[i].key)), "members");
        for (size_t k = 0; k < at_len(members, Y_SEQ) && tctx_spend(h->c, 1); k++) {
            const char *member = at_text(at_of(members.file, members.node->items[k]));
            if (str_eq(member, name))
                tosca_error(h->c, at_of(members.file, members.node->items[k]), "CYCLE", "%s is a member of itself",
                            h->words);
            else if (member && map_has(h->t->groups, member))
                map_set(seen, member, h);
        }
    }
}

static void group_emit(struct herd *h, const char *name)
{
    struct topo *t = h->t;
    t->herds = mem_push(t->herds, t->n_herds, sizeof(*t->herds));
    struct topology_group *to = &t->herds[t->n_herds++];
    *to = (struct topology_group){.name = mem_strdup(name), .unit = known_unit(t->c, h->type)};
    to->type = mem_strdup(h->type ? h->type->name : "tosca.groups.Root");
    herd_ancestry(h, &to->ancestry);
    to->members = herd_indices(t, at_key(h->at, "members"), &to->n_members);
    to->properties = herd_values(h->c, h->properties);
    to->place = herd_place(h->at, NULL);
}

void groups_check(struct topo *t)
{
    for (size_t i = 0; i < t->groups->n && tctx_spend(t->c, 2); i++) {
        struct herd h;
        const struct map_item *item = &t->groups->items[i];
        struct at at = at_of(t->file, item->value);
        herd_begin(t, at, TYPE_GROUP, tctx_printf(t->c, "group '%s'", item->key), &h);
        check_members(&h, "members", at.file->version == TOSCA_2_0);
        check_circle(&h, item->key);
        struct map *operations =
            operations_collect(t, (struct scope){.topo = t}, h.type, at_key(at, "interfaces"), h.words);
        operations_check(t, operations, false);
        group_emit(&h, item->key);
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

/* ---- triggers ---- */

static void triggers_of(struct herd *h, const struct trigger_use *use, struct at section, struct topology_policy *to)
{
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(h->c, 5); i++) {
        struct topology_trigger one;
        if (!trigger_read(use, section.node->pairs[i].key, at_of(section.file, section.node->pairs[i].value), &one))
            continue;
        to->triggers = mem_push(to->triggers, to->n_triggers, sizeof(*to->triggers));
        to->triggers[to->n_triggers++] = one;
    }
}

/* Those of the types from the root on, then its own. */
static void triggers_read(struct herd *h, struct topology_policy *to)
{
    struct ttype *line[TOSCA_DEPTH_MAX];
    size_t n = 0, n_targets;
    for (struct ttype *p = h->type; p && n < ARRAY_LEN(line) && tctx_spend(h->c, 1); p = type_parent(h->c, p))
        line[n++] = p;
    struct trigger_use use = {.t = h->t, .words = h->words};
    use.targets = herd_nodes(h->t, at_key(h->at, "targets"), &n_targets);
    use.n_targets = n_targets;
    while (n > 0)
        triggers_of(h, &use, at_key(line[--n]->at, "triggers"), to);
    triggers_of(h, &use, at_key(h->at, "triggers"), to);
}

void policy_type_check(struct topo *t, struct ttype *type)
{
    struct topology_policy nobody = {0};
    struct herd h = {.t = t, .c = t->c, .type = type};
    struct trigger_use use = {.t = t, .of_type = true, .words = tctx_printf(t->c, "policy type '%s'", type->name)};
    triggers_of(&h, &use, at_key(type->at, "triggers"), &nobody);
    topology_policy_done(&nobody);
}

/* ---- policies ---- */

static void policy_emit(struct herd *h, const struct ynode *key)
{
    struct topo *t = h->t;
    struct at targets = at_key(h->at, "targets");
    struct topology_policy to = {.name = mem_strdup(key->text), .kind = known_policy(t->c, h->type)};
    to.type = mem_strdup(h->type ? h->type->name : "tosca.policies.Root");
    to.description = mem_strdup(at_text(at_key(h->at, "description")));
    herd_ancestry(h, &to.ancestry);
    for (size_t i = 0; i < at_len(targets, Y_SEQ); i++) {
        const char *name = at_text(at_of(targets.file, targets.node->items[i]));
        if (name)
            strv_add(&to.target_names, name);
    }
    to.targets = herd_indices(t, targets, &to.n_targets);
    to.properties = herd_values(h->c, h->properties);
    to.place = herd_place(h->at, key);
    triggers_read(h, &to);
    t->policies = mem_push(t->policies, t->n_policies, sizeof(*t->policies));
    t->policies[t->n_policies++] = to;
}

static void check_bounds(struct herd *h, const struct topology_policy *p)
{
    const json_t *min = json_object_get(p->properties, "min_instances");
    const json_t *max = json_object_get(p->properties, "max_instances");
    struct at properties = at_key(h->at, "properties"), at = at_key(properties, "max_instances");
    if (json_is_integer(min) && json_is_integer(max) && json_integer_value(max) >= 0 &&
        json_integer_value(min) > json_integer_value(max))
        tosca_error(h->c, at.node ? at : at_key(properties, "min_instances"), "CONSTRAINT",
                    "%s: min_instances %lld is more than max_instances %lld", h->words,
                    (long long)json_integer_value(min), (long long)json_integer_value(max));
}

static void policy_check(struct topo *t, struct at section, const struct ypair *p)
{
    struct herd h;
    if (p->key->kind != Y_SCALAR)
        return;
    herd_begin(t, at_of(section.file, p->value), TYPE_POLICY, tctx_printf(t->c, "policy '%s'", p->key->text), &h);
    check_members(&h, "targets", true);
    policy_emit(&h, p->key);
    enum policy_kind kind = t->policies[t->n_policies - 1].kind;
    if (kind == POLICY_SCALING)
        check_bounds(&h, &t->policies[t->n_policies - 1]);
    if (kind == POLICY_PROTOCOL)
        note_protocol(&h);
    else if (kind == POLICY_OTHER && h.type && t->policies[t->n_policies - 1].n_triggers == 0)
        tosca_warn(t->c, at_of(section.file, p->key), "NOT_RUN",
                   "%s is kept and shown, but nothing acts on policies of type '%s'", h.words, h.type->name);
}

void policies_check(struct topo *t)
{
    struct at list = at_key(t->at, "policies");
    if (at_len(list, Y_MAP))
        tosca_warn(t->c, list, "SHAPE", "policies are a list of one-key maps in TOSCA 1.x; each is read all the same");
    for (size_t i = 0; i < at_len(list, Y_MAP) && tctx_spend(t->c, 2); i++)
        policy_check(t, list, &list.node->pairs[i]);
    for (size_t i = 0; i < at_len(list, Y_SEQ) && tctx_spend(t->c, 2); i++) {
        const struct ynode *item = list.node->items[i];
        if (item->kind == Y_MAP && item->n == 1)
            policy_check(t, list, &item->pairs[0]);
    }
}
