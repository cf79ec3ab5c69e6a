// SPDX-License-Identifier: Apache-2.0
/* The order of all steps of a phase.
 *
 * Steps of one component follow each other. Between two components, a need makes at most two waits: the first step that
 * needs waits for the one that makes the target offer, and the one that makes it stop offering waits for the last step
 * that needs. Then steps are taken one by one, those of the component just served first (so that its operations stand
 * together), else those of the earliest component. */
#include <errno.h>

#include "base/text.h"
#include "plan/plan_hook.h"

#define NONE       SIZE_MAX
#define CIRCLE_MAX 24 // components of a circle that are named

struct wait {
    size_t before, after; /* steps, counted over all components */
    size_t next;          /* of the same `before`, or NONE */
};

struct sorter {
    const struct plan_phase *ph; /* weak */
    size_t n;                    /* components */
    size_t *first;               /* the steps of component c are [first[c], first[c + 1]) */
    size_t *taken;               /* how many of its steps stand in the order already */
    size_t *open;                /* by step: waits that are not over */
    struct wait *waits;
    size_t n_waits;
    size_t *waits_of; /* by step: the first wait in which it is `before`, or NONE */
    size_t *heap;     /* components whose next step may be taken, smallest first */
    size_t n_heap;
};

static void sorter_init(struct sorter *s, const struct plan_phase *ph)
{
    size_t n = ph->graph->t->n_components;
    *s = (struct sorter){.ph = ph, .n = n};
    s->first = mem_array(n + 1, sizeof(*s->first));
    s->taken = mem_array(n, sizeof(*s->taken));
    s->heap = mem_array(n, sizeof(*s->heap));
    for (size_t c = 0; c < n; c++)
        s->first[c + 1] = s->first[c] + ph->tracks[c].n;
    s->open = mem_array(s->first[n], sizeof(*s->open));
    s->waits_of = mem_array(s->first[n], sizeof(*s->waits_of));
    for (size_t i = 0; i < s->first[n]; i++)
        s->waits_of[i] = NONE;
}

static void sorter_done(struct sorter *s)
{
    free(s->first);
    free(s->taken);
    free(s->open);
    free(s->waits);
    free(s->waits_of);
    free(s->heap);
}

static void add_wait(struct sorter *s, size_t before, size_t after)
{
    s->waits = mem_push(s->waits, s->n_waits, sizeof(*s->waits));
    s->waits[s->n_waits] = (struct wait){.before = before, .after = after, .next = s->waits_of[before]};
    s->waits_of[before] = s->n_waits++;
    s->open[after]++;
}

/* The steps of a way that enter and leave the use of a need: NONE where there is no such step. */
struct use_span {
    size_t enter, leave;
    bool lasting;
};

static struct use_span span_of_use(const struct sorter *s, const struct plan_need *need)
{
    const struct plan_track *t = &s->ph->tracks[need->from];
    struct use_span span = {.enter = NONE, .leave = NONE};
    bool here = plan_state_requires(t->start, need);
    for (size_t k = 0; k < t->n; k++) {
        bool operation = plan_need_in(need, &t->path[k]->requires) != NULL;
        bool there = plan_state_requires(plan_track_at(s->ph->graph, need->from, t, k + 1), need);
        if ((operation || there) && span.enter == NONE)
            span.enter = k;
        if (operation || here)
            span.leave = k;
        here = there;
    }
    span.lasting = here;
    return span;
}

/* The positions of the target's way at which it offers, [from, to]: the last ones where the use lasts, else the first
 * ones. */
static bool span_of_offer(const struct sorter *s, const struct plan_need *need, bool last, size_t *ret_from,
                          size_t *ret_to)
{
    const struct plan_track *t = &s->ph->tracks[need->to];
    bool inside = false, found = false;
    for (size_t k = 0; k <= t->n; k++) {
        bool offers = plan_state_offers(plan_track_at(s->ph->graph, need->to, t, k), need);
        if (offers && !inside && found && !last)
            return true;
        if (offers && !inside)
            *ret_from = k;
        if (offers)
            *ret_to = k;
        inside = offers;
        found = found || offers;
    }
    return found && (!last || inside);
}

static void add_waits(struct sorter *s, const struct plan_need *need)
{
    const struct use_span use = span_of_use(s, need);
    size_t from = 0, to = 0;
    if (use.enter == NONE && use.leave == NONE)
        return;
    if (!span_of_offer(s, need, use.lasting, &from, &to))
        return;
    if (from > 0 && use.enter != NONE)
        add_wait(s, s->first[need->to] + from - 1, s->first[need->from] + use.enter);
    if (to < s->ph->tracks[need->to].n && use.leave != NONE)
        add_wait(s, s->first[need->from] + use.leave, s->first[need->to] + to);
}

/* The steps at which a way comes to its running state for good, and leaves it first: NONE where it does not. */
static void running_steps(const struct sorter *s, size_t c, size_t *ret_comes, size_t *ret_leaves)
{
    const struct plan_track *t = &s->ph->tracks[c];
    const struct protocol *p = &s->ph->graph->t->components[c].protocol;
    const char *running = protocol_running_state(p);
    *ret_comes = *ret_leaves = NONE;
    for (size_t k = 0; k < t->n; k++) {
        if (str_eq(t->path[k]->target, running))
            *ret_comes = k;
        if (str_eq(t->path[k]->source, running) && *ret_leaves == NONE)
            *ret_leaves = k;
    }
}

/* Operations of a relationship need its target running: they come with the source's configure, start and stop. */
static void add_hook_waits(struct sorter *s, size_t c, const struct topology_link *l)
{
    const struct plan_track *from = &s->ph->tracks[c];
    size_t comes, leaves, own_comes, own_leaves;
    bool around = plan_hook_any(l, HOOK_PRE) || plan_hook_any(l, HOOK_POST);
    running_steps(s, l->target, &comes, &leaves);
    running_steps(s, c, &own_comes, &own_leaves);
    size_t first = plan_hook_any(l, HOOK_JOINED) ? own_comes : NONE;
    for (size_t k = from->n; around && k-- > 0;)
        if (str_eq(from->path[k]->operation, "configure") || (k == own_comes && first == NONE))
            first = k;
    if (comes != NONE && first != NONE)
        add_wait(s, s->first[l->target] + comes, s->first[c] + first);
    if (leaves != NONE && own_leaves != NONE && plan_hook_any(l, HOOK_LEAVING))
        add_wait(s, s->first[c] + own_leaves, s->first[l->target] + leaves);
}

static void add_all_hook_waits(struct sorter *s)
{
    const struct topology *t = s->ph->graph->t;
    for (size_t c = 0; c < s->n; c++)
        for (size_t i = 0; s->ph->tracks[c].n > 0 && i < t->components[c].n_links; i++)
            if (t->components[c].links[i].n_operations && t->components[c].links[i].target != c)
                add_hook_waits(s, c, &t->components[c].links[i]);
}

static void heap_push(struct sorter *s, size_t component)
{
    size_t at = s->n_heap++;
    for (; at > 0 && s->heap[(at - 1) / 2] > component; at = (at - 1) / 2)
        s->heap[at] = s->heap[(at - 1) / 2];
    s->heap[at] = component;
}

static size_t heap_pop(struct sorter *s)
{
    size_t least = s->heap[0], moved = s->heap[--s->n_heap], at = 0;
    for (size_t child; (child = 2 * at + 1) < s->n_heap; at = child) {
        if (child + 1 < s->n_heap && s->heap[child + 1] < s->heap[child])
            child++;
        if (s->heap[child] >= moved)
            break;
        s->heap[at] = s->heap[child];
    }
    s->heap[at] = moved;
    return least;
}

// The next step of the component, or NONE.
static size_t next_step(const struct sorter *s, size_t component)
{
    size_t step = s->first[component] + s->taken[component];
    return step < s->first[component + 1] ? step : NONE;
}

static size_t component_of(const struct sorter *s, size_t step)
{
    size_t low = 0, high = s->n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (s->first[middle] <= step)
            low = middle;
        else
            high = middle;
    }
    return low;
}

// Takes a component's next step and queues what only waited for it. True when the component can go on at once.
static bool take(struct sorter *s, size_t component)
{
    size_t step = next_step(s, component);
    s->taken[component]++;
    for (size_t w = s->waits_of[step]; w != NONE; w = s->waits[w].next) {
        size_t after = s->waits[w].after, other;
        if (--s->open[after] > 0)
            continue;
        other = component_of(s, after);
        if (other != component && next_step(s, other) == after)
            heap_push(s, other);
    }
    step = next_step(s, component);
    return step != NONE && s->open[step] == 0;
}

// Some component that the next step of `component` waits for.
static size_t blocker(const struct sorter *s, size_t component, const size_t *waits_for)
{
    return component_of(s, waits_for[next_step(s, component)]);
}

// By step: the `before` of one of its waits that is not over.
static size_t *find_blockers(const struct sorter *s)
{
    size_t *waits_for = mem_array(s->first[s->n], sizeof(*waits_for));
    for (size_t w = 0; w < s->n_waits; w++) {
        size_t c = component_of(s, s->waits[w].before);
        if (s->waits[w].before >= s->first[c] + s->taken[c])
            waits_for[s->waits[w].after] = s->waits[w].before;
    }
    return waits_for;
}

// What is left over all waits for something left over: following that must come round.
static int refuse_circle(const struct sorter *s, struct err *e)
{
    AUTO_FREE size_t *waits_for = find_blockers(s);
    AUTO_FREE bool *seen = mem_array(s->n, sizeof(*seen));
    size_t at = 0;
    while (next_step(s, at) == NONE)
        at++;
    for (; !seen[at]; at = blocker(s, at, waits_for))
        seen[at] = true;
    AUTO_STRV struct strv names = {0};
    size_t c = at, shown = 0;
    do {
        strv_add(&names, plan_phase_name(s->ph, c));
        c = blocker(s, c, waits_for);
    } while (c != at && ++shown < CIRCLE_MAX);
    strv_add(&names, c == at ? plan_phase_name(s->ph, at) : "...");
    AUTO_FREE char *circle = strv_join(&names, " -> ");
    return err_set(e, EINVAL, "requirements go in a circle, so there is no order for them (take one out): %s", circle);
}

int plan_sort(const struct plan_phase *ph, size_t *ret, struct err *e)
{
    AUTO(sorter_done)
    struct sorter s;
    sorter_init(&s, ph);
    for (size_t i = 0; i < ph->graph->n_needs; i++)
        add_waits(&s, &ph->graph->needs[i]);
    add_all_hook_waits(&s);
    for (size_t c = 0; c < s.n; c++) {
        size_t step = next_step(&s, c);
        if (step != NONE && s.open[step] == 0)
            heap_push(&s, c);
    }
    size_t n = 0;
    while (s.n_heap > 0) {
        size_t c = heap_pop(&s);
        do
            ret[n++] = c;
        while (take(&s, c));
    }
    return n < s.first[s.n] ? refuse_circle(&s, e) : 0;
}
