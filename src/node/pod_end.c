// SPDX-License-Identifier: Apache-2.0
/* The other way: containers' ends as the keeper tells them, stopping, and taking a pod's things away. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "io/file.h"
#include "model/node_link.h"
#include "node/component_path.h"
#include "node/container_make.h"
#include "node/node_state.h"

/* ---- what the keeper tells ---- */

static void software_falls(struct node_pod *p, size_t container)
{
    for (size_t i = 0; container == 0 && i < p->known.n_components; i++) {
        struct component_known *c = &p->known.components[i];
        const char *state = component_fallen(pod_component_at(p, i), c->state);
        if (str_eq(state, c->state))
            continue;
        char *copy = mem_strdup(state);
        free(c->state);
        c->state = copy;
    }
}

static void take_end(struct node_pod *p, struct container_known *c, const struct keeper_status *s)
{
    int64_t now = clock_mono_us();
    c->end = (struct container_end){true, s->exit_code, s->signal, s->oom, s->started_us, s->finished_us};
    c->started = false;
    if (c->stopping) {
        c->again = true;
        c->start_at_us = 0;
    } else {
        c->start_at_us = now + back_off_next(&c->crash, now, s->finished_us - s->started_us);
    }
    if (!c->stopping && !p->deleting && s->exit_code != 0) {
        AUTO_FREE char *text = mem_printf("container %s ended with exit status %d%s", c->id, s->exit_code,
                                          s->oom ? ": it used up its memory" : "");
        tell_event(p, true, s->oom ? "OOMKilled" : "Failed", text);
    }
}

void pod_container_status(struct node_pod *p, size_t container, const struct keeper_status *s)
{
    struct container_known *c = &p->known.containers[container];
    bool news = s->state == KEEPER_EXITED && (!c->end.there || c->end.finished_us != s->finished_us);
    if (news) {
        take_end(p, c, s);
        software_falls(p, container);
    }
    if (s->state == KEEPER_RUNNING) {
        c->started = true;
        c->started_us = s->started_us;
    }
    if (s->state == KEEPER_EXITED || s->state == KEEPER_NONE)
        c->stopping = false;
    c->run = s->state;
    c->pid = s->state == KEEPER_RUNNING ? s->pid : 0;
    pod_kick(p);
}

void pod_container_lost(struct node_pod *p, size_t container)
{
    struct container_known *c = &p->known.containers[container];
    bool ran = c->started;
    if (ran)
        c->end = (struct container_end){.there = true, .exit_code = -1, .started_us = c->started_us};
    c->started = c->stopping = false;
    c->run = KEEPER_NONE;
    c->pid = 0;
    if (ran)
        software_falls(p, container);
    pod_kick(p);
}

/* ---- stopping ---- */

static void on_stopped(void *data, int r, const char *error, int32_t value)
{
    struct node_pod *p = data;
    struct container_known *c = &p->known.containers[p->known.busy_container];
    p->known.busy = POD_DO_NOTHING;
    if (r < 0) {
        c->stopping = false;
        if (r != -ECONNRESET && r != -ECANCELED)
            pod_trouble(p, POD_DO_STOP, POD_FAILED_CREATE, true, error);
    } else {
        pod_trouble_over(p, POD_DO_STOP);
    }
    pod_kick(p);
}

static int stop_signal(struct node_pod *p, const struct container_known *c)
{
    AUTO(image_freep)
    struct image *image = NULL;
    if (!c->image_id || (p->pod.spec.sedge && p->pod.spec.sedge->sleep) ||
        image_find(p->node->images, c->image_id, &image, NULL) < 0)
        return SIGTERM;
    return signal_number(image->config.stop_signal);
}

void pod_do_stop(struct node_pod *p, size_t container)
{
    struct container_known *c = &p->known.containers[container];
    int64_t grace = p->deleting && p->grace_us >= 0 ? p->grace_us : p->pod.spec.grace_s * US_PER_S;
    c->stopping = true;
    tell_event(p, false, "Killing", c->id);
    p->known.busy = POD_DO_STOP;
    p->known.busy_container = container;
    keeper_stop(p->node->keeper.client, c->id, stop_signal(p, c), grace, on_stopped, p);
}

static void on_forgotten(void *data, int r, const char *error, int32_t value)
{
    struct node_pod *p = data;
    struct container_known *c = &p->known.containers[p->known.busy_container];
    p->known.busy = POD_DO_NOTHING;
    if (r == 0 || r == -ENOENT)
        c->run = KEEPER_NONE;
    else if (r != -ECONNRESET && r != -ECANCELED)
        pod_trouble(p, POD_DO_FORGET, POD_FAILED_CREATE, true, error);
    pod_kick(p);
}

void pod_do_forget(struct node_pod *p, size_t container)
{
    p->known.busy = POD_DO_FORGET;
    p->known.busy_container = container;
    keeper_forget(p->node->keeper.client, p->known.containers[container].id, on_forgotten, p);
}

/* ---- files ---- */

struct removal {
    struct node_pod *pod; /* stays: it is busy with us */
    struct strv ids;
    char *state, *run;
    int r;
    struct err e;
};

static void remove_work(void *data)
{
    struct removal *w = data;
    for (size_t i = 0; i < w->ids.n && w->r == 0; i++)
        w->r = rootfs_remove(&w->pod->node->dirs, w->ids.v[i], &w->e);
    if (w->r == 0)
        w->r = file_remove_tree(w->state, &w->e);
    if (w->r == 0)
        w->r = file_remove_tree(w->run, &w->e);
}

static void remove_after(void *data)
{
    struct removal *w = data;
    struct node_pod *p = w->pod;
    p->known.busy = POD_DO_NOTHING;
    if (w->r < 0) {
        pod_trouble(p, POD_DO_REMOVE, POD_FAILED_CREATE, true, err_text(&w->e));
    } else {
        p->known.files = false;
        pod_trouble_over(p, POD_DO_REMOVE);
        pod_kick(p);
    }
    strv_done(&w->ids);
    free(w->state);
    free(w->run);
    free(w);
}

void pod_do_remove(struct node_pod *p)
{
    struct removal *w = mem_alloc(sizeof(*w));
    w->pod = p;
    w->state = pod_state_path(p, NULL);
    w->run = pod_run_path(p, NULL);
    for (size_t i = 0; i < p->known.n_containers; i++)
        strv_add(&w->ids, p->known.containers[i].id);
    p->known.busy = POD_DO_REMOVE;
    node_work(p->node, remove_work, remove_after, w);
}
