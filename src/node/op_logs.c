// SPDX-License-Identifier: Apache-2.0
/* The operation "logs": what a container printed, and what it goes on printing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "node/op.h"

/* A run of text of one of the two streams; they lie one after the other in `pending`. */
struct part {
    size_t len;
    bool is_err;
};
struct logs {
    struct op *op; /* NULL: cancelled while the pool reads */
    char *path, *uid;
    size_t container;
    struct container_log_query query;
    bool follow, ended, polling;
    struct log_cursor *cursor;
    uv_poll_t poll;
    struct buf pending;
    struct part *parts;
    size_t n_parts, at; /* at: the first that is not sent */
    int r;
    struct err e;
};

static bool add_line(void *data, bool is_err, const char *text, size_t len)
{
    struct logs *l = data;
    buf_add(&l->pending, text, len);
    if (l->n_parts > l->at && l->parts[l->n_parts - 1].is_err == is_err) {
        l->parts[l->n_parts - 1].len += len;
        return true;
    }
    l->parts = mem_push(l->parts, l->n_parts, sizeof(*l->parts));
    l->parts[l->n_parts++] = (struct part){len, is_err};
    return true;
}

static void logs_free(struct logs *l)
{
    log_cursor_free(l->cursor);
    buf_done(&l->pending);
    free(l->parts);
    free(l->path);
    free(l->uid);
    free(l);
}

static void poll_closed(uv_handle_t *h)
{
    logs_free(h->data);
}

static void let_go(struct logs *l)
{
    if (l->polling)
        uv_close((uv_handle_t *)&l->poll, poll_closed);
    else
        logs_free(l);
}

/* Sends as much as may be sent. */
static void flush(struct logs *l)
{
    size_t used = 0;
    while (l->at < l->n_parts && l->op->room > 0) {
        struct part *p = &l->parts[l->at];
        size_t len = (int64_t)p->len < l->op->room ? p->len : (size_t)l->op->room;
        op_data(l->op, p->is_err, l->pending.data + used, len);
        used += len;
        p->len -= len;
        if (p->len == 0)
            l->at++;
    }
    buf_drop(&l->pending, used);
    if (l->at < l->n_parts)
        return;
    buf_done(&l->pending);
    free(take_ptr(l->parts));
    l->n_parts = l->at = 0;
}

static void on_grown(uv_poll_t *p, int status, int events);

/* Sends, then waits for more, or ends. */
static void go_on(struct logs *l)
{
    struct op *op = l->op;
    flush(l);
    if (l->n_parts > 0) {
        if (l->polling)
            uv_poll_stop(&l->poll);
        return; /* until there is room */
    }
    if (l->follow && !l->ended) {
        uv_poll_start(&l->poll, UV_READABLE, on_grown);
        return;
    }
    let_go(l);
    op_end(op, 0, NULL);
}

static void on_grown(uv_poll_t *p, int status, int events)
{
    struct logs *l = p->data;
    if (l->n_parts == 0)
        (void)log_cursor_more(l->cursor, &l->query, add_line, l, &l->e);
    go_on(l);
}

static void read_work(void *data)
{
    struct logs *l = data;
    l->r = container_log_read(l->path, &l->query, add_line, l, l->follow ? &l->cursor : NULL, &l->e);
}

static bool is_over(const struct logs *l, const struct node_pod *p)
{
    const struct container_known *c = &p->known.containers[l->container];
    return !container_is_up(c) && (p->deleting || container_is_done(&p->pod.spec, c));
}

static void read_after(void *data)
{
    struct logs *l = data;
    struct op *op = l->op;
    if (!op) {
        logs_free(l);
        return;
    }
    if (l->r == 0 && l->follow) {
        const struct node_pod *p = map_get(&op->node->pods, l->uid);
        l->ended = !p || is_over(l, p);
        l->poll.data = l;
        l->polling = uv_poll_init(&op->node->loop, &l->poll, log_cursor_fd(l->cursor)) == 0;
        l->follow = l->polling;
    }
    l->query.tail = -1;
    l->query.since_us = 0;
    if (l->r == 0) {
        op->state = l;
        go_on(l);
        return;
    }
    op_end(op, 1, err_text(&l->e));
    logs_free(l);
}

static void logs_start(struct op *op)
{
    struct err e = {0};
    size_t container;
    const char *since = json_str(op->request, "sinceTime", NULL);
    struct node_pod *p = op_container(op, &container, &e);
    struct container_log_query q = {.tail = json_int(op->request, "tailLines", -1),
                                    .timestamps = json_bool(op->request, "timestamps", false),
                                    .out = true,
                                    .err = true};
    if (p && !str_empty(since) && clock_parse_rfc3339(since, &q.since_us) < 0) {
        err_set(&e, EINVAL, "sinceTime: '%s' is no time as in 2026-01-02T03:04:05Z", since);
        p = NULL;
    }
    if (!p) {
        op_end(op, 1, err_text(&e));
        return;
    }
    struct logs *l = mem_alloc(sizeof(*l));
    *l = (struct logs){.op = op,
                       .uid = mem_strdup(p->pod.meta.uid),
                       .container = container,
                       .query = q,
                       .follow = json_bool(op->request, "follow", false)};
    l->path = rootfs_log_path(&op->node->dirs, p->known.containers[container].id);
    op->state = l;
    if (!file_exists(l->path)) {
        AUTO_FREE char *text =
            mem_printf("container %s has not run yet: there is no log", p->known.containers[container].id);
        logs_free(l);
        op_end(op, 1, text);
        return;
    }
    node_work(op->node, read_work, read_after, l);
    l->ended = false;
}

static void logs_writable(struct op *op)
{
    struct logs *l = op->state;
    if (l->polling || l->n_parts > 0)
        go_on(l);
}

static void logs_changed(struct op *op, struct node_pod *p)
{
    struct logs *l = op->state;
    if (!l->polling || !str_eq(l->uid, p->pod.meta.uid) || !is_over(l, p))
        return;
    l->ended = true;
    (void)log_cursor_more(l->cursor, &l->query, add_line, l, &l->e);
    go_on(l);
}

static void logs_cancel(struct op *op)
{
    struct logs *l = op->state;
    if (l->polling || l->n_parts > 0)
        let_go(l);
    else
        l->op = NULL; /* the pool reads: it is freed after that */
}

const struct op_kind op_logs = {
    .name = "logs", .start = logs_start, .writable = logs_writable, .pod_changed = logs_changed, .cancel = logs_cancel};
