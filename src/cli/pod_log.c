// SPDX-License-Identifier: Apache-2.0
/* Logs of pods, over one stream each. */
#include "cli/pod_log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "cli/names.h"

#define PODS_MAX  256
#define TAIL_MAX  (64 * 1024)
#define LINE_KEPT (64 * 1024)

json_t *pod_log_request(const struct pod_log_query *q)
{
    json_t *v = json_pack("{s:s, s:b}", "op", "logs", "follow", q->follow);
    if (q->tail >= 0)
        json_put_int(v, "tailLines", q->tail);
    json_put_str(v, "sinceTime", q->since);
    if (q->timestamps)
        json_object_set_new(v, "timestamps", json_true());
    return v;
}

static int keep(void *self, bool is_err, const void *bytes, size_t len)
{
    struct buf *to = self;
    buf_add(to, bytes, len < TAIL_MAX - to->len ? len : TAIL_MAX - to->len);
    return 0;
}

int pod_log_tail(struct cli *cli, const char *pod, int64_t lines, struct buf *ret, struct err *e)
{
    AUTO(stream_done)
    struct stream s = {0};
    struct pod_log_query q = {.tail = lines};
    struct stream_taker taker = {.data = keep, .self = ret};
    AUTO_JSON json_t *request = pod_log_request(&q);
    AUTO_FREE char *path = stream_pod_path(client_ns(cli), pod);
    int r = stream_open(cli, path, request, &s, e);
    if (r == 0)
        r = stream_run(&s, &taker, e);
    return r < 0 ? r : 0;
}

/* ---- printing ---- */

/* One pod's output on its way to ours. */
struct tap {
    struct stream stream;
    char *name;
    enum tint tint;
    int width; /* of the names in front; 0: none */
    const struct cli *cli;
    struct buf lines[2]; /* unfinished: output, errors */
};

static void print_lines(struct tap *t, bool is_err)
{
    struct buf *b = &t->lines[is_err];
    FILE *to = is_err ? stderr : stdout;
    bool color = is_err ? t->cli->color_err : t->cli->color_out;
    for (;;) {
        char *end = b->len ? memchr(b->data, '\n', b->len) : NULL;
        size_t len = end ? (size_t)(end - b->data) : b->len;
        if (!end && len < LINE_KEPT)
            return;
        fprintf(to, "%s%-*s |%s ", tint_on(color, t->tint), t->width, t->name, tint_off(color, t->tint));
        fwrite(b->data, 1, len, to);
        fputc('\n', to);
        buf_drop(b, len + (end ? 1 : 0));
    }
}

static int print(void *self, bool is_err, const void *bytes, size_t len)
{
    struct tap *t = self;
    FILE *to = is_err ? stderr : stdout;
    if (t->width > 0) {
        buf_add(&t->lines[is_err], bytes, len);
        print_lines(t, is_err);
    } else {
        fwrite(bytes, 1, len, to);
    }
    cli_flush(to);
    return 0;
}

static void taps_done(struct tap *taps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        stream_done(&taps[i].stream);
        mem_freep(&taps[i].name);
        buf_done(&taps[i].lines[0]);
        buf_done(&taps[i].lines[1]);
    }
    free(taps);
}

/* "web", or "web/2" where a component has several replicas. */
static void name_taps(struct tap *taps, const json_t *pods)
{
    static const enum tint tints[] = {TINT_BLUE, TINT_GREEN, TINT_YELLOW, TINT_RED};
    size_t n = json_array_size(pods), width = 0;
    for (size_t i = 0; i < n; i++) {
        const json_t *pod = json_array_get(pods, i);
        const char *component = label_of(pod, LABEL_COMPONENT);
        size_t same = 0, before = 0;
        for (size_t k = 0; k < n && component[0]; k++)
            if (str_eq(label_of(json_array_get(pods, k), LABEL_COMPONENT), component)) {
                same++;
                before += k < i;
            }
        taps[i].name = !component[0] ? mem_strdup(name_of(pod))
                       : same > 1    ? mem_printf("%s/%zu", component, before + 1)
                                     : mem_strdup(component);
        taps[i].tint = tints[i % ARRAY_LEN(tints)];
        width = strlen(taps[i].name) > width ? strlen(taps[i].name) : width;
    }
    for (size_t i = 0; i < n && n > 1; i++)
        taps[i].width = (int)width;
}

/* Takes what one pod says. 0; or -errno with `e`. */
static int step(struct tap *t, struct err *e)
{
    struct stream_taker taker = {.data = print, .self = t};
    int r = stream_step(&t->stream, &taker, e);
    if (r != 1)
        return r;
    for (int k = 0; k < 2; k++)
        if (t->lines[k].len > 0) {
            buf_addc(&t->lines[k], '\n');
            print_lines(t, k);
        }
    return t->stream.error ? err_set(e, EIO, "logs of %s: %s", t->name, t->stream.error) : 0;
}

/* Waits for the streams that are open; false when none is. */
static bool wait_for_taps(struct tap *taps, size_t n, struct pollfd *fds)
{
    bool open = false, pending = false;
    for (size_t i = 0; i < n; i++) {
        fds[i] = (struct pollfd){.fd = taps[i].stream.closed ? -1 : stream_fd(&taps[i].stream), .events = POLLIN};
        open |= !taps[i].stream.closed;
        pending |= !taps[i].stream.closed && stream_pending(&taps[i].stream);
    }
    if (open)
        poll(fds, n, pending ? 0 : -1);
    for (size_t i = 0; i < n; i++)
        if (fds[i].fd >= 0 && stream_pending(&taps[i].stream))
            fds[i].revents |= POLLIN;
    return open;
}

static int print_all(struct cli *cli, struct tap *taps, size_t n)
{
    AUTO_FREE struct pollfd *fds = mem_array(n, sizeof(*fds));
    int status = CLI_DONE;
    while (wait_for_taps(taps, n, fds)) {
        for (size_t i = 0; i < n; i++) {
            struct err e = {0};
            if (fds[i].fd < 0 || !fds[i].revents || step(&taps[i], &e) >= 0)
                continue;
            taps[i].stream.closed = true;
            status = cli_fail(cli, &e);
        }
    }
    return status;
}

/* In order: one pod's lines stand together. */
static int print_in_turn(struct cli *cli, struct tap *taps, size_t n)
{
    int status = CLI_DONE;
    for (size_t i = 0; i < n; i++) {
        struct err e = {0};
        int r = 0;
        while (r >= 0 && !taps[i].stream.closed)
            r = step(&taps[i], &e);
        if (r < 0)
            status = cli_fail(cli, &e);
    }
    return status;
}

int pod_log_print(struct cli *cli, const json_t *pods, const struct pod_log_query *q)
{
    size_t n = json_array_size(pods);
    struct err e = {0};
    if (n > PODS_MAX)
        return cli_failf(cli, "logs of %zu pods at once are too many; name a component or a replica", n);
    struct tap *taps = mem_array(n, sizeof(*taps));
    AUTO_JSON json_t *request = pod_log_request(q);
    int r = 0, status;
    name_taps(taps, pods);
    for (size_t i = 0; i < n && r == 0; i++) {
        AUTO_FREE char *path = stream_pod_path(client_ns(cli), name_of(json_array_get(pods, i)));
        taps[i].cli = cli;
        r = stream_open(cli, path, request, &taps[i].stream, &e);
        err_wrap(&e, r, "logs of %s", taps[i].name);
    }
    status = r < 0 ? cli_fail(cli, &e) : q->follow ? print_all(cli, taps, n) : print_in_turn(cli, taps, n);
    taps_done(taps, n);
    return status;
}
