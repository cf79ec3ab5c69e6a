// SPDX-License-Identifier: Apache-2.0
/* Makes work flows of triggers, so that their actions go the way that steps go. */
#include "tosca/emit_trigger.h"

#include "tosca/operation.h"

/* Does it, or what stands behind one of its capabilities, say something of that name? Else the event has to bring it.
 */
static bool declares(const struct tnode *n, const char *name)
{
    return !n->type || known_attribute(name) || str_eq(name, "tosca_name") || map_has(n->attributes, name) ||
           map_has(n->properties, name);
}

/* An attribute of one target: SELF is that one. */
static json_t *asked_of(struct topo *t, const json_t *args, const struct tnode *target, json_t *inputs)
{
    const char *who = json_string_value(json_array_get(args, 0)), *name = json_string_value(json_array_get(args, 1));
    const struct tnode *n = str_eq(who, "SELF") ? target : who ? map_get(t->nodes, who) : NULL;
    if (n && name && !declares(n, name)) {
        json_object_set_new_nocheck(inputs, name, json_pack("{s:b}", "required", 1));
        return json_pack("{s:[s]}", "$get_input", name);
    }
    json_t *own = json_deep_copy(args);
    if (str_eq(who, "SELF"))
        json_array_set_new(own, 0, json_string(target->name));
    return json_pack("{s:o}", "$get_attribute", own);
}

/* The condition for one target. New. */
static json_t *for_target(struct topo *t, const json_t *v, const struct tnode *target, json_t *inputs)
{
    const char *key;
    json_t *item;
    size_t i;
    if (json_is_array(v)) {
        json_t *list = json_array();
        json_array_foreach(v, i, item) json_array_append_new(list, for_target(t, item, target, inputs));
        return list;
    }
    if (!json_is_object(v))
        return json_deep_copy(v);
    if (json_is_array(json_object_get(v, "$get_attribute")))
        return asked_of(t, json_object_get(v, "$get_attribute"), target, inputs);
    json_t *to = json_object();
    json_object_foreach((json_t *)(uintptr_t)v, key, item)
        json_object_set_new_nocheck(to, key, for_target(t, item, target, inputs));
    return to;
}

/* The node behind a component: they are written out in this order, those of a stand-in in the node's place. */
static struct tnode *node_of(struct topo *t, size_t *left)
{
    for (size_t i = 0; i < t->nodes->n && tctx_spend(t->c, 1); i++) {
        struct tnode *n = t->nodes->items[i].value, *found = n->inner ? node_of(n->inner, left) : NULL;
        if (found)
            return found;
        if (!n->inner && (*left)-- == 0)
            return n;
    }
    return NULL;
}

static bool has_operations(struct topo *t, struct tnode *n, const struct topology_trigger *tr)
{
    struct map *all = NULL;
    for (size_t i = 0; i < tr->n_actions && tctx_spend(t->c, 2); i++) {
        if (tr->actions[i].kind != ACTIVITY_CALL_OPERATION)
            continue;
        if (!all)
            all = operations_collect(t, (struct scope){.topo = t, .self = n}, n->type, at_key(n->at, "interfaces"),
                                     n->words);
        if (!map_has(all, tr->actions[i].name))
            return false;
    }
    return true;
}

static json_t *filter_of(struct topo *t, const struct topology_policy *p, const struct topology_trigger *tr,
                         json_t *inputs)
{
    json_t *filter = json_array();
    for (size_t i = 0; i < p->n_targets && tctx_spend(t->c, 5); i++) {
        size_t left = p->targets[i];
        struct tnode *n = node_of(t, &left);
        json_t *one = !n || !has_operations(t, n, tr) ? json_false()
                      : tr->condition                 ? for_target(t, tr->condition, n, inputs)
                                                      : json_true();
        json_array_append_new(filter, one);
    }
    return filter;
}

static void flow_of(struct topo *t, const struct topology_policy *p, const struct topology_trigger *tr,
                    struct topology_workflow *to)
{
    struct topology_step *step = mem_alloc(sizeof(*step));
    *to = (struct topology_workflow){.name = mem_printf("%s.%s", p->name, tr->name),
                                     .description = mem_strdup(tr->description),
                                     .inputs = json_object(),
                                     .outputs = json_object(),
                                     .steps = step,
                                     .n_steps = 1};
    to->place = (struct place){mem_strdup(tr->place.file), tr->place.line, tr->place.col};
    step->name = mem_strdup(tr->name);
    step->target = mem_strdup(p->target_names.n ? p->target_names.v[0] : NULL);
    step->targets = mem_array(p->n_targets, sizeof(*step->targets));
    for (size_t i = 0; i < p->n_targets; i++)
        step->targets[step->n_targets++] = p->targets[i];
    step->filter = filter_of(t, p, tr, to->inputs);
    step->activities = mem_array(tr->n_actions, sizeof(*step->activities));
    for (size_t i = 0; i < tr->n_actions; i++) {
        const struct topology_activity *a = &tr->actions[i];
        step->activities[step->n_activities++] =
            (struct topology_activity){a->kind,
                                       mem_strdup(a->name),
                                       json_incref(a->inputs),
                                       {mem_strdup(a->place.file), a->place.line, a->place.col}};
    }
    step->place = (struct place){mem_strdup(tr->place.file), tr->place.line, tr->place.col};
}

void triggers_emit(struct topo *t, struct topology *to)
{
    for (size_t i = 0; i < to->n_policies; i++) {
        const struct topology_policy *p = &to->policies[i];
        for (size_t k = 0; k < p->n_triggers && tctx_spend(t->c, 5); k++) {
            const struct topology_trigger *tr = &p->triggers[k];
            if (!p->n_targets || !tr->n_actions || tr->kept_only || !tr->event)
                continue;
            to->workflows = mem_grow(to->workflows, to->n_workflows + 1, sizeof(*to->workflows));
            flow_of(t, p, tr, &to->workflows[to->n_workflows++]);
        }
    }
}
