// SPDX-License-Identifier: Apache-2.0
/* The node's program: puts its parts together and serves until it is told to end. Containers go on. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "node/head_place.h"
#include "node/node.h"
#include "node/node_options.h"
#include "node/node_state.h"

static void on_term(uv_signal_t *s, int sig)
{
    struct node *n = s->data;
    n->ending = true;
    uv_stop(&n->loop);
}

static int take_lock(const char *run_dir, int *ret_fd, struct err *e)
{
    AUTO_FREE char *path = file_join(run_dir, "node.pid");
    AUTO_FREE char *pid = mem_printf("%d\n", (int)getpid());
    int r = file_mkdirs(run_dir, 0711, e);
    if (r == 0)
        r = file_lock(path, ret_fd, e);
    if (r == -EAGAIN)
        return err_set(e, EAGAIN, "a node runs already on %s", run_dir);
    if (r == 0 && (ftruncate(*ret_fd, 0) < 0 || pwrite(*ret_fd, pid, strlen(pid), 0) < 0))
        r = err_errno(e, errno, "write %s", path);
    return r;
}

static int open_images(struct node *n, struct err *e)
{
    n->images_dir = file_join(n->state_dir, "images");
    return image_store_open(n->images_dir, &n->images, e);
}

static void begin(struct node *n)
{
    node_kick_init(n);
    image_jobs_init(n);
    bundle_jobs_init(n);
    services_init(n);
    peers_init(n);
    head_place_clock(n->state_dir);
    wanted_load(n);
    keeper_watch_init(n);
    head_link_init(n);
    uv_signal_init(&n->loop, &n->term);
    uv_signal_init(&n->loop, &n->intr);
    n->term.data = n->intr.data = n;
    uv_signal_start(&n->term, on_term, SIGTERM);
    uv_signal_start(&n->intr, on_term, SIGINT);
}

static bool any_saving(const struct node *n)
{
    for (size_t i = 0; i < n->pods.n; i++)
        if (((const struct node_pod *)n->pods.items[i].value)->saving)
            return true;
    return false;
}

/* What is known now is on disk before we go. */
static void save_all(struct node *n)
{
    while (any_saving(n))
        uv_run(&n->loop, UV_RUN_ONCE);
    for (size_t i = 0; i < n->pods.n; i++)
        wanted_save(n->pods.items[i].value);
    while (any_saving(n))
        uv_run(&n->loop, UV_RUN_ONCE);
}

static int serve(struct node *n)
{
    begin(n);
    log_info("node %s serves %zu pods from disk", n->machine.name, n->pods.n);
    uv_run(&n->loop, UV_RUN_DEFAULT);
    save_all(n);
    log_info("node %s ends; its containers go on", n->machine.name);
    image_jobs_end(n);
    head_link_end(n);
    keeper_watch_end(n);
    peers_end(n);
    services_end(n);
    return 0;
}

int node_main(int argc, char **argv)
{
    struct node_options o;
    struct err e = {0};
    AUTO_CLOSE int lock = -1;
    struct node *n = mem_alloc(sizeof(*n));
    log_init("node", LOG_LEVEL_INFO);
    signal(SIGPIPE, SIG_IGN);
    (void)setenv("UV_THREADPOOL_SIZE", "2", 0);
    (void)mallopt(M_ARENA_MAX, 1); /* few threads, little memory: one arena is enough */
    int r = node_options_read(argc, argv, NODE_OPTIONS_FOLDERS, &o, &e);
    if (r < 0) {
        fprintf(stderr, "sedge node: %s\n", err_text(&e));
        return 2;
    }
    n->run_dir = o.run_dir;
    n->state_dir = o.state_dir;
    n->dirs = (struct rootfs_dirs){.state_dir = o.state_dir, .run_dir = o.run_dir};
    uv_loop_init(&n->loop);
    r = machine_load(o.state_dir, &n->machine, &e);
    if (r == 0)
        r = take_lock(o.run_dir, &lock, &e);
    if (r == 0)
        r = open_images(n, &e);
    if (r < 0) {
        log_error("%s", err_text(&e));
        return 1;
    }
    n->host_ip = node_host_ip();
    return serve(n);
}
