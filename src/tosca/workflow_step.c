// SPDX-License-Identifier: Apache-2.0
/* Reads steps of work flows. */
#include "tosca/workflow.h"

/* Names of steps, each once. */
static void next_steps(struct flow *f, struct at at, const char *key, const char *words, struct strv *ret)
{
    const char *name = at_text(at);
    if (name && !map_has(f->steps, name))
        tosca_error(f->c, at, "UNKNOWN_REF", "%s: %s names '%s', which is no step of this workflow%s", words, key, name,
                    tosca_like(f->c, name, f->steps));
    else if (name && !at_null(at) && !strv_has(ret, name))
        strv_add(ret, name);
    for (size_t i = 0; i < at_len(at, Y_SEQ) && tctx_spend(f->c, 1 + (int64_t)ret->n / 8); i++) {
        struct at item = at_of(at.file, at.node->items[i]);
        if (at_text(item))
            next_steps(f, item, key, words, ret);
    }
}

/* The node states of the standard (1.3, section 3.4.1). */
static bool is_node_state(const char *name)
{
    static const char *const states[] = {"initial", "creating", "created",  "configuring", "configured", "starting",
                                         "started", "stopping", "deleting", "error",       "deleted"};
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (str_eq(states[i], name))
            return true;
    return false;
}

static void check_state(struct flow *f, struct at list, size_t i, const struct topology_step *s, const char *words)
{
    const char *state = s->activities[i].name;
    struct at at = list;
    for (size_t k = 0; k < list.node->n; k++) { /* the same item: faulty ones are left out of the step */
        struct at item = at_key(at_of(list.file, list.node->items[k]), "set_state");
        if (at_text(item) && str_eq(at_text(item), state))
            at = item;
    }
    for (size_t k = 0; k < s->n_targets && !is_node_state(state); k++) {
        const struct component *c = &f->to->components[s->targets[k]];
        if (protocol_state_find(&c->protocol, state))
            continue;
        tosca_warn(f->c, at, "UNKNOWN_REF",
                   "%s: '%s' is no node state (initial, creating, created, configuring, configured, starting, started, "
                   "stopping, deleting, error) and no state of '%s'; it is kept as it is written",
                   words, state, c->name);
        return;
    }
}

/* A node that another template stands in for has no scripts of its own. */
static void check_stood_for(struct flow *f, struct at list, const struct flow_target *who, const char *words)
{
    for (size_t i = 0; i < who->n; i++) {
        if (!who->nodes[i]->inner)
            continue;
        tosca_warn(f->c, list, "NOT_RUN",
                   "%s: another template stands in for '%s': operations that lead its components to other states are "
                   "called on each of these, no others",
                   words, who->nodes[i]->local);
        return;
    }
}

static void step_activities(struct flow *f, struct at at, const struct flow_target *who, const char *words,
                            struct topology_step *to)
{
    struct at list = at_key(at, "activities");
    struct trel *rel = who->link ? &who->link->rel : NULL;
    struct actor a = {.t = f->t, .targets = who->nodes, .n_targets = who->n, .rel = rel, .words = words};
    a.scope =
        (struct scope){.topo = f->t, .self = who->n == 1 ? who->nodes[0] : NULL, .rel = rel, .flow_inputs = f->inputs};
    to->n_activities = activities_read(&a, list, &to->activities);
    for (size_t i = 0; i < to->n_activities; i++) {
        if (to->activities[i].kind == ACTIVITY_SET_STATE)
            check_state(f, list, i, to, words);
        if (to->activities[i].kind == ACTIVITY_CALL_OPERATION)
            check_stood_for(f, list, who, words);
        if (rel && (to->activities[i].kind == ACTIVITY_DELEGATE || to->activities[i].kind == ACTIVITY_SET_STATE))
            tosca_warn(f->c, list, "NOT_RUN",
                       "%s: '%s' acts on node templates; of a relationship only operations are called", words,
                       activity_kind_name(to->activities[i].kind));
    }
}

static void step_filter(struct flow *f, struct at at, const struct flow_target *who, const char *words,
                        struct topology_step *to)
{
    struct at filter = at_key(at, "filter");
    if (at_null(filter))
        return;
    to->filter = json_array();
    for (size_t i = 0; i < who->n && tctx_spend(f->c, 2); i++) {
        json_t *one = flow_condition(f, filter, words, who, i);
        for (size_t k = 0; k < who->nodes[i]->n_components; k++) /* of one that a template stands in for: all of it */
            json_array_append(to->filter, one ? one : json_false());
        json_decref(one);
    }
}

static void step_host(struct flow *f, struct at at, const char *words, struct topology_step *to)
{
    static const char *const known[] = {"SELF", "HOST", "SOURCE", "TARGET", "ORCHESTRATOR"};
    struct at host = at_key(at, "operation_host");
    const char *name = at_null(host) ? NULL : at_text(host);
    bool found = false;
    for (size_t i = 0; name && i < ARRAY_LEN(known); i++)
        found = found || str_eq(known[i], name);
    to->host = mem_strdup(name);
    if (name && !found)
        tosca_error(f->c, host, "UNKNOWN_REF",
                    "%s: operation_host must be SELF, HOST, SOURCE, TARGET or ORCHESTRATOR, not '%s'", words, name);
    else if (name && str_eq(name, "ORCHESTRATOR"))
        tosca_warn(f->c, host, "NOT_RUN",
                   "%s: operations are run in the container below the target, not by sedge itself", words);
}

void flow_step(struct flow *f, const struct ypair *p, struct topology_step *to)
{
    struct at at = at_of(f->at.file, p->value);
    const char *words = tctx_printf(f->c, "%s: step '%s'", f->words, p->key->text);
    struct flow_target who;
    flow_target(f, at, words, &who);
    *to = (struct topology_step){.name = mem_strdup(p->key->text),
                                 .target = mem_strdup(who.name ? who.name : ""),
                                 .relationship = mem_strdup(who.link ? who.link->name : NULL),
                                 .place = topo_place(at_of(f->at.file, p->key))};
    for (size_t i = 0; i < who.n; i++)
        for (size_t k = 0; k < who.nodes[i]->n_components && tctx_spend(f->c, 1); k++) {
            to->targets = mem_push(to->targets, to->n_targets, sizeof(*to->targets));
            to->targets[to->n_targets++] = who.nodes[i]->index + k;
        }
    step_host(f, at, words, to);
    step_filter(f, at, &who, words, to);
    step_activities(f, at, &who, words, to);
    next_steps(f, at_key(at, "on_success"), "on_success", words, &to->on_success);
    next_steps(f, at_key(at, "on_failure"), "on_failure", words, &to->on_failure);
}
