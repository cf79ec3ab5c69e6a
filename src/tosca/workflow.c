// SPDX-License-Identifier: Apache-2.0
/* Reads work flows: their inputs, preconditions, outputs, and whom they speak of. */
#include "tosca/workflow.h"

#include <string.h>

#include "tosca/assertion.h"
#include "tosca/call.h"
#include "tosca/value_read.h"

/* ---- whom ---- */

static void add_once(struct flow_target *to, struct tnode *n)
{
    for (size_t i = 0; i < to->n; i++)
        if (to->nodes[i] == n)
            return;
    to->nodes[to->n++] = n;
}

static void add_members(struct flow *f, const char *group, struct flow_target *to)
{
    struct at members = at_key(at_of(f->t->file, map_get(f->t->groups, group)), "members");
    for (size_t i = 0; i < at_len(members, Y_SEQ) && tctx_spend(f->c, 1 + (int64_t)to->n / 8); i++) {
        const char *name = at_text(at_of(members.file, members.node->items[i]));
        struct tnode *n = name ? map_get(f->t->nodes, name) : NULL;
        if (n)
            add_once(to, n);
    }
}

static void take_relationship(struct flow *f, struct at at, const char *words, struct flow_target *to)
{
    const char *name = at_text(at);
    if (!name || at_null(at) || !to->name)
        return;
    struct tnode *n = map_get(f->t->nodes, to->name);
    if (n)
        to->link = tnode_link(n, name);
    if (!n)
        tosca_error(f->c, at, "OTHER", "%s: target_relationship takes a node template as target; '%s' is a group",
                    words, to->name);
    else if (!to->link)
        tosca_error(f->c, at, "UNKNOWN_REF", "%s: %s has no requirement '%s' that is fulfilled", words, n->words, name);
}

void flow_target(struct flow *f, struct at at, const char *words, struct flow_target *ret)
{
    struct at target = at_key(at, "target");
    *ret = (struct flow_target){.name = at_null(target) ? NULL : at_text(target)};
    ret->nodes = tctx_alloc(f->c, (f->t->nodes->n + 1) * sizeof(struct tnode *));
    if (!ret->name)
        return;
    struct tnode *n = map_get(f->t->nodes, ret->name);
    if (n)
        add_once(ret, n);
    else if (map_has(f->t->groups, ret->name))
        add_members(f, ret->name, ret);
    else
        tosca_error(f->c, target, "UNKNOWN_REF", "%s: '%s' is no node template or group%s", words, ret->name,
                    tosca_like(f->c, ret->name, f->t->nodes));
    take_relationship(f, at_key(at, "target_relationship"), words, ret);
}

json_t *flow_condition(struct flow *f, struct at at, const char *words, const struct flow_target *who, size_t i)
{
    struct tnode *n = i < who->n ? who->nodes[i] : NULL;
    struct trel *rel = who->link ? &who->link->rel : NULL;
    struct asserted a = {.t = f->t,
                         .scope = {.topo = f->t, .self = n, .rel = rel, .flow_inputs = f->inputs},
                         .node = n,
                         .rel = rel,
                         .component = n ? n->name : "SELF",
                         .words = words};
    return condition_read(&a, at);
}

/* ---- a work flow's own keys ---- */

static json_t *input_json(struct flow *f, struct tvalue *v)
{
    json_t *one = json_object();
    json_put_str(one, "type", at_text(tdef_key(v->def, "type")));
    json_put_str(one, "description", at_text(tdef_key(v->def, "description")));
    json_t *value = value_get(f->c, v);
    if (value)
        json_object_set_nocheck(one, "value", value);
    json_object_set_new_nocheck(one, "required", json_boolean(tdef_required(v->def) && !value));
    return one;
}

static json_t *inputs_json(struct flow *f)
{
    json_t *all = json_object();
    for (size_t i = 0; i < f->inputs->n && tctx_spend(f->c, 2); i++) {
        struct tvalue *v = f->inputs->items[i].value;
        json_object_set_new_nocheck(all, v->name, input_json(f, v));
    }
    return all;
}

/* One condition that must hold for all it speaks of. */
static void precondition(struct flow *f, struct at at, struct at condition, struct topology_workflow *to)
{
    const char *words = tctx_printf(f->c, "%s: precondition", f->words);
    struct flow_target who;
    flow_target(f, at, words, &who);
    if (at_is(at, Y_MAP) && at.node != condition.node && at_null(at_key(at, "target")))
        tosca_error(f->c, at, "MISSING_KEY", "%s: the key 'target' is missing", words);
    for (size_t i = 0; i < (who.n ? who.n : !who.name) && tctx_spend(f->c, 2); i++) {
        json_t *holds = flow_condition(f, condition, words, &who, i);
        if (!holds)
            continue;
        to->preconditions = mem_push(to->preconditions, to->n_preconditions, sizeof(*to->preconditions));
        to->preconditions[to->n_preconditions++] =
            (struct topology_precondition){.target = mem_strdup(i < who.n ? who.nodes[i]->name : NULL),
                                           .condition = holds,
                                           .place = topo_place(condition)};
    }
}

/* 1.x: a list of them, each with its target; 2.0: one condition. */
static void preconditions(struct flow *f, struct topology_workflow *to)
{
    struct at list = at_key(f->at, "preconditions"), one = at_key(f->at, "precondition");
    if (!at_null(one))
        precondition(f, one, one, to);
    if (call_is_2(list.file) && at_is(list, Y_MAP))
        precondition(f, list, list, to);
    for (size_t i = 0; i < at_len(list, Y_SEQ) && tctx_spend(f->c, 2); i++) {
        struct at at = at_of(list.file, list.node->items[i]);
        if (at_is(at, Y_MAP))
            precondition(f, at, at_key(at, "condition"), to);
        else
            tosca_error(f->c, at, "SHAPE", "%s: a precondition is a map of target and condition", f->words);
    }
}

/* An attribute mapping ([SELF or node template, ..., attribute]) read as the attribute that it fills. */
static json_t *output_call(struct flow *f, struct at at, const char *name)
{
    struct what w = {.owner = f->words, .part = "output", .name = name};
    struct scope scope = {.topo = f->t, .flow_inputs = f->inputs};
    struct ynode *call = tctx_alloc(f->c, sizeof(*call)), *key = tctx_alloc(f->c, sizeof(*key));
    struct ypair *pair = tctx_alloc(f->c, sizeof(*pair));
    *key = (struct ynode){.kind = Y_SCALAR, .line = at.node->line, .col = at.node->col, .plain = true};
    key->text = call_is_2(at.file) ? "$get_attribute" : "get_attribute";
    key->len = strlen(key->text);
    *pair = (struct ypair){.key = key, .value = (struct ynode *)(uintptr_t)at.node};
    *call = (struct ynode){.kind = Y_MAP, .line = key->line, .col = key->col, .pairs = pair, .n = 1};
    return value_read(scope, at_of(at.file, call), NULL, &w);
}

static json_t *outputs_json(struct flow *f)
{
    json_t *all = json_object();
    struct at section = at_key(f->at, "outputs");
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(f->c, 2); i++) {
        const struct ypair *p = &section.node->pairs[i];
        struct at at = at_of(section.file, p->value);
        if (p->key->kind != Y_SCALAR)
            continue;
        json_t *v = at_is(at, Y_SEQ) ? output_call(f, at, p->key->text) : NULL;
        if (v)
            json_object_set_new_nocheck(all, p->key->text, v);
        if (!at_is(at, Y_SEQ))
            tosca_error(f->c, at, "SHAPE", "%s: output '%s' must be a list of a node template and its attribute",
                        f->words, p->key->text);
    }
    return all;
}

static void implementation(struct flow *f, struct topology_workflow *to)
{
    struct at at = at_key(f->at, "implementation"), steps = at_key(f->at, "steps");
    struct at primary = at_key(at, "primary");
    struct at file = at_null(primary) ? at : primary;
    const char *name = at_text(at_is(file, Y_MAP) ? at_key(file, "file") : file);
    if (at_null(at) && at_null(steps))
        tosca_warn(f->c, at_of(f->at.file, f->key), "NOT_RUN", "%s has no steps: it does nothing", f->words);
    if (at_null(at))
        return;
    if (!at_null(steps))
        tosca_error(f->c, at, "OTHER", "%s: it has steps and an implementation; only one of the two can be", f->words);
    to->implementation = mem_strdup(name ? name : "?");
    tosca_warn(f->c, at, "NOT_RUN",
               "%s is written in another language ('%s'), which sedge does not run; write it as steps", f->words,
               to->implementation);
}

/* ---- all ---- */

static void step_names(struct flow *f, struct at steps)
{
    f->steps = tctx_map(f->c);
    for (size_t i = 0; i < at_len(steps, Y_MAP) && tctx_spend(f->c, 1); i++)
        if (steps.node->pairs[i].key->kind == Y_SCALAR)
            map_set(f->steps, steps.node->pairs[i].key->text, f->steps);
}

static void workflow_read(struct flow *f, struct topology_workflow *to)
{
    struct at steps = at_key(f->at, "steps");
    *to = (struct topology_workflow){.name = mem_strdup(f->name), .place = topo_place(at_of(f->at.file, f->key))};
    to->description = mem_strdup(at_text(at_key(f->at, "description")));
    f->inputs = workflow_inputs(f->t, f->at, f->words);
    to->inputs = inputs_json(f);
    preconditions(f, to);
    implementation(f, to);
    step_names(f, steps);
    to->steps = mem_array(f->steps->n ? f->steps->n : 1, sizeof(*to->steps));
    for (size_t i = 0; i < at_len(steps, Y_MAP) && tctx_spend(f->c, 2); i++)
        if (steps.node->pairs[i].key->kind == Y_SCALAR)
            flow_step(f, &steps.node->pairs[i], &to->steps[to->n_steps++]);
    to->outputs = outputs_json(f);
    flow_check_order(f, to);
}

void workflows_emit(struct topo *t, struct topology *to)
{
    struct at section = at_key(t->at, "workflows");
    size_t n = at_len(section, Y_MAP);
    to->workflows = mem_array(n ? n : 1, sizeof(*to->workflows));
    for (size_t i = 0; i < n && tctx_spend(t->c, 2); i++) {
        const struct ypair *p = &section.node->pairs[i];
        if (p->key->kind != Y_SCALAR)
            continue;
        struct flow f = {.t = t, .c = t->c, .to = to, .at = at_of(section.file, p->value), .key = p->key};
        f.name = p->key->text;
        f.words = tctx_printf(t->c, "workflow '%s'", f.name);
        workflow_read(&f, &to->workflows[to->n_workflows++]);
    }
    flows_check_inline(t, to);
}
