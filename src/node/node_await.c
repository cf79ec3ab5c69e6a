// SPDX-License-Identifier: Apache-2.0
/* Waits until the head sees this node as ready, asked with the node's own certificate. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "node/head_place.h"
#include "node/node.h"
#include "node/node_options.h"

#define WAIT_US (60 * US_PER_S)
#define STEP_US (100 * US_PER_MS)

static bool is_ready(const json_t *node)
{
    size_t i;
    const json_t *c;
    json_array_foreach(json_at(node, "status", "conditions", NULL), i, c)
    {
        if (str_eq(json_str(c, "type", ""), "Ready"))
            return str_eq(json_str(c, "status", ""), "True");
    }
    return false;
}

/* 1: ready; 0: not yet; -errno with `e`: the head cannot be asked. */
static int ask(const struct head_place *p, struct err *e)
{
    AUTO_FREE char *path = mem_printf("/api/v1/nodes/%s", p->name);
    struct http_conn *c = NULL;
    struct http_answer a = {0};
    int r = head_place_open(p, &c, e);
    if (r == 0)
        r = http_call(c, "GET", path, NULL, NULL, 0, &a, e);
    AUTO_JSON json_t *node = r == 0 && a.status == 200 ? json_parse(buf_str(&a.body), a.body.len, NULL) : NULL;
    http_answer_done(&a);
    http_close(c);
    return r < 0 ? r : is_ready(node);
}

static int await(const struct node_options *o, struct err *e)
{
    AUTO(machine_done)
    struct machine m = {0};
    AUTO(head_place_done)
    struct head_place p = {0};
    struct timespec step = {.tv_nsec = STEP_US * 1000};
    head_place_clock(o->state_dir);
    int r = machine_load(o->state_dir, &m, e);
    if (r == 0)
        r = head_place_read(o->run_dir, o->state_dir, &m, &p, e);
    if (r < 0)
        return r;
    for (int64_t end_us = clock_mono_us() + WAIT_US; clock_mono_us() < end_us; nanosleep(&step, NULL)) {
        r = ask(&p, e);
        if (r == 1)
            return 0;
    }
    return r < 0 ? r : err_set(e, ETIMEDOUT, "the head did not see it as ready within %lld s", WAIT_US / US_PER_S);
}

int node_await_main(int argc, char **argv)
{
    struct node_options o;
    struct err e = {0};
    if (node_options_read(argc, argv, NODE_OPTIONS_FOLDERS, &o, &e) < 0) {
        fprintf(stderr, "sedge node-await: %s\n", err_text(&e));
        return 2;
    }
    int r = await(&o, &e);
    if (r < 0)
        fprintf(stderr, "sedge: this node does not become ready: %s\n", err_text(&e));
    return r < 0;
}
