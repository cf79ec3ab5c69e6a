// SPDX-License-Identifier: Apache-2.0
/* One watch of the pod carries it all: when it says that the container runs, its output is streamed; when it says that
 * it has ended, so do we. */
#include "cli/run_watch.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/pod_log.h"
#include "cli/pod_words.h"

enum { RUN_STARTED = 1, RUN_ENDED, RUN_FAILED, RUN_GONE, RUN_LEFT };

struct running {
    const struct run_watch *w;
    bool start_only;
    bool streamed;  /* its output was shown */
    int interrupts; /* Ctrl-C while output was shown */
    int code;
    char *trouble; /* why it could not be started */
};

/* ---- Ctrl-C ---- */

static volatile sig_atomic_t broken_off; /* while waiting for the start */

static void break_off(int sig)
{
    broken_off = sig;
    client_watch_interrupt();
}

static void catch_signals(void (*handler)(int))
{
    struct sigaction act = {.sa_handler = handler};
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

static int ask_to_stop(const struct run_watch *w, struct err *e)
{
    AUTO_FREE char *path = client_path(kind_find("Pod"), client_ns(w->cli), w->pod);
    AUTO_JSON json_t *patch = json_pack("{s:{s:{s:s}}}", "spec", "sedge", "state", "Stopped");
    return w->remove ? client_call(w->cli, "DELETE", path, NULL, NULL, e) : client_patch(w->cli, path, patch, NULL, e);
}

/* The first one stops the container, whose last words are still shown; the second leaves it alone. */
static int on_signal(void *self, int sig)
{
    struct running *g = self;
    struct err e = {0};
    if (g->interrupts++ > 0)
        return -EINTR;
    if (ask_to_stop(g->w, &e) < 0)
        cli_fail(g->w->cli, &e);
    return 0;
}

/* ---- output ---- */

/* It ended before anybody could be attached to it. */
static void show_whole_log(const struct run_watch *w)
{
    AUTO_BUF struct buf text = {0};
    struct err ignored;
    if (pod_log_tail(w->cli, w->pod, -1, &text, &ignored) == 0)
        fwrite(buf_str(&text), 1, text.len, stdout);
    cli_flush(stdout);
}

static int relay_stream(struct running *g, struct stream *s, struct err *e)
{
    const struct run_watch *w = g->w;
    bool raw = w->tty && w->input;
    struct relay relay = {
        .stream = s, .terminal = raw, .input = raw, .on_signal = w->tty ? NULL : on_signal, .self = g};
    return relay_run(&relay, e);
}

static int show_output(struct running *g)
{
    const struct run_watch *w = g->w;
    struct pod_log_query q = {.follow = true, .tail = -1};
    AUTO(stream_done)
    struct stream s = {0};
    AUTO_FREE char *path = stream_pod_path(client_ns(w->cli), w->pod);
    AUTO_JSON json_t *request = w->tty ? json_pack("{s:s}", "op", "attach") : pod_log_request(&q);
    struct err e = {0};
    g->streamed = true;
    if (w->tty)
        relay_put_size(request);
    int r = client_connect(w->cli, &e);
    if (r == 0)
        r = stream_begin(&w->cli->conn, path, request, &s, &e);
    if (r == 0)
        r = relay_stream(g, &s, &e);
    if (r == -EINTR)
        return RUN_LEFT;
    if (w->tty && s.error)
        show_whole_log(w);
    else if (r < 0 || s.error)
        cli_note(w->cli, "The output of %s is cut off: %s", w->pod, s.error ? s.error : err_text(&e));
    return 0;
}

/* ---- watching ---- */

static bool has_started(const json_t *pod)
{
    const json_t *report = pod_words_report(pod);
    return json_at(report, "state", "running", NULL) || json_at(report, "state", "terminated", NULL) ||
           json_at(report, "lastState", "terminated", NULL);
}

static int look(void *data, const json_t *pod)
{
    struct running *g = data;
    const char *reason, *trouble = pod ? pod_words_trouble(pod, &reason) : NULL;
    if (!pod)
        return RUN_GONE;
    if (trouble && !g->streamed && !has_started(pod)) {
        g->trouble = mem_strdup(trouble);
        return RUN_FAILED;
    }
    if (g->start_only)
        return has_started(pod) ? RUN_STARTED : 0;
    if (!g->streamed && has_started(pod)) {
        int r = show_output(g);
        if (r != 0 || (g->interrupts && g->w->remove))
            return r ? r : RUN_GONE;
    }
    if (pod_words_exit(pod, &g->code))
        return RUN_ENDED;
    return g->interrupts && pod_words_life(pod) != POD_GOES ? RUN_GONE : 0;
}

/* From the creation on; when the watch breaks (the head was started again) from what is now. */
static int watch(struct running *g, struct err *e)
{
    const struct run_watch *w = g->w;
    AUTO_FREE char *field = mem_printf("metadata.name=%s", w->pod);
    struct client_await a = {
        .kind = kind_find("Pod"), .ns = client_ns(w->cli), .name = w->pod, .look = look, .data = g};
    struct client_watch first = {
        .kind = a.kind, .ns = a.ns, .field = field, .revision = w->revision, .told = client_await_told, .data = &a};
    int r = client_watch(w->cli, &first, e);
    if (r < 0 && !broken_off)
        r = client_await(w->cli, &a, e);
    return r;
}

int run_pod_remove(struct cli *cli, const char *pod, struct err *e)
{
    AUTO_FREE char *path = client_path(kind_find("Pod"), client_ns(cli), pod);
    int r = client_call(cli, "DELETE", path, NULL, NULL, e);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    return client_await_gone(cli, kind_find("Pod"), client_ns(cli), pod, e);
}

static int fail_start(const struct run_watch *w, const char *trouble)
{
    struct err e = {0};
    cli_failf(w->cli, "run %s: %s", w->image, trouble);
    if (run_pod_remove(w->cli, w->pod, &e) < 0)
        cli_fail(w->cli, &e);
    return CLI_FAILED;
}

static int leave_early(const struct run_watch *w)
{
    struct err e = {0};
    if (run_pod_remove(w->cli, w->pod, &e) < 0)
        cli_fail(w->cli, &e);
    return 128 + broken_off;
}

static int run(struct running *g, struct err *e)
{
    catch_signals(break_off);
    int r = watch(g, e);
    catch_signals(SIG_DFL);
    return r;
}

int run_watch_start(const struct run_watch *w)
{
    struct running g = {.w = w, .start_only = true};
    struct err e = {0};
    int r = run(&g, &e);
    if (broken_off)
        return leave_early(w);
    if (r == RUN_FAILED)
        r = fail_start(w, g.trouble);
    else if (r == RUN_GONE)
        r = cli_failf(w->cli, "run %s: somebody removed %s meanwhile", w->image, w->pod);
    else if (r < 0)
        r = cli_fail(w->cli, &e);
    else
        r = puts(w->pod) < 0;
    free(g.trouble);
    return r;
}

/* Takes it away after its end. */
static void remove_ended(const struct run_watch *w)
{
    AUTO_FREE char *path = client_path(kind_find("Pod"), client_ns(w->cli), w->pod);
    struct err e = {0};
    int r = w->remove_waits ? run_pod_remove(w->cli, w->pod, &e) : client_call(w->cli, "DELETE", path, NULL, NULL, &e);
    if (r < 0 && r != -ENOENT)
        cli_fail(w->cli, &e);
}

int run_watch_end(const struct run_watch *w)
{
    struct running g = {.w = w};
    struct err e = {0};
    int r = run(&g, &e);
    if (broken_off && !g.streamed)
        return leave_early(w);
    if (r == RUN_FAILED) {
        r = fail_start(w, g.trouble);
        free(g.trouble);
        return r;
    }
    if (r < 0)
        return cli_fail(w->cli, &e);
    if (g.interrupts)
        return 128 + SIGINT;
    if (r == RUN_GONE)
        return cli_failf(w->cli, "run %s: somebody removed %s meanwhile", w->image, w->pod);
    if (w->remove)
        remove_ended(w);
    return g.code < 0 ? cli_failf(w->cli, "%s has ended; its exit status is not known", w->pod) : g.code & 0xff;
}
