// SPDX-License-Identifier: Apache-2.0
/* Puts operations of relationships between the steps of a phase.
 *
 * Everything is looked up from the component that a step belongs to: its own links, and the links that end at it and
 * have operations, so the work grows with the number of both. */
#include "plan/plan_hook.h"

#include "base/text.h"

struct weaver_link {
    size_t source;
    const struct topology_link *link;
};

struct plan_weaver {
    const struct plan_phase *ph, *down; /* weak */
    const struct map *marks;            /* weak; may be NULL */
    struct plan *to;                    /* weak */
    struct weaver_link *in;             /* links with operations, by target */
    size_t *in_at;
    const struct protocol_state **at; /* where each component is by now */
    bool *begun;                      /* something of it stands in the plan */
};

static const struct component *component_at(const struct plan_weaver *w, size_t c)
{
    return &w->ph->graph->t->components[c];
}

static void index_links(struct plan_weaver *w)
{
    const struct topology *t = w->ph->graph->t;
    size_t total = 0;
    w->in_at = mem_array(t->n_components + 2, sizeof(*w->in_at));
    for (int pass = 0; pass < 2; pass++) {
        for (size_t c = 0; c < t->n_components; c++) {
            for (size_t i = 0; i < t->components[c].n_links; i++) {
                const struct topology_link *l = &t->components[c].links[i];
                if (!l->n_operations || l->target >= t->n_components)
                    continue;
                if (pass == 0)
                    w->in_at[l->target + 2]++, total++;
                else
                    w->in[w->in_at[l->target + 1]++] = (struct weaver_link){c, l};
            }
        }
        if (pass > 0)
            break;
        for (size_t c = 2; c <= t->n_components + 1; c++)
            w->in_at[c] += w->in_at[c - 1];
        w->in = mem_array(total + 1, sizeof(*w->in));
    }
}

struct plan_weaver *plan_weaver_new(const struct plan_phase *ph, const struct map *marks, const struct plan_phase *down,
                                    struct plan *to)
{
    struct plan_weaver *w = mem_alloc(sizeof(*w));
    size_t n = ph->graph->t->n_components;
    *w = (struct plan_weaver){.ph = ph, .marks = marks, .down = down, .to = to};
    w->at = mem_array(n, sizeof(*w->at));
    w->begun = mem_array(n, sizeof(*w->begun));
    for (size_t c = 0; c < n; c++)
        w->at[c] = ph->tracks[c].start;
    index_links(w);
    return w;
}

void plan_weaver_free(struct plan_weaver *w)
{
    free(w->in);
    free(w->in_at);
    free(w->at);
    free(w->begun);
    free(w);
}

/* ---- questions ---- */

static bool is_up_phase(const struct plan_weaver *w)
{
    return w->down != w->ph;
}

static bool runs(const struct plan_weaver *w, size_t c, const struct protocol_state *s)
{
    const struct component *component = component_at(w, c);
    if (component->protocol.n_states == 0)
        return true; /* nothing of sedge's: taken to be there */
    return s && str_eq(s->name, protocol_running_state(&component->protocol));
}

/* The track of the same component in the phase before, or NULL. */
static const struct plan_track *before(const struct plan_weaver *w, size_t c)
{
    int i = w->down ? plan_graph_find(w->down->graph, component_at(w, c)->name) : -1;
    return i >= 0 ? &w->down->tracks[i] : NULL;
}

static bool is_deleted_before(const struct plan_weaver *w, size_t c)
{
    const struct plan_track *t = before(w, c);
    const struct component *component = component_at(w, c);
    return t && t->n > 0 && t->final && str_eq(t->final->name, component->protocol.initial);
}

/* Is it done already, and does what was done then still stand? */
static bool is_done(const struct plan_weaver *w, const char *text, const struct weaver_link *l,
                    const struct topology_operation *o, enum hook_time time)
{
    if (!w->marks || !map_has(w->marks, text))
        return false;
    if (!is_up_phase(w))
        return true;
    if (is_deleted_before(w, l->source) || (o->on_target && is_deleted_before(w, l->link->target)))
        return false;
    const struct plan_track *t = before(w, l->source);
    return time != HOOK_JOINED || !t || t->n == 0;
}

static char *text_of(const struct plan_weaver *w, const struct weaver_link *l, const char *label,
                     const struct topology_operation *o)
{
    return mem_printf("%s/%s:%s.%s", component_at(w, l->source)->name, label, o->interface, o->name);
}

/* ---- putting ---- */

static void put(struct plan_weaver *w, const struct weaver_link *l, const char *label,
                const struct topology_operation *o, size_t anchor)
{
    const char *state = w->at[anchor] ? w->at[anchor]->name : "";
    const char *why = w->ph->tracks[anchor].why ? w->ph->tracks[anchor].why : "new";
    plan_add(w->to, &(struct plan_step){.component = component_at(w, l->source)->name,
                                        .requirement = (char *)(uintptr_t)label,
                                        .interface = o->interface,
                                        .operation = o->name,
                                        .source = (char *)(uintptr_t)state,
                                        .target = (char *)(uintptr_t)state,
                                        .why = why});
}

static void put_all(struct plan_weaver *w, const struct weaver_link *l, enum hook_time time, bool of_target,
                    size_t anchor)
{
    for (size_t i = 0; i < l->link->n_operations; i++) {
        const struct topology_operation *o = &l->link->operations[i];
        struct hook_kind k = plan_hook_kind(o);
        if (k.time != time || k.of_target != of_target || !plan_hook_runs(o))
            continue;
        AUTO_FREE char *label = topology_link_label(l->link);
        AUTO_FREE char *text = text_of(w, l, label, o);
        if (!is_done(w, text, l, o, time))
            put(w, l, label, o, anchor);
    }
}

/* Those of the component's own links, and those of the links that end at it. */
static void put_around(struct plan_weaver *w, size_t c, enum hook_time time)
{
    const struct component *component = component_at(w, c);
    for (size_t i = 0; i < component->n_links; i++)
        if (component->links[i].n_operations)
            put_all(w, &(struct weaver_link){c, &component->links[i]}, time, false, c);
    for (size_t i = w->in_at[c]; i < w->in_at[c + 1]; i++)
        put_all(w, &w->in[i], time, true, c);
}

/* Of the component's links to what runs. */
static void put_to_running(struct plan_weaver *w, size_t c, enum hook_time time, bool begun_too)
{
    const struct component *component = component_at(w, c);
    for (size_t i = 0; i < component->n_links; i++) {
        const struct topology_link *l = &component->links[i];
        if (l->n_operations && runs(w, l->target, w->at[l->target]) && (begun_too || !w->begun[l->target]))
            put_all(w, &(struct weaver_link){c, l}, time, false, c);
    }
}

/* The target runs (again): those of its sources that run already are told. */
static void put_for_sources(struct plan_weaver *w, size_t c)
{
    for (size_t i = w->in_at[c]; i < w->in_at[c + 1]; i++) {
        const struct weaver_link *l = &w->in[i];
        const struct plan_track *was = before(w, l->source);
        if (w->ph->tracks[l->source].n > 0 || !runs(w, l->source, w->at[l->source]) || (was && was->n > 0))
            continue;
        put_all(w, l, HOOK_JOINED, false, l->source);
        put_all(w, l, HOOK_CHANGED, false, l->source);
    }
}

/* ---- steps ---- */

static bool has_configure(const struct component *c)
{
    for (size_t i = 0; i < c->protocol.n_transitions; i++)
        if (str_eq(c->protocol.transitions[i].operation, "configure") &&
            !str_eq(c->protocol.transitions[i].source, c->protocol.transitions[i].target))
            return true;
    return false;
}

static bool is_configured_state(const struct component *c, const struct protocol_state *s)
{
    for (size_t i = 0; s && i < c->protocol.n_transitions; i++)
        if (str_eq(c->protocol.transitions[i].operation, "configure") &&
            str_eq(c->protocol.transitions[i].target, s->name))
            return true;
    return false;
}

static void before_step(struct plan_weaver *w, size_t c, const struct protocol_transition *t)
{
    const struct component *component = component_at(w, c);
    bool first = !w->begun[c], starts = runs(w, c, protocol_state_find(&component->protocol, t->target));
    if (runs(w, c, w->at[c]) && !starts)
        put_to_running(w, c, HOOK_LEAVING, true);
    if (!is_up_phase(w))
        return;
    if (first && has_configure(component) && is_configured_state(component, w->at[c]))
        put_around(w, c, HOOK_POST); /* left over from a deployment that stopped there */
    if (str_eq(t->operation, "configure"))
        put_around(w, c, HOOK_PRE);
    if (starts && !has_configure(component) && component->kind == COMPONENT_SOFTWARE) {
        put_around(w, c, HOOK_PRE);
        put_around(w, c, HOOK_POST);
    }
}

static void after_step(struct plan_weaver *w, size_t c, const struct protocol_transition *t)
{
    const struct component *component = component_at(w, c);
    if (!is_up_phase(w))
        return;
    if (str_eq(t->operation, "configure"))
        put_around(w, c, HOOK_POST);
    if (!runs(w, c, w->at[c]))
        return;
    if (!has_configure(component) && component->kind != COMPONENT_SOFTWARE) {
        put_around(w, c, HOOK_PRE);
        put_around(w, c, HOOK_POST);
    }
    put_to_running(w, c, HOOK_JOINED, true);
    put_for_sources(w, c);
}

void plan_weaver_step(struct plan_weaver *w, size_t c, const struct protocol_transition *t)
{
    const struct component *component = component_at(w, c);
    before_step(w, c, t);
    w->begun[c] = true;
    plan_add(w->to, &(struct plan_step){.component = component->name,
                                        .interface = t->interface,
                                        .operation = t->operation,
                                        .source = t->source,
                                        .target = t->target,
                                        .why = w->ph->tracks[c].why});
    w->at[c] = protocol_state_find(&component->protocol, t->target);
    after_step(w, c, t);
}

void plan_weaver_end(struct plan_weaver *w)
{
    for (size_t c = 0; is_up_phase(w) && c < w->ph->graph->t->n_components; c++) {
        if (w->begun[c] || !runs(w, c, w->at[c]) || !w->ph->tracks[c].start)
            continue;
        if (!has_configure(component_at(w, c)) && component_at(w, c)->kind != COMPONENT_SOFTWARE) {
            put_around(w, c, HOOK_PRE); /* left over, as above */
            put_around(w, c, HOOK_POST);
        }
        put_to_running(w, c, HOOK_JOINED, false); /* where the target was begun, they stand behind its start */
    }
}
