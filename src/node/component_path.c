// SPDX-License-Identifier: Apache-2.0
/* Breadth first over the steps: each is an edge from its source to its target. */
#include "node/component_path.h"

#include <string.h>

#define STEPS_MOST 1000 /* of one component; a longer list is walked no further */

static const struct component_step *step_at(const struct pod_component *c, size_t i)
{
    return &((const struct component_step *)c->steps.items)[i];
}

static size_t steps_of(const struct pod_component *c)
{
    return c->steps.n < STEPS_MOST ? c->steps.n : STEPS_MOST;
}

/* Is the state reached by one of the steps taken so far, or where it began? */
static bool is_reached(const struct pod_component *c, const size_t *order, size_t n, const char *from,
                       const char *state)
{
    if (str_eq(state, from))
        return true;
    for (size_t i = 0; i < n; i++)
        if (str_eq(step_at(c, order[i])->target, state))
            return true;
    return false;
}

int component_path(const struct pod_component *c, const char *from, const char *to,
                   const struct component_step **ret_first)
{
    size_t all = steps_of(c), n = 0;
    AUTO_FREE size_t *order = mem_array(all + 1, sizeof(*order)); /* steps taken, in order of their distance */
    AUTO_FREE size_t *first = mem_array(all + 1, sizeof(*first)); /* the first step of the way that leads there */
    AUTO_FREE int *distance = mem_array(all + 1, sizeof(*distance));
    if (ret_first)
        *ret_first = NULL;
    if (str_eq(from, to))
        return 0;
    for (size_t done = 0; done <= n; done++) { /* done 0 is the beginning, then each step taken */
        const char *here = done == 0 ? from : step_at(c, order[done - 1])->target;
        for (size_t i = 0; i < all; i++) {
            const struct component_step *s = step_at(c, i);
            if (!str_eq(s->source, here) || is_reached(c, order, n, from, s->target))
                continue;
            order[n] = i;
            first[n] = done == 0 ? i : first[done - 1];
            distance[n] = done == 0 ? 1 : distance[done - 1] + 1;
            n++;
            if (!str_eq(s->target, to))
                continue;
            if (ret_first)
                *ret_first = step_at(c, first[n - 1]);
            return distance[n - 1];
        }
    }
    return -1;
}

const char *component_fallen(const struct pod_component *c, const char *state)
{
    if (str_empty(c->stopped))
        return state;
    int here = component_path(c, c->initial, state, NULL);
    int there = component_path(c, c->initial, c->stopped, NULL);
    return there >= 0 && here > there ? c->stopped : state;
}

bool component_goes_up(const struct pod_component *c, const char *state)
{
    int here = component_path(c, c->initial, state, NULL);
    int there = component_path(c, c->initial, c->goal, NULL);
    return there > here;
}
