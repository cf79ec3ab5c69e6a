// SPDX-License-Identifier: Apache-2.0
/* The plan of an Application from where it stands, made or given, and the switch from its former source to the wanted
 * one. */
#include <string.h>

#include "head/orchestrate_private.h"

bool orchestrate_same_source(const struct application_source *a, const struct application_source *b)
{
    bool inputs = (!a->inputs || json_object_size(a->inputs) == 0) ? (!b->inputs || json_object_size(b->inputs) == 0)
                                                                   : b->inputs && json_equal(a->inputs, b->inputs);
    return str_eq(a->bundle ? a->bundle : "", b->bundle ? b->bundle : "") &&
           str_eq(a->entry ? a->entry : "", b->entry ? b->entry : "") && inputs;
}

void orc_states(struct orc *o, const struct topology *t, struct plan_states *ret)
{
    plan_states_initial(ret, t);
    for (size_t i = 0; i < t->n_components; i++)
        plan_states_set(ret, i, orc_state(o, &t->components[i]));
}

bool *orc_changed(struct orc *o, const struct orchestrate_part *next)
{
    const struct topology *t = o->work->topology;
    bool *changed = mem_array(t->n_components, sizeof(*changed));
    for (size_t i = 0; i < t->n_components; i++) {
        int n = next ? topology_find(next->topology, t->components[i].name) : -1;
        const char *stands = json_str(o->hashes, t->components[i].name, NULL);
        changed[i] = n >= 0 && stands && !str_eq(stands, next->hashes[n]);
    }
    return changed;
}

/* From here on the wanted source is the one that stands: what its components have of the former one's carries over. */
static void switch_source(struct orc *o)
{
    const struct orchestrate_part *before = o->work, *next = o->in->next;
    AUTO_JSON json_t *hashes = json_object();
    struct orc carried = {0};
    for (size_t i = 0; i < next->topology->n_components; i++) {
        const struct component *c = &next->topology->components[i];
        int old = before ? topology_find(before->topology, c->name) : -1;
        const struct component *was = old >= 0 ? &before->topology->components[old] : NULL;
        const struct protocol_state *s = plan_carry(was, was ? orc_state(o, was) : NULL, c);
        struct orc_record *r = orc_record(&carried, c->name, s ? s->name : c->protocol.initial);
        const struct orc_record *before_it = orc_find(o, c->name);
        if (before_it && str_eq(before_it->state, r->state))
            r->label = mem_strdup(before_it->label);
        json_t *hash = json_object_get(o->hashes, c->name);
        if (hash && !str_eq(r->state, c->protocol.initial))
            json_object_set(hashes, c->name, hash);
    }
    orc_records_done(o);
    o->records = carried.records;
    o->n_records = carried.n_records;
    json_decref(o->hashes);
    o->hashes = json_incref(hashes);
    const struct application_source *from = &o->in->app->spec.source;
    free(o->applied.bundle);
    free(o->applied.entry);
    json_decref(o->applied.inputs);
    o->applied =
        (struct application_source){mem_strdup(from->bundle), mem_strdup(from->entry), json_incref(from->inputs)};
    o->work = next;
    o->is_next = true;
    o->out->sources_changed = true;
    orc_runs_switch(o);
}

static bool make(struct orc *o)
{
    const struct orchestrate_part *next = o->removing ? NULL : o->in->next;
    struct err e = {0};
    AUTO(plan_states_done)
    struct plan_states have = {0};
    AUTO_FREE bool *changed = NULL;
    AUTO_MAP struct map marks = {0};
    orc_runs_marks(o, &marks);
    if (o->work) {
        orc_states(o, o->work->topology, &have);
        changed = orc_changed(o, next);
    }
    struct plan_request request = {.now = o->work ? o->work->topology : NULL,
                                   .have = o->work ? &have : NULL,
                                   .next = next ? next->topology : NULL,
                                   .changed = changed,
                                   .goals = o->goals,
                                   .marks = &marks,
                                   .delete_volumes = o->removing && o->in->app->spec.remove_volumes};
    if (plan_make(&request, &o->plan, &e) < 0) {
        orc_error(o, "%s", err_text(&e));
        return false;
    }
    o->n_startable = o->removing || o->is_next ? o->plan.n : o->plan.n_down;
    return true;
}

/* Is there an operation of that name that leads to the state the component is in? */
static bool leads_here(struct orc *o, const struct plan_step *s)
{
    int i = topology_find(o->work->topology, s->component);
    const struct component *c = i < 0 ? NULL : &o->work->topology->components[i];
    for (size_t k = 0; c && k < c->protocol.n_transitions; k++) {
        const struct protocol_transition *t = &c->protocol.transitions[k];
        if (str_eq(t->interface, s->interface) && str_eq(t->operation, s->operation) &&
            str_eq(t->target, orc_state(o, c)))
            return true;
    }
    return false;
}

/* A step as it was read. */
static bool is_relationship(const struct orc *o, const struct plan_step *s)
{
    return strchr(s->component, '/') && topology_find(o->work->topology, s->component) < 0;
}

/* Are all components where the last of their steps leads? */
static bool is_carried_out(struct orc *o, const struct plan *p)
{
    AUTO_MAP struct map seen = {0};
    for (size_t i = p->n; i-- > 0;) {
        if (map_has(&seen, p->steps[i].component) || is_relationship(o, &p->steps[i]))
            continue;
        map_set(&seen, p->steps[i].component, o);
        if (!leads_here(o, &p->steps[i]))
            return false;
    }
    return true;
}

/* Which explicit plan it is, and the deployment that asked for it. */
static char *key_of(const struct orc *o, const char *text)
{
    char digest[DIGEST_TEXT_SIZE];
    digest_of(text, strlen(text), digest);
    return mem_printf("%s %lld", digest, (long long)o->in->app->spec.attempt);
}

static bool moves(struct orc *o, const struct plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        int c = topology_find(o->work->topology, p->steps[i].component);
        const struct component *component = c < 0 ? NULL : &o->work->topology->components[c];
        for (size_t k = 0; component && k < component->protocol.n_transitions; k++) {
            const struct protocol_transition *t = &component->protocol.transitions[k];
            if (str_eq(t->operation, p->steps[i].operation) && str_eq(t->interface, p->steps[i].interface) &&
                !str_eq(t->source, t->target))
                return true;
        }
    }
    return false;
}

/* Another plan than the one that was worked at begins at its first step; that one goes on where it stood. One that is
 * done begins anew when it changes no state, as nothing else tells that it is to be done again, once a deployment asks
 * for it again. */
static void begin_explicit(struct orc *o, const char *text, const struct plan *p)
{
    AUTO_FREE char *key = key_of(o, text);
    bool same = o->plan_key && strncmp(key, o->plan_key, DIGEST_TEXT_SIZE - 1) == 0;
    bool again = str_eq(key, o->plan_key);
    if (!same || ((size_t)o->steps_done >= p->n && (moves(o, p) ? o->new_round : !again)))
        o->steps_done = 0;
    free(o->plan_key);
    o->plan_key = take_ptr(key);
}

/* The steps of the explicit plan that are still to be done. */
static bool read_explicit(struct orc *o)
{
    struct err e = {0};
    AUTO(plan_done)
    struct plan whole = {0};
    AUTO(plan_states_done)
    struct plan_states s = {0};
    AUTO_FREE char *text = strv_join(&o->in->app->spec.plan, "\n");
    if (plan_read(text, strlen(text), false, &whole, &e) < 0) {
        orc_error(o, "the plan given: %s", err_text(&e));
        return false;
    }
    begin_explicit(o, text, &whole);
    for (size_t i = (size_t)o->steps_done; i < whole.n; i++)
        plan_add(&o->plan, &whole.steps[i]);
    orc_states(o, o->work->topology, &s);
    if (o->steps_done == 0 && moves(o, &whole) && is_carried_out(o, &whole)) {
        plan_done(&o->plan);
        return true; /* the plan of a former round: it is kept to until another, or none, is given */
    }
    if (plan_check(o->work->topology, &s, &o->plan, &e) < 0) {
        orc_error(o, "the plan given: %s; deploy without a plan to have one made", err_text(&e));
        return false;
    }
    o->n_startable = o->plan.n;
    return true;
}

static bool is_explicit(const struct orc *o)
{
    return !o->removing && !orc_flow_runs(o) && o->in->app->spec.plan.n > 0 &&
           str_eq(o->in->app->spec.state, "Running");
}

int orc_plan_towards(struct orc *o, const enum plan_goal *goals, struct plan *more, struct err *e)
{
    const struct topology *t = o->work->topology;
    AUTO(plan_states_done)
    struct plan_states have = {0};
    AUTO(plan_done)
    struct plan made = {0};
    AUTO_MAP struct map busy = {0};
    AUTO_MAP struct map marks = {0};
    orc_runs_marks(o, &marks);
    plan_done(&o->plan);
    o->plan = *more;
    *more = (struct plan){0};
    for (size_t i = 0; i < o->plan.n; i++)
        map_set(&busy, o->plan.steps[i].component, o);
    orc_states(o, t, &have);
    struct plan_request request = {.now = t, .have = &have, .next = t, .goals = goals, .marks = &marks};
    request.delete_volumes = o->removing && o->in->app->spec.remove_volumes;
    int r = plan_make(&request, &made, e);
    for (size_t i = 0; r == 0 && i < made.n; i++)
        if (!map_has(&busy, made.steps[i].component))
            plan_add(&o->plan, &made.steps[i]);
    o->plan.n_down = o->n_startable = o->plan.n; /* all of it in the topology that stands */
    return r;
}

/* A work flow takes the place of the plan; what a former source leaves to be deleted goes first. */
static bool plan_flow(struct orc *o, bool *ret_over)
{
    *ret_over = false;
    if (!o->flow.active && !o->removing && !o->is_next) {
        if (!make(o))
            return false;
        if (o->plan.n_down > 0)
            return true;
        switch_source(o);
    }
    *ret_over = !orc_flow_plan(o);
    return true;
}

bool orc_plan(struct orc *o)
{
    plan_done(&o->plan);
    for (bool over = true; over && orc_flow_runs(o);)
        if (!plan_flow(o, &over) || !over)
            return !o->error;
    plan_done(&o->plan);
    if (!is_explicit(o))
        free(take_ptr(o->plan_key));
    if (is_explicit(o)) {
        if (!o->is_next)
            switch_source(o);
        return read_explicit(o);
    }
    if (!make(o))
        return false;
    if (o->removing || o->is_next || o->plan.n_down > 0)
        return true;
    switch_source(o);
    plan_done(&o->plan);
    return make(o);
}

const struct plan_step *orc_first_step(const struct orc *o, const char *component)
{
    for (size_t i = 0; i < o->n_startable; i++)
        if (str_eq(o->plan.steps[i].component, component) && !plan_step_is_single(&o->plan.steps[i]))
            return &o->plan.steps[i];
    return NULL;
}

static bool is_under_way(struct orc *o, size_t i)
{
    const struct plan_step *s = &o->plan.steps[i];
    if (plan_step_is_single(s)) {
        AUTO_FREE char *text = plan_step_text(s);
        const struct orc_run *run = orc_run_find(o, text);
        return run && !run->done && !run->failed;
    }
    const struct orc_record *r = orc_find(o, s->component);
    return r && r->operation && !r->failed && orc_first_step(o, s->component) == s;
}

size_t orc_startable(struct orc *o, size_t *ret)
{
    AUTO_FREE bool *done = mem_array(o->plan.n, sizeof(*done));
    AUTO_FREE bool *under_way = mem_array(o->plan.n, sizeof(*under_way));
    bool any = false;
    for (size_t i = 0; i < o->n_startable; i++) {
        under_way[i] = is_under_way(o, i);
        any = any || under_way[i];
    }
    if (is_explicit(o)) { /* one by one, as they stand */
        if (any || o->plan.n == 0)
            return 0;
        ret[0] = 0;
        return 1;
    }
    const struct topology *next = o->removing || !o->in->next ? NULL : o->in->next->topology;
    struct plan_order *order = plan_order_new(&o->plan, o->work ? o->work->topology : NULL, next);
    size_t n = plan_order_ready(order, done, under_way, ret), kept = 0;
    plan_order_free(order);
    for (size_t i = 0; i < n; i++)
        if (ret[i] < o->n_startable)
            ret[kept++] = ret[i];
    return kept;
}
