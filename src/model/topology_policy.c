// SPDX-License-Identifier: Apache-2.0
/* Policies, groups and activities of a topology: their words and their end. */
#include "model/topology.h"

const char *policy_kind_name(enum policy_kind kind)
{
    static const char *const names[POLICY_KIND_MAX] = {
        [POLICY_OTHER] = "other",         [POLICY_PROTOCOL] = "protocol", [POLICY_SCALING] = "scaling",
        [POLICY_PLACEMENT] = "placement", [POLICY_UPDATE] = "update",     [POLICY_PERFORMANCE] = "performance",
    };
    return kind < POLICY_KIND_MAX ? names[kind] : "unknown";
}

const char *activity_kind_name(enum activity_kind kind)
{
    static const char *const names[ACTIVITY_KIND_MAX] = {
        [ACTIVITY_DELEGATE] = "delegate",
        [ACTIVITY_SET_STATE] = "set_state",
        [ACTIVITY_CALL_OPERATION] = "call_operation",
        [ACTIVITY_INLINE] = "inline",
    };
    return kind < ACTIVITY_KIND_MAX ? names[kind] : "unknown";
}

void topology_activities_free(struct topology_activity *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(v[i].name);
        json_decref(v[i].inputs);
        free(v[i].place.file);
    }
    free(v);
}

static void trigger_done(struct topology_trigger *t)
{
    free(t->name);
    free(t->event);
    free(t->description);
    free(t->start);
    free(t->end);
    json_decref(t->condition);
    free(t->period);
    free(t->method);
    topology_activities_free(t->actions, t->n_actions);
    free(t->place.file);
}

void topology_policy_done(struct topology_policy *p)
{
    for (size_t i = 0; i < p->n_triggers; i++)
        trigger_done(&p->triggers[i]);
    free(p->triggers);
    free(p->name);
    free(p->type);
    free(p->description);
    strv_done(&p->ancestry);
    strv_done(&p->target_names);
    free(p->targets);
    json_decref(p->properties);
    free(p->place.file);
}

void topology_group_done(struct topology_group *g)
{
    free(g->name);
    free(g->type);
    strv_done(&g->ancestry);
    free(g->members);
    json_decref(g->properties);
    free(g->place.file);
}
