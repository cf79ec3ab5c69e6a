// SPDX-License-Identifier: Apache-2.0
/* The connection to the keeper: made again whenever it is back; what it tells goes to the pods, and what belongs to no
 * pod is ended. */
#include <errno.h>
#include <signal.h>

#include "engine/keeper_protocol.h"
#include "io/child.h"
#include "node/node_state.h"

static void connect_soon(struct node *n);

/* A container of no pod: it is killed, then forgotten, then its files are swept. */
static void end_stray(struct node *n, const struct keeper_status *s)
{
    if (s->state == KEEPER_RUNNING)
        keeper_stop(n->keeper.client, s->id, SIGTERM, 10 * US_PER_S, NULL, NULL);
    else if (s->state == KEEPER_EXITED)
        keeper_forget(n->keeper.client, s->id, NULL, NULL);
}

static void untell(struct strv *told, const char *id)
{
    struct strv left = {0};
    for (size_t i = 0; i < told->n; i++)
        if (!str_eq(told->v[i], id))
            strv_add(&left, told->v[i]);
    strv_done(told);
    *told = left;
}

static void on_status(void *data, const struct keeper_status *s)
{
    struct node *n = data;
    size_t container;
    struct node_pod *p = node_pod_by_container(n, s->id, &container);
    bool there = s->state != KEEPER_NONE;
    if (there && !strv_has(&n->keeper.told, s->id))
        strv_add(&n->keeper.told, s->id);
    if (!there)
        untell(&n->keeper.told, s->id);
    if (p)
        pod_container_status(p, container, s);
    else if (there)
        end_stray(n, s);
    else if (n->keeper.listed)
        wanted_sweep(n);
}

static void on_listed(void *data)
{
    struct node *n = data;
    n->keeper.listed = true;
    back_off_reset(&n->keeper.tries);
    socket_watch_stop(&n->keeper.watch);
    for (size_t i = 0; i < n->pods.n; i++) {
        struct node_pod *p = n->pods.items[i].value;
        for (size_t c = 0; c < p->known.n_containers; c++)
            if (!strv_has(&n->keeper.told, p->known.containers[c].id))
                pod_container_lost(p, c);
    }
    node_kick_all(n);
    wanted_sweep(n);
    tell_node(n);
}

/* ---- starting it again ---- */

static void on_started(void *data, int r, struct child_result *result)
{
    struct node *n = data;
    n->keeper.starting = NULL;
    if (r < 0 || result->exit_code != 0)
        log_warn("the keeper cannot be started again: %.400s", buf_str(&result->err_out));
}

/* The keeper started this node, so nobody but us sees it missing. Not while sedge is taken down. */
static void start_again(struct node *n)
{
    AUTO_STRV struct strv argv = {0};
    struct err e = {0};
    if (n->keeper.starting || n->ending)
        return;
    int r = keeper_command_read(n->run_dir, &argv, &e);
    const struct child_options o = {.argv = (const char *const *)argv.v, .timeout_us = 30 * US_PER_S};
    if (r == 0)
        r = child_start(&n->loop, &o, NULL, on_started, n, &n->keeper.starting, &e);
    if (r < 0 && r != -ENOENT)
        log_warn("the keeper cannot be started again: %s", err_text(&e));
}

/* ---- connecting ---- */

static void on_gone(void *data)
{
    struct node *n = data;
    log_warn("the keeper is gone; containers go on, and nothing is started or stopped until it is back");
    keeper_close(take_ptr(n->keeper.client));
    n->keeper.listed = false;
    tell_node(n);
    start_again(n);
    connect_soon(n);
}

static void on_timer(uv_timer_t *t)
{
    struct node *n = t->data;
    static const struct keeper_events events = {on_status, on_listed, on_gone, NULL};
    struct keeper_events mine = events;
    struct err e = {0};
    mine.data = n;
    if (n->keeper.client)
        return;
    strv_done(&n->keeper.told);
    if (keeper_connect(&n->loop, n->run_dir, &mine, &n->keeper.client, &e) == 0)
        return;
    if (n->keeper.tries.fails == 1)
        log_info("%s; trying again", err_text(&e));
    start_again(n);
    connect_soon(n);
}

static void connect_soon(struct node *n)
{
    uint16_t chance = (uint16_t)clock_mono_us();
    int64_t us = back_off_connect(&n->keeper.tries, chance);
    if (n->ending)
        return;
    socket_watch_start(&n->keeper.watch, n->run_dir);
    uv_timer_start(&n->keeper.timer, on_timer, (uint64_t)(us / US_PER_MS), 0);
}

static void on_made(void *data)
{
    struct node *n = data;
    if (!n->keeper.client && !n->ending)
        uv_timer_start(&n->keeper.timer, on_timer, 1, 0); /* it is bound before it listens */
}

void keeper_watch_init(struct node *n)
{
    uv_timer_init(&n->loop, &n->keeper.timer);
    n->keeper.timer.data = n;
    socket_watch_init(&n->keeper.watch, &n->loop, KEEPER_SOCKET, on_made, n);
    uv_timer_start(&n->keeper.timer, on_timer, 0, 0);
}

void keeper_watch_end(struct node *n)
{
    uv_close((uv_handle_t *)&n->keeper.timer, NULL);
    keeper_close(take_ptr(n->keeper.client));
    strv_done(&n->keeper.told);
}
