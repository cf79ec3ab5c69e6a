// SPDX-License-Identifier: Apache-2.0
/* Log operations on nodes, one for each pod that crashed; a node that is silent for some seconds is given up. */
#include "head/crash_logs.h"

#include <uv.h>

#include "head/object_facts.h"

#define LINES       10
#define BYTES_MAX   4096U /* of what is kept: the end */
#define PATIENCE_MS 5000

struct question {
    struct crash_logs *logs; /* weak */
    char *key;
    struct buf text;
    struct link_op *op; /* NULL: answered, or given up */
    bool known;
    int64_t asked_us;
};
struct crash_logs {
    struct head *head;    /* weak */
    struct map questions; /* uid of the pod -> struct question */
    void (*arrived)(void *data, const char *key);
    void *data;
    uv_timer_t timer;
};

static void question_free(void *p)
{
    struct question *q = p;
    if (q->op)
        link_op_cancel(q->op);
    buf_done(&q->text);
    free(q->key);
    free(q);
}

struct crash_logs *crash_logs_new(struct head *h, void (*arrived)(void *data, const char *key), void *data)
{
    struct crash_logs *l = mem_alloc(sizeof(*l));
    l->head = h;
    l->arrived = arrived;
    l->data = data;
    map_init(&l->questions, question_free);
    uv_timer_init(&h->loop, &l->timer);
    l->timer.data = l;
    return l;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void crash_logs_free(struct crash_logs *l)
{
    if (!l)
        return;
    map_done(&l->questions);
    uv_close((uv_handle_t *)&l->timer, on_closed);
}

const char *crash_logs_get(const struct crash_logs *l, const json_t *pod)
{
    const struct question *q = map_get(&l->questions, object_uid(pod));
    return q && q->known ? buf_str(&q->text) : NULL;
}

static void keep_end(struct buf *b)
{
    if (b->len > BYTES_MAX)
        buf_drop(b, b->len - BYTES_MAX);
}

static void settle(struct question *q)
{
    q->known = true;
    q->op = NULL;
    q->logs->arrived(q->logs->data, q->key);
}

static void on_frame(void *data, const struct frame *f)
{
    struct question *q = data;
    if (f->type == FRAME_CLOSE) {
        settle(q); /* the operation frees itself */
    } else if (f->type == FRAME_DATA || f->type == FRAME_DATA_ERR) {
        buf_add(&q->text, f->data, f->len);
        keep_end(&q->text);
        link_op_credit(q->op, f->len);
    }
}

/* Gives up those that wait too long. */
static void on_time(uv_timer_t *t)
{
    struct crash_logs *l = t->data;
    int64_t now = clock_mono_us();
    bool waits = false;
    for (size_t i = 0; i < l->questions.n; i++) {
        struct question *q = l->questions.items[i].value;
        if (q->known)
            continue;
        if (now - q->asked_us < PATIENCE_MS * US_PER_MS) {
            waits = true;
            continue;
        }
        link_op_cancel(q->op);
        settle(q);
    }
    if (waits)
        uv_timer_start(&l->timer, on_time, PATIENCE_MS, 0);
}

/* The container that is in trouble, or the first. */
static const char *container_of(const json_t *pod)
{
    size_t i;
    json_t *report;
    json_array_foreach(json_at(pod, "status", "containerStatuses", NULL), i, report)
    {
        const char *reason = json_str(json_at(report, "state", "waiting", NULL), "reason", "");
        if (str_eq(reason, POD_FAILED_CRASH) || json_int(json_at(report, "state", "terminated", NULL), "exitCode", 0))
            return json_str(report, "name", "");
    }
    return json_str(json_array_get(json_at(pod, "spec", "containers", NULL), 0), "name", "");
}

void crash_logs_ask(struct crash_logs *l, const json_t *pod, const char *key)
{
    const char *node = json_str(json_object_get(pod, "spec"), "nodeName", "");
    struct err e = {0};
    if (map_has(&l->questions, object_uid(pod)))
        return;
    struct question *q = mem_alloc(sizeof(*q));
    *q = (struct question){.logs = l, .key = mem_strdup(key), .asked_us = clock_mono_us()};
    map_set(&l->questions, object_uid(pod), q);
    AUTO_JSON json_t *request = json_pack("{s:s, s:s, s:s, s:i}", "op", "logs", "pod", object_uid(pod), "container",
                                          container_of(pod), "tailLines", LINES);
    if (!links_connected(l->head, node) || link_op_start(l->head, node, request, on_frame, q, &q->op, &e) < 0) {
        settle(q);
        return;
    }
    if (!uv_is_active((uv_handle_t *)&l->timer))
        uv_timer_start(&l->timer, on_time, PATIENCE_MS, 0);
}

void crash_logs_forget(struct crash_logs *l, const json_t *pod)
{
    map_del(&l->questions, object_uid(pod));
}
