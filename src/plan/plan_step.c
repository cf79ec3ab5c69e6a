// SPDX-License-Identifier: Apache-2.0
// Plans and component states as data: made, copied, printed, emptied.
#include "plan/plan.h"

#include <string.h>

#include "base/text.h"

void plan_add(struct plan *p, const struct plan_step *step)
{
    p->steps = mem_push(p->steps, p->n, sizeof(*p->steps));
    p->steps[p->n++] = (struct plan_step){.component = mem_strdup(step->component),
                                          .requirement = mem_strdup(step->requirement),
                                          .interface = mem_strdup(step->interface),
                                          .operation = mem_strdup(step->operation),
                                          .source = mem_strdup(step->source),
                                          .target = mem_strdup(step->target),
                                          .line = step->line,
                                          .why = step->why};
}

void plan_done(struct plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->steps[i].component);
        free(p->steps[i].requirement);
        free(p->steps[i].interface);
        free(p->steps[i].operation);
        free(p->steps[i].source);
        free(p->steps[i].target);
    }
    free(p->steps);
    *p = (struct plan){0};
}

char *plan_step_text(const struct plan_step *s)
{
    return mem_printf("%s%s%s:%s.%s", s->component, s->requirement ? "/" : "", s->requirement ? s->requirement : "",
                      s->interface, s->operation);
}

bool plan_step_is_single(const struct plan_step *s)
{
    return s->requirement || (s->source && str_eq(s->source, s->target));
}

void plan_step_resolve(const struct topology *t, struct plan_step *s)
{
    char *slash = strrchr(s->component, '/');
    if (s->requirement || !slash || topology_find(t, s->component) >= 0)
        return;
    s->requirement = mem_strdup(slash + 1);
    *slash = '\0';
}

void plan_states_initial(struct plan_states *s, const struct topology *t)
{
    *s = (struct plan_states){.v = mem_array(t->n_components, sizeof(*s->v)), .n = t->n_components};
    for (size_t i = 0; i < s->n; i++) {
        const char *initial = t->components[i].protocol.initial;
        s->v[i] = mem_strdup(initial ? initial : "");
    }
}

void plan_states_set(struct plan_states *s, size_t component, const char *state)
{
    if (component >= s->n)
        return;
    char *copy = mem_strdup(state); // first: `state` may be the very text that goes
    free(s->v[component]);
    s->v[component] = copy;
}

void plan_states_done(struct plan_states *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->v[i]);
    free(s->v);
    *s = (struct plan_states){0};
}

const struct protocol_state *plan_carry(const struct component *now, const char *state, const struct component *next)
{
    const struct protocol_state *initial = protocol_state_find(&next->protocol, next->protocol.initial);
    if (!now || now->kind != next->kind || str_eq(state, now->protocol.initial))
        return initial;
    const struct protocol_state *same = protocol_state_find(&next->protocol, state);
    return same ? same : initial;
}
