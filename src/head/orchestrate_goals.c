// SPDX-License-Identifier: Apache-2.0
/* From an Application's wanted state, and what differs for some components, to a goal for each of them. */
#include "head/orchestrate_private.h"
#include "plan/policy.h"

const struct application_override *orc_override(const struct application_spec *spec, const char *component)
{
    const struct application_override *v = spec->components.items;
    for (size_t i = 0; i < spec->components.n; i++)
        if (str_eq(v[i].name, component))
            return &v[i];
    return NULL;
}

static const char *own_state(const struct application_spec *spec, const char *component)
{
    const struct application_override *v = orc_override(spec, component);
    return v && !str_empty(v->state) ? v->state : NULL;
}

/* Gives `goal` to each component that has none of its own and has a link to one (down: from one) with that goal, until
 * nothing changes. */
static void spread(const struct topology *t, const struct application_spec *spec, enum plan_goal *goals,
                   enum plan_goal goal, bool down)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < t->n_components; i++) {
            for (size_t k = 0; k < t->components[i].n_links; k++) {
                size_t to = t->components[i].links[k].target;
                size_t from = down ? i : to, other = down ? to : i;
                if (goals[from] != goal || goals[other] == goal || own_state(spec, t->components[other].name) ||
                    t->components[from].kind == COMPONENT_VOLUME)
                    continue;
                goals[other] = goal;
                changed = true;
            }
        }
    }
}

enum plan_goal *orc_goals(const struct topology *t, const struct application_spec *spec)
{
    bool stopped = str_eq(spec->state, "Stopped");
    enum plan_goal *goals = mem_array(t->n_components, sizeof(*goals));
    for (size_t i = 0; i < t->n_components; i++) {
        const char *own = own_state(spec, t->components[i].name);
        bool stop = own ? str_eq(own, "Stopped") : stopped;
        goals[i] = stop ? PLAN_STOP : PLAN_RUN;
    }
    if (stopped)
        spread(t, spec, goals, PLAN_RUN, true); /* who is to run needs what it stands on */
    else
        spread(t, spec, goals, PLAN_STOP, false); /* who stands on what is to be stopped stops */
    return goals;
}

int64_t orc_replicas(const struct orc *o, const struct topology *t, size_t container)
{
    const struct application_override *v = orc_override(&o->in->app->spec, t->components[container].name);
    return v && v->replicas != FIELD_UNSET ? v->replicas : policy_replicas(t, container);
}
