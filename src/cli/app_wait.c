// SPDX-License-Identifier: Apache-2.0
/* Applications on their way. */
#include "cli/app_wait.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/flow_text.h"
#include "cli/pod_log.h"
#include "cli/progress.h"

#define LAST_LINES 10

/* ---- breaking off ---- */

static char leaving_text[256];

static void leave(int sig)
{
    ssize_t ignored = write(STDERR_FILENO, leaving_text, strlen(leaving_text));
    (void)ignored;
    _exit(128 + sig);
}

static void on_break(const char *text)
{
    struct sigaction act = {.sa_handler = text ? leave : SIG_DFL};
    if (text)
        snprintf(leaving_text, sizeof(leaving_text), "\n%s\n", text);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

/* ---- waiting ---- */

struct waiting {
    const struct app_wait *w;
    struct progress progress;
    json_t *last; /* the application as it was last */
    bool moved;   /* it was seen under way */
};

static const char *phase_of(const json_t *application)
{
    return json_str(json_object_get(application, "status"), "phase", "");
}

bool app_settled(const json_t *application, int64_t generation)
{
    static const char *const settled[] = {"Running", "Stopped", "Failed"};
    const char *phase = phase_of(application);
    if (json_int(json_object_get(application, "status"), "observedGeneration", -1) < generation)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(settled); i++)
        if (str_eq(phase, settled[i]))
            return true;
    return false;
}

/* Has the component that was scaled the pods that it is to have? What failed is as it will be. */
static bool is_scaled(const struct app_wait *w, const json_t *application)
{
    size_t i;
    json_t *c;
    if (!w->scaled || str_eq(phase_of(application), "Failed"))
        return true;
    json_array_foreach(json_at(application, "status", "components", NULL), i, c)
    {
        if (!str_eq(json_str(c, "name", ""), w->scaled))
            continue;
        bool runs = str_eq(json_str(c, "state", ""), "running");
        return (int64_t)json_array_size(json_object_get(c, "pods")) == w->replicas &&
               (!runs || json_int(c, "ready", 0) == w->replicas);
    }
    return true;
}

/* 1: it is as it was waited for. */
static int look(void *data, const json_t *application)
{
    struct waiting *g = data;
    if (application) {
        json_decref(g->last);
        g->last = json_deep_copy(application);
    }
    if (!application)
        return 1;
    bool done = !g->w->gone && app_settled(application, g->w->generation) && is_scaled(g->w, application);
    g->moved |= !done;
    if (g->moved && json_int(json_object_get(application, "status"), "observedGeneration", 0) >= g->w->generation)
        progress_show(&g->progress, json_at(application, "status", "components", NULL));
    return done || (g->w->gone && str_eq(phase_of(application), "Failed") && app_settled(application, g->w->generation))
               ? 2
               : 0;
}

int app_wait(struct cli *cli, const struct app_wait *w, json_t **ret, struct err *e)
{
    struct waiting g = {.w = w};
    struct client_await a = {.kind = kind_find("Application"),
                             .ns = client_ns(cli),
                             .name = w->name,
                             .timeout_us = w->timeout_us,
                             .look = look,
                             .data = &g};
    progress_begin(&g.progress, cli);
    on_break(w->leaving);
    int r = client_await(cli, &a, e);
    on_break(NULL);
    progress_done(&g.progress);
    *ret = NULL;
    if (r == 2 || r < 0)
        *ret = take_ptr(g.last);
    else if (w->ret_seen)
        *w->ret_seen = take_ptr(g.last);
    json_decref(g.last);
    return r > 0 ? 0 : r;
}

/* ---- failure ---- */

static void tell_lines(const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        fprintf(stderr, "    | %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

/* What its first pod printed last. */
static void tell_pod_lines(struct cli *cli, const json_t *component)
{
    const char *pod = json_string_value(json_array_get(json_object_get(component, "pods"), 0));
    AUTO_BUF struct buf text = {0};
    struct err ignored;
    if (pod && pod_log_tail(cli, pod, LAST_LINES, &text, &ignored) == 0 && text.len > 0)
        tell_lines(text.data);
}

static void tell_component(struct cli *cli, const json_t *c)
{
    const char *operation = json_str(c, "operation", NULL), *message = json_str(c, "message", "no reason was told");
    const char *log = json_str(c, "log", NULL);
    fprintf(stderr, "  %s%s%s%s%s: %s\n", tint_on(cli->color_err, TINT_BOLD), json_str(c, "name", "?"),
            tint_off(cli->color_err, TINT_BOLD), operation ? " failed at " : " failed", operation ? operation : "",
            message);
    if (!str_empty(log))
        tell_lines(log);
    else
        tell_pod_lines(cli, c);
}

void app_tell_failure(struct cli *cli, const json_t *application)
{
    size_t i, told = 0;
    json_t *c;
    json_array_foreach(json_at(application, "status", "components", NULL), i, c)
    {
        if (!json_bool(c, "failed", false))
            continue;
        tell_component(cli, c);
        told++;
    }
    const json_t *flow = json_at(application, "status", "workflow", NULL);
    if (told == 0 && str_eq(json_str(flow, "state", ""), "Failed"))
        flow_tell_failure(cli, flow);
    const char *message = json_str(json_object_get(application, "status"), "message", NULL);
    if (told == 0 && message)
        fprintf(stderr, "  %s\n", message);
}

int app_end(struct cli *cli, const struct app_wait *w, const char *verb, int r, const json_t *application,
            const struct err *e)
{
    if (r == -ETIMEDOUT)
        return cli_failf(cli, "%s %s: not there in time, but it goes on; see 'sedge describe app %s'", verb, w->name,
                         w->name);
    if (r < 0)
        return cli_fail(cli, e);
    if (!application && !w->gone)
        return cli_failf(cli, "%s %s: somebody took the application away meanwhile", verb, w->name);
    if (!application || !str_eq(phase_of(application), "Failed"))
        return CLI_DONE;
    cli_failf(cli, "%s %s failed:", verb, w->name);
    app_tell_failure(cli, application);
    fprintf(stderr, "What runs goes on running. 'sedge deploy' tries again, 'sedge undeploy %s' takes it down.\n",
            w->name);
    return CLI_FAILED;
}
