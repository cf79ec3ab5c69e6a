// SPDX-License-Identifier: Apache-2.0
/* Which operation of a relationship comes when. */
#include "plan/plan_hook.h"

#include "base/text.h"

static const struct {
    const char *name;
    struct hook_kind kind;
} kinds[] = {
    {"pre_configure_source", {HOOK_PRE, false}},   {"pre_configure_target", {HOOK_PRE, true}},
    {"post_configure_source", {HOOK_POST, false}}, {"post_configure_target", {HOOK_POST, true}},
    {"add_target", {HOOK_JOINED, false}},          {"add_source", {HOOK_JOINED, false}},
    {"remove_target", {HOOK_LEAVING, false}},      {"remove_source", {HOOK_LEAVING, false}},
    {"target_changed", {HOOK_CHANGED, false}},
};

struct hook_kind plan_hook_kind(const struct topology_operation *o)
{
    for (size_t i = 0; o->configures && i < ARRAY_LEN(kinds); i++)
        if (str_eq(kinds[i].name, o->name))
            return kinds[i].kind;
    return (struct hook_kind){HOOK_NEVER, false};
}

bool plan_hook_runs(const struct topology_operation *o)
{
    return o->script != NULL;
}

bool plan_hook_any(const struct topology_link *l, enum hook_time time)
{
    for (size_t i = 0; i < l->n_operations; i++) {
        struct hook_kind k = plan_hook_kind(&l->operations[i]);
        if (k.time == time && !k.of_target && plan_hook_runs(&l->operations[i]))
            return true;
    }
    return false;
}

bool plan_hook_find(const struct plan_graph *g, const struct plan_step *s, size_t *ret_component,
                    const struct topology_link **ret_link, const struct topology_operation **ret)
{
    int c = s->requirement ? plan_graph_find(g, s->component) : -1;
    if (c < 0)
        return false;
    *ret_component = (size_t)c;
    *ret_link = topology_link_labelled(&g->t->components[c], s->requirement);
    *ret = *ret_link ? topology_link_operation(*ret_link, s->interface, s->operation) : NULL;
    return *ret != NULL;
}
