// SPDX-License-Identifier: Apache-2.0
/* Empties a board: cordons it, asks its pods to go as drain_next says, and waits until they are gone. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "cli/drain_decide.h"
#include "cli/names.h"
#include "cli/node_place.h"

#define AT_ONCE  5
#define RETRY_US (200 * US_PER_MS)

struct draining {
    struct cli *cli;
    const char *node;
    struct map want; /* as of struct drain */
    int64_t deadline_us;
};

static int list_pods(struct draining *g, json_t **ret, struct err *e)
{
    return client_list(g->cli, kind_find("Pod"), NULL, NULL, ret, e);
}

/* Names all that stand in the way; their number. */
static size_t object(const json_t *pods, const char *node, const struct node_drain *how)
{
    size_t i, n = 0;
    json_t *pod;
    json_array_foreach(pods, i, pod)
    {
        const char *why = drain_stands(pod, node) ? drain_objection(pod, how->volumes, how->unowned) : NULL;
        if (!why)
            continue;
        AUTO_FREE char *name = pod_shown_name(pod);
        fprintf(stderr, "%s: %s\n", name, why);
        n++;
    }
    return n;
}

static int ask_to_go(struct draining *g, const json_t *pod, struct err *e)
{
    const char *ns = json_str(json_object_get(pod, "metadata"), "namespace", "default");
    AUTO_FREE char *path = client_path(kind_find("Pod"), ns, name_of(pod));
    AUTO_FREE char *name = pod_shown_name(pod);
    int r = client_call(g->cli, "DELETE", path, NULL, NULL, e);
    if (r == -ENOENT) {
        err_clear(e);
        return 0;
    }
    if (r == 0)
        printf("%s goes\n", name);
    cli_flush(stdout);
    return r;
}

/* 1: the node is empty; 0: there is something to wait for. */
static int step(struct draining *g, const json_t *pods, struct err *e)
{
    const json_t *next[AT_ONCE];
    struct drain d = {g->node, pods, &g->want, AT_ONCE};
    size_t n = drain_next(&d, next, AT_ONCE);
    for (size_t i = 0; i < n; i++) {
        int r = ask_to_go(g, next[i], e);
        if (r < 0)
            return r;
    }
    return drain_left(&d) == 0;
}

static int seen(void *data, const char *type, const json_t *pod)
{
    return 1; /* any change: look at all again */
}

static int wait_for_change(struct draining *g, const json_t *list, struct err *e)
{
    int64_t left = g->deadline_us ? g->deadline_us - clock_mono_us() : 0;
    if (g->deadline_us && left <= 0)
        return err_set(e, ETIMEDOUT, "not in time");
    struct client_watch w = {.kind = kind_find("Pod"),
                             .revision = json_str(json_object_get(list, "metadata"), "resourceVersion", NULL),
                             .timeout_us = left,
                             .told = seen};
    int r = client_watch(g->cli, &w, e);
    if (r != -ERANGE && r != -ECONNRESET)
        return r;
    err_clear(e);
    struct timespec pause = {.tv_nsec = RETRY_US * 1000};
    nanosleep(&pause, NULL);
    return 0;
}

static int empty(struct draining *g, struct err *e)
{
    for (;;) {
        AUTO_JSON json_t *list = NULL;
        int r = list_pods(g, &list, e);
        if (r == 0)
            r = step(g, json_object_get(list, "items"), e);
        if (r != 0)
            return r;
        r = wait_for_change(g, list, e);
        if (r < 0)
            return r;
    }
}

static int say_late(struct draining *g)
{
    AUTO_JSON json_t *list = NULL;
    struct err e = {0};
    size_t i;
    json_t *pod;
    list_pods(g, &list, &e);
    json_array_foreach(json_object_get(list, "items"), i, pod)
    {
        AUTO_FREE char *name = drain_stands(pod, g->node) ? pod_shown_name(pod) : NULL;
        if (name)
            fprintf(stderr, "%s: still there\n", name);
    }
    return cli_failf(g->cli,
                     "node %s is not empty in time; it takes no new pods. 'sedge explain APP/COMPONENT' says where its "
                     "pods could go; 'sedge node uncordon %s' opens it again",
                     g->node, g->node);
}

int node_drain(struct cli *cli, const char *node, const struct node_drain *how)
{
    struct draining g = {.cli = cli, .node = node};
    AUTO_JSON json_t *list = NULL;
    struct err e = {0};
    char *names[] = {(char *)(uintptr_t)node};
    if (list_pods(&g, &list, &e) < 0)
        return cli_fail(cli, &e);
    const json_t *pods = json_object_get(list, "items");
    if (object(pods, node, how) > 0)
        return cli_failf(cli, "node %s is left as it is: stop these pods yourself, or let them go with --with-volumes "
                              "(they wait until this node takes pods again), --unowned (they are gone for good)",
                         node);
    int r = node_cordon(cli, names, 1, true);
    if (r != CLI_DONE)
        return r;
    cli_flush(stdout);
    drain_owners(pods, &g.want);
    g.deadline_us = how->timeout_us ? clock_mono_us() + how->timeout_us : 0;
    r = empty(&g, &e);
    map_done(&g.want);
    if (r == -ETIMEDOUT)
        return say_late(&g);
    if (r < 0)
        return cli_fail(cli, &e);
    printf("node %s is empty; 'sedge node uncordon %s' when it is to take pods again\n", node, node);
    return CLI_DONE;
}
