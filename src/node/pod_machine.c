// SPDX-License-Identifier: Apache-2.0
/* Deciding, for pods.
 *
 * How it works. Up: image, ports, network, bundle, then each container. Down: each container stops, is forgotten by the
 * keeper, then files, network and the rest go. One action of this kind at a time, so that each decision sees the
 * outcome of the last. Steps of software are apart: a long one must not keep its pod from stopping. Both begin when the
 * services that were told before the pod are in the kernel: they are those of components that it comes after. */
#include "node/pod_machine.h"

#include "node/component_path.h"

static const struct pod_action nothing = {.what = POD_DO_NOTHING};

bool pod_wants_stopped(const struct pod_spec *spec)
{
    return spec->sedge && str_eq(spec->sedge->state, "Stopped");
}

const char *pod_wanted_bundle(const struct pod_spec *spec)
{
    return spec->sedge && !str_empty(spec->sedge->bundle) ? spec->sedge->bundle : NULL;
}

bool container_is_up(const struct container_known *c)
{
    return c->run == KEEPER_RUNNING || c->run == KEEPER_STARTING;
}

bool container_is_done(const struct pod_spec *spec, const struct container_known *c)
{
    if (container_is_up(c) || !c->end.there || c->again || str_eq(spec->restart_policy, "Always"))
        return false;
    return str_eq(spec->restart_policy, "Never") || c->end.exit_code == 0;
}

/* ---- down ---- */

static bool find_up(const struct pod_known *k, struct pod_action *ret)
{
    bool any = false;
    for (size_t i = 0; i < k->n_containers; i++) {
        if (!container_is_up(&k->containers[i]))
            continue;
        any = true;
        if (!k->containers[i].stopping) {
            *ret = (struct pod_action){POD_DO_STOP, i, 0};
            return true;
        }
    }
    *ret = nothing;
    return any;
}

static struct pod_action next_of_end(const struct pod_known *k, const struct pod_around *a)
{
    struct pod_action action;
    if (!a->keeper)
        return nothing;
    if (find_up(k, &action))
        return action;
    for (size_t i = 0; i < k->n_containers; i++)
        if (k->containers[i].run == KEEPER_EXITED)
            return (struct pod_action){POD_DO_FORGET, i, 0};
    if (k->stepping)
        return nothing;
    if (k->files)
        return (struct pod_action){.what = POD_DO_REMOVE};
    if (!k->detached)
        return (struct pod_action){.what = POD_DO_DETACH};
    return (struct pod_action){.what = POD_DO_END};
}

/* ---- up ---- */

static bool find_start(const struct pod_spec *spec, const struct pod_known *k, int64_t now_us, struct pod_action *ret)
{
    *ret = nothing;
    for (size_t i = 0; i < k->n_containers; i++) {
        const struct container_known *c = &k->containers[i];
        if (container_is_up(c) || container_is_done(spec, c))
            continue;
        if (c->start_at_us <= now_us) {
            *ret = (struct pod_action){POD_DO_START, i, 0};
            return true;
        }
        if (ret->what == POD_DO_NOTHING || c->start_at_us < ret->at_us)
            *ret = (struct pod_action){POD_DO_WAIT, i, c->start_at_us};
    }
    return ret->what == POD_DO_WAIT;
}

static bool find_image(const struct pod_spec *spec, const struct pod_known *k, struct pod_action *ret)
{
    for (size_t i = 0; i < k->n_containers; i++) {
        if (k->containers[i].image_id)
            continue;
        *ret = (struct pod_action){POD_DO_IMAGE, i, 0};
        return true;
    }
    return false;
}

static bool all_done(const struct pod_spec *spec, const struct pod_known *k)
{
    for (size_t i = 0; i < k->n_containers; i++)
        if (!container_is_done(spec, &k->containers[i]))
            return false;
    return true;
}

static struct pod_action next_of_life(const struct pod_spec *spec, const struct pod_known *k,
                                      const struct pod_around *a)
{
    struct pod_action action = nothing;
    if (pod_wants_stopped(spec) && a->keeper && find_up(k, &action))
        return action;
    if (find_image(spec, k, &action) || pod_wants_stopped(spec))
        return action;
    if (!a->after || all_done(spec, k))
        return nothing;
    if (!k->ports_held)
        return (struct pod_action){.what = POD_DO_PORTS};
    if (!k->attached)
        return (struct pod_action){.what = POD_DO_NETWORK};
    if (pod_wanted_bundle(spec) && !str_eq(pod_wanted_bundle(spec), k->bundle))
        return (struct pod_action){.what = POD_DO_BUNDLE};
    if (a->keeper && !a->services_late)
        find_start(spec, k, a->now_us, &action);
    return action;
}

struct pod_action pod_next(const struct pod_spec *spec, const struct pod_known *k, const struct pod_around *a)
{
    if (k->busy != POD_DO_NOTHING)
        return nothing;
    struct pod_action action = a->deleting ? next_of_end(k, a) : next_of_life(spec, k, a);
    if (k->setup.reason && k->setup_of == action.what && k->setup.again_us > a->now_us)
        return k->setup.again_us == INT64_MAX ? nothing : (struct pod_action){POD_DO_WAIT, 0, k->setup.again_us};
    return action;
}

/* ---- software ---- */

bool component_has_failed(const struct pod_component *c, const struct component_known *k)
{
    return k->failed && k->attempt >= c->attempt && str_eq(k->goal, c->goal);
}

static const struct pod_component *component_at(const struct pod_spec *spec, size_t i)
{
    return &((const struct pod_component *)spec->sedge->components.items)[i];
}

/* Are those that it comes after where they should be? Names that are no component of this pod are its surroundings'
 * business. */
static bool may_begin(const struct pod_spec *spec, const struct pod_known *k, const struct pod_around *a, size_t which)
{
    const struct pod_component *c = component_at(spec, which);
    if (!component_goes_up(c, k->components[which].state))
        return true;
    for (size_t i = 0; i < c->after.n; i++) {
        if (a->others_behind && strv_has(a->others_behind, c->after.v[i]))
            return false;
        for (size_t j = 0; j < k->n_components; j++)
            if (j != which && str_eq(k->components[j].name, c->after.v[i]) &&
                !str_eq(k->components[j].state, component_at(spec, j)->goal))
                return false;
    }
    return true;
}

bool run_has_failed(const struct pod_run *r, const struct run_known *k)
{
    return k->failed && k->attempt >= r->attempt;
}

static const struct pod_run *run_at(const struct pod_spec *spec, size_t i)
{
    return &((const struct pod_run *)spec->sedge->runs.items)[i];
}

/* Is a run still to be done in the state that the component is in? Then it stays there. */
static bool is_held(const struct pod_spec *spec, const struct pod_known *k, size_t component)
{
    const struct component_known *c = &k->components[component];
    for (size_t i = 0; i < k->n_runs; i++) {
        const struct pod_run *r = run_at(spec, i);
        if (!k->runs[i].done && !str_empty(r->state) && str_eq(r->component, c->name) && str_eq(r->state, c->state))
            return true;
    }
    return false;
}

/* Is the run's component where the run is to be done? */
static bool is_run_time(const struct pod_spec *spec, const struct pod_known *k, const struct pod_run *r)
{
    for (size_t i = 0; i < k->n_components; i++)
        if (str_eq(k->components[i].name, r->component))
            return str_eq(k->components[i].state, str_empty(r->state) ? component_at(spec, i)->goal : r->state);
    return true;
}

static struct step_action next_run(const struct pod_spec *spec, const struct pod_known *k)
{
    for (size_t i = 0; i < k->n_runs; i++) {
        const struct pod_run *r = run_at(spec, i);
        if (!k->runs[i].done && !run_has_failed(r, &k->runs[i]) && is_run_time(spec, k, r))
            return (struct step_action){.what = STEP_ONCE, .run = r};
    }
    return (struct step_action){0};
}

static bool software_can_run(const struct pod_spec *spec, const struct pod_known *k, const struct pod_around *a)
{
    if (a->deleting || !a->keeper || !a->saved || a->services_late || k->stepping || k->n_components + k->n_runs == 0 ||
        k->n_containers == 0 || pod_wants_stopped(spec))
        return false;
    const char *bundle = pod_wanted_bundle(spec);
    return k->busy != POD_DO_BUNDLE && k->containers[0].run == KEEPER_RUNNING && !k->containers[0].stopping &&
           (!bundle || str_eq(bundle, k->bundle));
}

struct step_action pod_next_step(const struct pod_spec *spec, const struct pod_known *k, const struct pod_around *a)
{
    if (!software_can_run(spec, k, a))
        return (struct step_action){0};
    for (size_t i = 0; i < k->n_components; i++) {
        const struct pod_component *c = component_at(spec, i);
        struct step_action s = {.what = STEP_RUN, .component = i};
        if (str_eq(k->components[i].state, c->goal) || component_has_failed(c, &k->components[i]) ||
            !may_begin(spec, k, a, i) || (component_goes_up(c, k->components[i].state) && is_held(spec, k, i)))
            continue;
        if (component_path(c, k->components[i].state, c->goal, &s.step) < 0)
            s.what = STEP_NO_WAY;
        return s;
    }
    return next_run(spec, k);
}

bool pod_is_ready(const struct pod_spec *spec, const struct pod_known *k, bool *ret_done)
{
    bool done = k->n_containers > 0;
    *ret_done = false;
    for (size_t i = 0; i < k->n_containers; i++) {
        const struct container_known *c = &k->containers[i];
        bool ended = container_is_done(spec, c) && c->end.exit_code == 0;
        if (!ended && (c->run != KEEPER_RUNNING || c->stopping))
            return false;
        done = done && ended;
    }
    for (size_t i = 0; i < k->n_components && !done; i++)
        if (!str_eq(k->components[i].state, component_at(spec, i)->goal))
            return false;
    *ret_done = done;
    return k->n_containers > 0;
}
