// SPDX-License-Identifier: Apache-2.0
/* Checks workflows: steps that follow each other, targets and activities. */
#include "tosca/substitution.h"

struct flow {
    struct topo *t;
    struct tctx *c;
    struct map *steps;
    const char *words;
};

static void check_next(struct flow *f, struct at at)
{
    const char *name = at_text(at);
    if (name && !map_has(f->steps, name))
        tosca_error(f->c, at, "UNKNOWN_REF", "%s: '%s' is no step of this workflow%s", f->words, name,
                    tosca_like(f->c, name, f->steps));
    for (size_t i = 0; i < at_len(at, Y_SEQ) && tctx_spend(f->c, 1); i++) {
        struct at item = at_of(at.file, at.node->items[i]);
        if (at_text(item) && !map_has(f->steps, at_text(item)))
            check_next(f, item);
    }
}

static void check_activity(struct flow *f, struct at at)
{
    static const char *const known[] = {"delegate", "set_state", "call_operation", "inline"};
    bool found = false;
    if (!at_is(at, Y_MAP)) {
        tosca_error(f->c, at, "SHAPE", "%s: an activity must be a map", f->words);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        found = found || ynode_get(at.node, known[i]);
    if (!found)
        tosca_error(f->c, at, "UNKNOWN_KEY", "%s: an activity is one of delegate, set_state, call_operation and inline",
                    f->words);
}

static void check_step(struct flow *f, struct at at)
{
    struct at target = at_key(at, "target"), activities = at_key(at, "activities");
    if (at_text(target) && !map_has(f->t->groups, at_text(target)))
        topo_node_at(f->t, target, f->words);
    for (size_t i = 0; i < at_len(activities, Y_SEQ) && tctx_spend(f->c, 1); i++)
        check_activity(f, at_of(activities.file, activities.node->items[i]));
    check_next(f, at_key(at, "on_success"));
    check_next(f, at_key(at, "on_failure"));
}

static void check_workflow(struct topo *t, const struct ypair *p, struct tfile *file)
{
    struct at steps = at_key(at_of(file, p->value), "steps");
    struct flow f = {.t = t, .c = t->c, .steps = tctx_map(t->c)};
    for (size_t i = 0; i < at_len(steps, Y_MAP) && tctx_spend(t->c, 1); i++) {
        if (steps.node->pairs[i].key->kind == Y_SCALAR)
            map_set(f.steps, steps.node->pairs[i].key->text, f.steps);
    }
    for (size_t i = 0; i < at_len(steps, Y_MAP) && tctx_spend(t->c, 2); i++) {
        const struct ypair *step = &steps.node->pairs[i];
        f.words = tctx_printf(t->c, "workflow '%s': step '%s'", p->key->text ? p->key->text : "?",
                              step->key->text ? step->key->text : "?");
        check_step(&f, at_of(steps.file, step->value));
    }
}

void workflows_check(struct topo *t)
{
    struct at section = at_key(t->at, "workflows");
    if (at_len(section, Y_MAP))
        tosca_warn(t->c, section, "NOT_RUN", "workflows are checked, but sedge makes its own plans from protocols");
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 2); i++)
        check_workflow(t, &section.node->pairs[i], section.file);
}
