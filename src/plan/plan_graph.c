// SPDX-License-Identifier: Apache-2.0
// Makes the needs of a topology from its links, and indexes them by both ends.
#include "plan/plan_graph.h"

#include "base/text.h"

// What a requirement of each kind uses when the target's protocol does not speak of the very capability that the link
// names: protocols know roles ("endpoint"), types may give them names of their own ("database_endpoint").
static const char *const role_capability[LINK_KIND_MAX] = {
    [LINK_HOSTED_ON] = "host",
    [LINK_CONNECTS_TO] = "endpoint",
    [LINK_DEPENDS_ON] = "feature",
    [LINK_ATTACHES_TO] = "attachment",
};

static bool ever_offers(const struct protocol *p, const char *capability)
{
    for (size_t i = 0; capability && i < p->n_states; i++)
        if (strv_has(&p->states[i].offers, capability))
            return true;
    return false;
}

static const char *capability_of(const struct topology_link *l, const struct protocol *target)
{
    const char *role = l->kind < LINK_KIND_MAX ? role_capability[l->kind] : NULL;
    if (ever_offers(target, l->capability) || !role)
        return l->capability ? l->capability : l->requirement;
    return role;
}

static void add_need(struct plan_graph *g, const struct plan_need *need)
{
    g->needs = mem_push(g->needs, g->n_needs, sizeof(*g->needs));
    g->needs[g->n_needs++] = *need;
}

static void add_link(struct plan_graph *g, size_t from, const struct topology_link *l)
{
    if (l->target >= g->t->n_components || g->t->components[l->target].protocol.n_states == 0)
        return;
    const char *capability = capability_of(l, &g->t->components[l->target].protocol);
    if (!capability)
        return;
    add_need(g, &(struct plan_need){.from = from,
                                    .to = l->target,
                                    .role = l->kind_name,
                                    .requirement = l->requirement,
                                    .capability = capability});
    if (l->kind == LINK_HOSTED_ON)
        add_need(g, &(struct plan_need){
                        .from = from, .to = l->target, .role = "alive", .requirement = "alive", .capability = "alive"});
}

static void index_by_target(struct plan_graph *g)
{
    size_t n = g->t->n_components;
    g->in = mem_array(g->n_needs, sizeof(*g->in));
    g->in_at = mem_array(n + 2, sizeof(*g->in_at));
    // Counted two places further on, so that filling in moves each start to where it belongs.
    for (size_t i = 0; i < g->n_needs; i++)
        if (g->needs[i].to + 2 <= n)
            g->in_at[g->needs[i].to + 2]++;
    for (size_t c = 2; c <= n; c++)
        g->in_at[c] += g->in_at[c - 1];
    for (size_t i = 0; i < g->n_needs; i++)
        g->in[g->in_at[g->needs[i].to + 1]++] = i;
}

void plan_graph_init(struct plan_graph *g, const struct topology *t)
{
    *g = (struct plan_graph){.t = t};
    map_init(&g->names, NULL);
    g->out_at = mem_array(t->n_components + 1, sizeof(*g->out_at));
    for (size_t c = 0; c < t->n_components; c++) {
        const struct component *component = &t->components[c];
        map_set(&g->names, component->name, (void *)(uintptr_t)(c + 1)); // NOLINT(performance-no-int-to-ptr)
        g->out_at[c] = g->n_needs;
        for (size_t i = 0; component->protocol.n_states > 0 && i < component->n_links; i++)
            add_link(g, c, &component->links[i]);
    }
    g->out_at[t->n_components] = g->n_needs;
    index_by_target(g);
}

void plan_graph_done(struct plan_graph *g)
{
    map_done(&g->names);
    free(g->needs);
    free(g->out_at);
    free(g->in);
    free(g->in_at);
    *g = (struct plan_graph){0};
}

int plan_graph_find(const struct plan_graph *g, const char *name)
{
    return name ? (int)(uintptr_t)map_get(&g->names, name) - 1 : -1;
}

const char *plan_need_in(const struct plan_need *need, const struct strv *list)
{
    if (need->role && strv_has(list, need->role))
        return need->role;
    return need->requirement && strv_has(list, need->requirement) ? need->requirement : NULL;
}

bool plan_state_requires(const struct protocol_state *s, const struct plan_need *need)
{
    return s && plan_need_in(need, &s->requires);
}

bool plan_state_offers(const struct protocol_state *s, const struct plan_need *need)
{
    return s && strv_has(&s->offers, need->capability);
}
