// SPDX-License-Identifier: Apache-2.0
/* What becomes of each component: told by the plan's own steps, so that it is what will be done; the reasons are found
 * beside it. */
#include "plan/plan_diff.h"

#include "plan/plan_graph.h"
#include "plan/plan_reasons.h"

/* What the plan does to a component. */
struct fate {
    bool touched, to_initial; /* steps of it; one of them deletes it */
    const char *last;         /* state that the last step leads to; NULL: none */
};
struct differ {
    const struct plan_diff_input *in;
    struct plan_diff *out;
    struct plan_graph now_graph, next_graph;
    struct fate *now_fates, *next_fates;
    struct plan_secrets secrets;
    struct plan_graph *variant_graphs;
};

static int find(const struct plan_graph *g, const char *name)
{
    return g->t ? plan_graph_find(g, name) : -1;
}

static void take_steps(struct differ *d)
{
    const struct plan *p = d->in->plan;
    for (size_t i = 0; i < p->n; i++) {
        bool down = i < p->n_down;
        const struct plan_graph *g = down ? &d->now_graph : &d->next_graph;
        int c = find(g, p->steps[i].component);
        if (c < 0)
            continue;
        struct fate *f = &(down ? d->now_fates : d->next_fates)[c];
        f->touched = true;
        f->to_initial = f->to_initial || str_eq(p->steps[i].target, g->t->components[c].protocol.initial);
        f->last = p->steps[i].target;
    }
}

/* ---- one component ---- */

struct one {
    int now, next; /* indices, or -1 */
    const struct component *was, *is;
    const char *from, *to; /* states; NULL: does not stand, will not */
    struct fate down, up;
};

static const char *standing(const struct component *c, const char *state)
{
    if (c && c->protocol.n_states == 0)
        return "-"; /* without a life of its own: it is there while the template has it */
    return !c || !state || str_eq(state, c->protocol.initial) ? NULL : state;
}

static struct one look_at(const struct differ *d, int now, int next)
{
    const struct plan_diff_input *in = d->in;
    struct one o = {.now = now, .next = next};
    o.was = now >= 0 ? &in->now.topology->components[now] : NULL;
    o.is = next >= 0 ? &in->next.topology->components[next] : NULL;
    const char *have = o.was && in->have ? in->have->v[now] : NULL;
    o.from = standing(o.was, have);
    if (o.was)
        o.down = d->now_fates[now];
    if (o.is)
        o.up = d->next_fates[next];
    const char *then = o.down.last ? o.down.last : have; /* after the way down */
    const struct protocol_state *carried = o.is && o.is->protocol.n_states ? plan_carry(o.was, then, o.is) : NULL;
    const char *ends = o.up.last ? o.up.last : carried ? carried->name : NULL;
    if (o.is)
        o.to = standing(o.is, ends);
    else if (o.was && !o.down.to_initial && o.was->kind == COMPONENT_VOLUME)
        o.to = o.from; /* kept */
    return o;
}

static bool has_in_place(const struct plan_reasons *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (plan_reason_is_in_place(r->v[i].kind))
            return true;
    return false;
}

static enum plan_action action_of(const struct one *o, const struct plan_reasons *r)
{
    bool anew = o->down.to_initial || o->up.to_initial || (o->was && o->is && o->was->kind != o->is->kind);
    if (!o->from)
        return o->to ? PLAN_CREATE : PLAN_SAME;
    if (!o->to)
        return PLAN_REMOVE;
    if (anew)
        return PLAN_REPLACE;
    if (has_in_place(r))
        return PLAN_CHANGE;
    return o->down.touched || o->up.touched ? PLAN_FOLLOW : PLAN_SAME;
}

/* Without those that would make it anew: its definition counts as the same. */
static void keep_in_place(struct plan_reasons *r)
{
    struct plan_reasons kept = {0}, dropped = {0};
    for (size_t i = 0; i < r->n; i++) {
        struct plan_reasons *to = plan_reason_is_in_place(r->v[i].kind) ? &kept : &dropped;
        to->v = mem_push(to->v, to->n, sizeof(*to->v));
        to->v[to->n++] = r->v[i];
    }
    free(r->v);
    *r = kept;
    plan_reasons_done(&dropped);
}

static void find_reasons(const struct differ *d, const struct one *o, struct plan_reasons *r)
{
    const struct plan_diff_input *in = d->in;
    if (!o->from)
        return;
    if (!o->is) {
        bool kept = o->to != NULL;
        plan_reason_add(r, kept ? REASON_KEPT : REASON_GONE,
                        kept ? "no longer in the template; its data stays" : "no longer in the template", NULL, NULL);
        return;
    }
    plan_reasons_find(r, &in->now, (size_t)o->now, &in->next, (size_t)o->next);
    bool changed = in->changed && in->changed[o->now];
    if (!changed && o->was->kind == o->is->kind)
        keep_in_place(r);
    else if (r->n == 0)
        plan_reason_add(r, REASON_DEFINITION, "as another version of sedge wrote it", NULL, NULL);
    if (changed && o->was->kind == COMPONENT_VOLUME && !o->down.to_initial)
        plan_reason_add(r, REASON_KEPT, "volumes are never made anew: it stays as it is", NULL, NULL);
    if (!str_eq(o->from, o->to))
        plan_reason_add_texts(r, REASON_STATE, "state", o->from, o->to ? o->to : o->is->protocol.initial);
}

/* The inputs by which a reason comes about: the difference is there as well when but one of them is as before. */
static void attribute(const struct differ *d, const struct one *o, struct plan_reasons *r)
{
    for (size_t k = 0; k < d->in->n_variants && o->is; k++) {
        const struct plan_diff_variant *v = &d->in->variants[k];
        int i = find(&d->variant_graphs[k], o->is->name);
        struct plan_reasons alone = {0};
        if (i < 0 || r->n == 0)
            continue;
        plan_reasons_find(&alone, &v->side, (size_t)i, &d->in->next, (size_t)o->next);
        for (size_t a = 0; a < r->n; a++)
            for (size_t b = 0; b < alone.n; b++) {
                struct plan_reason *x = &r->v[a];
                if (x->kind != alone.v[b].kind || !str_eq(x->name, alone.v[b].name))
                    continue;
                char *all = x->inputs ? mem_printf("%s, %s", x->inputs, v->input) : mem_strdup(v->input);
                free(x->inputs);
                x->inputs = all;
                x->sensitive = x->sensitive || strv_has(&d->in->next.topology->sensitive, v->input);
                break;
            }
        plan_reasons_done(&alone);
    }
}

static void add_component(struct differ *d, int now, int next)
{
    struct plan_reasons r = {0};
    struct one o = look_at(d, now, next);
    struct plan_diff *out = d->out;
    find_reasons(d, &o, &r);
    attribute(d, &o, &r);
    for (size_t i = 0; i < r.n; i++) {
        plan_secrets_mask(&d->secrets, NULL, o.was, &r.v[i]);
        plan_secrets_mask(&d->secrets, NULL, o.is, &r.v[i]);
    }
    const struct component *c = o.is ? o.is : o.was;
    enum plan_action action = action_of(&o, &r);
    if (!o.from && !o.to && !o.is)
        return; /* never stood, is not wanted */
    out->items[out->n++] = (struct plan_difference){.component = mem_strdup(c->name),
                                                    .kind = component_kind_name(c->kind),
                                                    .action = action,
                                                    .reasons = r.v,
                                                    .n_reasons = r.n};
    out->counts[action]++;
}

/* ---- whose change is followed ---- */

static struct plan_difference *item_of(struct plan_diff *d, struct map *names, const char *component)
{
    const size_t *i = map_get(names, component);
    return i ? &d->items[*i] : NULL;
}

static bool moves(const struct plan_difference *d)
{
    return d && d->action != PLAN_SAME && d->action != PLAN_CREATE;
}

/* The neighbour that it gives way to: its host, else another that it needs. Of equals one with reasons of its own. */
static const char *leader(struct plan_diff *d, struct map *names, const struct topology *t, const struct component *c)
{
    const char *best = NULL;
    int rank = 0;
    for (size_t i = 0; i < c->n_links; i++) {
        const char *target = t->components[c->links[i].target].name;
        const struct plan_difference *other = item_of(d, names, target);
        int r = !moves(other) ? 0 : 1 + (other->n_reasons > 0) + 2 * (c->links[i].kind == LINK_HOSTED_ON);
        if (r > rank) {
            rank = r;
            best = target;
        }
    }
    return best;
}

static bool has_own_reason(const struct plan_difference *d)
{
    for (size_t i = 0; i < d->n_reasons; i++)
        if (d->action != PLAN_REPLACE || !plan_reason_is_in_place(d->reasons[i].kind))
            return true;
    return false;
}

static void find_leaders(struct differ *d)
{
    AUTO_MAP struct map names = {0};
    AUTO_FREE size_t *at = mem_array(d->out->n + 1, sizeof(*at));
    for (size_t i = 0; i < d->out->n; i++) {
        at[i] = i;
        map_set(&names, d->out->items[i].component, &at[i]);
    }
    for (size_t i = 0; i < d->out->n; i++) {
        struct plan_difference *item = &d->out->items[i];
        int now = find(&d->now_graph, item->component);
        if (now < 0 || !moves(item) || has_own_reason(item))
            continue;
        const char *who = leader(d->out, &names, d->in->now.topology, &d->in->now.topology->components[now]);
        int next = find(&d->next_graph, item->component);
        if (!who && next >= 0)
            who = leader(d->out, &names, d->in->next.topology, &d->in->next.topology->components[next]);
        item->follows = mem_strdup(who);
    }
}

/* ---- the application's own ---- */

static json_t *policies_json(const struct topology *t)
{
    json_t *all = json_object();
    for (size_t i = 0; t && i < t->n_policies; i++) {
        const struct topology_policy *p = &t->policies[i];
        json_t *v = json_pack("{s:s}", "type", p->type ? p->type : "");
        json_t *targets = json_array();
        for (size_t k = 0; k < p->target_names.n; k++)
            json_array_append_new(targets, json_string(p->target_names.v[k]));
        json_object_set_new(v, "targets", targets);
        if (p->properties)
            json_object_set(v, "properties", p->properties);
        json_object_set_new(all, p->name, v);
    }
    return all;
}

static void find_general(struct differ *d)
{
    const struct topology *now = d->in->now.topology, *next = d->in->next.topology;
    struct plan_reasons r = {0};
    AUTO_JSON json_t *was = policies_json(now);
    AUTO_JSON json_t *is = policies_json(next);
    if (now && next) {
        plan_reasons_objects(&r, REASON_INPUT, "", now->inputs, next->inputs);
        plan_reasons_objects(&r, REASON_POLICY, "", was, is);
        plan_reasons_objects(&r, REASON_OUTPUT, "", now->outputs, next->outputs);
    }
    for (size_t i = 0; i < r.n; i++) {
        plan_secrets_mask(&d->secrets, now, NULL, &r.v[i]);
        plan_secrets_mask(&d->secrets, next, NULL, &r.v[i]);
    }
    d->out->general = r.v;
    d->out->n_general = r.n;
}

/* ---- all ---- */

static void begin(struct differ *d)
{
    const struct topology *now = d->in->now.topology, *next = d->in->next.topology;
    size_t n_now = now ? now->n_components : 0, n_next = next ? next->n_components : 0;
    plan_secrets_gather(&d->secrets, now);
    plan_secrets_gather(&d->secrets, next);
    if (now)
        plan_graph_init(&d->now_graph, now);
    if (next)
        plan_graph_init(&d->next_graph, next);
    d->now_fates = mem_array(n_now + 1, sizeof(*d->now_fates));
    d->next_fates = mem_array(n_next + 1, sizeof(*d->next_fates));
    d->variant_graphs = mem_array(d->in->n_variants + 1, sizeof(*d->variant_graphs));
    for (size_t i = 0; i < d->in->n_variants; i++)
        plan_graph_init(&d->variant_graphs[i], d->in->variants[i].side.topology);
    d->out->items = mem_array(n_now + n_next + 1, sizeof(*d->out->items));
}

static void end(struct differ *d)
{
    plan_secrets_done(&d->secrets);
    if (d->now_graph.t)
        plan_graph_done(&d->now_graph);
    if (d->next_graph.t)
        plan_graph_done(&d->next_graph);
    for (size_t i = 0; i < d->in->n_variants; i++)
        plan_graph_done(&d->variant_graphs[i]);
    free(d->variant_graphs);
    free(d->now_fates);
    free(d->next_fates);
}

void plan_diff(const struct plan_diff_input *in, struct plan_diff *ret)
{
    struct differ d = {.in = in, .out = ret};
    const struct topology *now = in->now.topology, *next = in->next.topology;
    *ret = (struct plan_diff){0};
    begin(&d);
    take_steps(&d);
    for (size_t i = 0; next && i < next->n_components; i++)
        add_component(&d, find(&d.now_graph, next->components[i].name), (int)i);
    for (size_t i = 0; now && i < now->n_components; i++)
        if (find(&d.next_graph, now->components[i].name) < 0)
            add_component(&d, (int)i, -1);
    find_leaders(&d);
    find_general(&d);
    end(&d);
}

void plan_diff_done(struct plan_diff *d)
{
    struct plan_reasons general = {d->general, d->n_general};
    for (size_t i = 0; i < d->n; i++) {
        struct plan_reasons r = {d->items[i].reasons, d->items[i].n_reasons};
        plan_reasons_done(&r);
        free(d->items[i].component);
        free(d->items[i].follows);
    }
    free(d->items);
    plan_reasons_done(&general);
    *d = (struct plan_diff){0};
}

bool plan_diff_is_empty(const struct plan_diff *d)
{
    for (size_t i = 0; i < d->n_general; i++)
        if (d->general[i].kind != REASON_INPUT) /* inputs by themselves change nothing */
            return false;
    return d->counts[PLAN_SAME] == d->n;
}
