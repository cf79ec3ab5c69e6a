// SPDX-License-Identifier: Apache-2.0
/* Drives pods: asks the machine what is next, has it done, keeps and tells what came of it.
 *
 * How it works. Whatever changes something for a pod kicks it; kicks are answered once, from the loop, so that nothing
 * recurses. */
#include <string.h>

#include "io/file.h"
#include "node/node_state.h"

#define ACTIONS_MOST 64 /* at one kick: more would be a circle */

const struct pod_container *pod_container_at(const struct node_pod *p, size_t i)
{
    return &((const struct pod_container *)p->pod.spec.containers.items)[i];
}

const struct pod_component *pod_component_at(const struct node_pod *p, size_t i)
{
    return &((const struct pod_component *)p->pod.spec.sedge->components.items)[i];
}

char *pod_run_path(const struct node_pod *p, const char *name)
{
    return mem_printf("%s/pods/%s%s%s", p->node->run_dir, p->pod.meta.uid, name ? "/" : "", name ? name : "");
}

char *pod_state_path(const struct node_pod *p, const char *name)
{
    return mem_printf("%s/pods/%s%s%s", p->node->state_dir, p->pod.meta.uid, name ? "/" : "", name ? name : "");
}

struct node_pod *node_pod_by_container(struct node *n, const char *id, size_t *ret_container)
{
    for (size_t i = 0; i < n->pods.n; i++) {
        struct node_pod *p = n->pods.items[i].value;
        for (size_t c = 0; c < p->known.n_containers; c++) {
            if (!str_eq(p->known.containers[c].id, id))
                continue;
            *ret_container = c;
            return p;
        }
    }
    return NULL;
}

/* ---- trouble ---- */

void pod_trouble(struct node_pod *p, enum pod_do what, const char *reason, bool retry, const char *message)
{
    struct trouble *t = &p->known.setup;
    int64_t now = clock_mono_us();
    bool news = !str_eq(t->message, message);
    if (p->known.setup_of != what)
        trouble_clear(t);
    int64_t wait = back_off_retry(&t->tries, now);
    trouble_set(t, reason, message, retry ? now + wait : INT64_MAX);
    p->known.setup_of = what;
    if (news)
        tell_event(p, true, reason, message);
    pod_kick(p);
}

void pod_trouble_over(struct node_pod *p, enum pod_do what)
{
    if (p->known.setup_of == what)
        trouble_clear(&p->known.setup);
}

void node_retry(struct node *n, const char *reason)
{
    for (size_t i = 0; i < n->pods.n; i++) {
        struct node_pod *p = n->pods.items[i].value;
        if (!p->known.setup.reason || (reason && !str_eq(p->known.setup.reason, reason)))
            continue;
        p->known.setup.again_us = 0;
        pod_kick(p);
    }
}

/* ---- what is around ---- */

static bool same_application(const struct node_pod *a, const struct node_pod *b)
{
    static const char label[] = "sedge.dev/application";
    return str_eq(a->pod.meta.namespace, b->pod.meta.namespace) &&
           str_eq(json_str(a->pod.meta.labels, label, NULL), json_str(b->pod.meta.labels, label, NULL));
}

static bool is_component(const struct node_pod *p, const char *name)
{
    return str_eq(json_str(p->pod.meta.labels, "sedge.dev/component", NULL), name);
}

/* The component `name` lives in this other pod and is not where it should be. */
static bool is_behind(const struct node_pod *other, const char *name)
{
    bool done;
    if (is_component(other, name))
        return !pod_wants_stopped(&other->pod.spec) && !pod_is_ready(&other->pod.spec, &other->known, &done);
    for (size_t i = 0; i < other->known.n_components; i++)
        if (str_eq(other->known.components[i].name, name))
            return !str_eq(other->known.components[i].state, pod_component_at(other, i)->goal);
    return false;
}

static bool is_named(const struct node_pod *p, const struct strv *names)
{
    for (size_t i = 0; i < names->n; i++) {
        if (is_component(p, names->v[i]))
            return true;
        for (size_t j = 0; j < p->known.n_components; j++)
            if (str_eq(p->known.components[j].name, names->v[i]))
                return true;
    }
    return false;
}

/* Two that come after each other would wait for ever: the one with the smaller uid goes first. */
static bool goes_before(const struct node_pod *p, const struct node_pod *other)
{
    return other->pod.spec.sedge && is_named(p, &other->pod.spec.sedge->after) &&
           strcmp(p->pod.meta.uid, other->pod.meta.uid) < 0;
}

static void add_behind(const struct node_pod *p, const struct strv *names, struct strv *to)
{
    for (size_t i = 0; i < names->n; i++)
        for (size_t j = 0; j < p->node->pods.n; j++) {
            const struct node_pod *other = p->node->pods.items[j].value;
            bool counts = other != p && !other->deleting && same_application(p, other) && !goes_before(p, other);
            if (counts && is_behind(other, names->v[i]))
                strv_add(to, names->v[i]);
        }
}

/* The order among pods is the head's business; without it, and after a cold boot, what is on this node keeps it. */
static bool keeps_order(const struct node_pod *p)
{
    return p->pod.spec.sedge && (p->cold || !head_link_is_up(p->node));
}

static void look_around(struct node_pod *p, struct pod_around *a, struct strv *behind)
{
    *a = (struct pod_around){.deleting = p->deleting,
                             .keeper = p->node->keeper.listed,
                             .saved = wanted_is_saved(p),
                             .services_late = p->node->services.settled < p->services_turn,
                             .after = true,
                             .now_us = clock_mono_us(),
                             .others_behind = behind};
    p->waits = false;
    if (!keeps_order(p))
        return;
    add_behind(p, &p->pod.spec.sedge->after, behind);
    p->waits = behind->n > 0 && !container_is_up(&p->known.containers[0]);
    a->after = !p->waits;
    for (size_t i = 0; i < p->known.n_components; i++)
        add_behind(p, &pod_component_at(p, i)->after, behind);
}

/* ---- driving ---- */

static void on_timer(uv_timer_t *t)
{
    pod_kick(t->data);
}

static void wait_until(struct node_pod *p, int64_t at_us, int64_t now_us)
{
    if (p->save_again_us > 0 && (at_us == 0 || p->save_again_us < at_us))
        at_us = p->save_again_us;
    if (at_us == 0) {
        uv_timer_stop(&p->timer);
        return;
    }
    int64_t us = at_us > now_us ? at_us - now_us : 0;
    uv_timer_start(&p->timer, on_timer, (uint64_t)((us + US_PER_MS - 1) / US_PER_MS), 0);
}

/* Gives when to look again (0: never by itself); -1: the pod has ended and is freed. */
static int64_t do_all(struct node_pod *p)
{
    for (int i = 0; i < ACTIONS_MOST; i++) {
        AUTO_STRV struct strv behind = {0};
        struct pod_around around;
        look_around(p, &around, &behind);
        struct pod_action action = pod_next(&p->pod.spec, &p->known, &around);
        if (action.what == POD_DO_WAIT)
            return action.at_us;
        if (action.what == POD_DO_NOTHING)
            return 0;
        if (action.what == POD_DO_END) {
            wanted_forget(p);
            return -1;
        }
        pod_do(p, &action);
    }
    log_error("pod %s/%s: its actions go round in a circle; it is left as it is until something changes",
              p->pod.meta.namespace, p->pod.meta.name);
    return 0;
}

static void do_steps(struct node_pod *p)
{
    for (int i = 0; i < ACTIONS_MOST; i++) {
        AUTO_STRV struct strv behind = {0};
        struct pod_around around;
        look_around(p, &around, &behind);
        struct step_action s = pod_next_step(&p->pod.spec, &p->known, &around);
        if (s.what == STEP_NOTHING)
            return;
        pod_do_step(p, &s);
    }
}

/* Those that may come after it. */
static void kick_others(struct node_pod *p)
{
    bool done;
    if (p->cold && pod_is_ready(&p->pod.spec, &p->known, &done))
        p->cold = false;
    for (size_t i = 0; i < p->node->pods.n; i++) {
        struct node_pod *other = p->node->pods.items[i].value;
        if (other != p && keeps_order(other))
            pod_kick(other);
    }
}

static void drive(struct node_pod *p)
{
    int64_t at_us = do_all(p);
    if (at_us < 0)
        return;
    do_steps(p);
    wanted_save(p);
    AUTO_FREE char *before = mem_strdup(p->reported);
    tell_pod(p);
    if (!str_eq(before, p->reported)) {
        ops_pod_changed(p->node, p);
        services_kick(p->node);
        kick_others(p);
    }
    wait_until(p, at_us, clock_mono_us());
}

static void on_kick(uv_idle_t *t)
{
    struct node *n = t->data;
    AUTO_STRV struct strv uids = {0};
    uv_idle_stop(t); /* a kick from here on is answered in the loop's next round, after what has come meanwhile */
    for (size_t i = 0; i < n->pods.n; i++)
        if (((struct node_pod *)n->pods.items[i].value)->kicked)
            strv_add(&uids, n->pods.items[i].key);
    for (size_t i = 0; i < uids.n; i++) {
        struct node_pod *p = map_get(&n->pods, uids.v[i]);
        if (!p)
            continue;
        p->kicked = false;
        drive(p);
    }
}

void node_kick_init(struct node *n)
{
    uv_idle_init(&n->loop, &n->kick);
    n->kick.data = n;
}

void pod_kick(struct node_pod *p)
{
    p->kicked = true;
    if (!uv_is_active((uv_handle_t *)&p->node->kick) && !p->node->ending)
        uv_idle_start(&p->node->kick, on_kick);
}

void node_kick_all(struct node *n)
{
    for (size_t i = 0; i < n->pods.n; i++)
        pod_kick(n->pods.items[i].value);
}
