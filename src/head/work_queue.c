// SPDX-License-Identifier: Apache-2.0
/* A keyed queue on the loop: an idle handle while keys are ready, a timer while keys wait. */
#include "head/work_queue.h"

#include <errno.h>

#define AT_ONCE  16 /* keys looked at before the loop may do other things */
#define STUBBORN 20 /* conflicts in a row after which a key has to wait like one that failed */

struct key {
    bool ready;
    int64_t due_us; /* monotonic; 0: waits for no time */
    unsigned failures, conflicts;
};

struct work_queue {
    work_handler handler;
    void *data;
    struct map keys; /* text -> struct key: those ready and those waiting */
    size_t n_ready;
    uv_idle_t idle;
    uv_timer_t timer;
    int open_handles;
};

int64_t work_queue_back_off(unsigned failures)
{
    int64_t us = WORK_QUEUE_FIRST_US;
    for (unsigned i = 1; i < failures && us < WORK_QUEUE_LAST_US; i++)
        us *= 2;
    return us < WORK_QUEUE_LAST_US ? us : WORK_QUEUE_LAST_US;
}

static void on_time(uv_timer_t *t);
static void on_idle(uv_idle_t *i);

/* Sets the timer to the earliest key that waits, the idle handle to whether any is ready. */
static void arm(struct work_queue *q)
{
    int64_t first = 0;
    for (size_t i = 0; i < q->keys.n; i++) {
        const struct key *k = q->keys.items[i].value;
        if (k->due_us > 0 && (first == 0 || k->due_us < first))
            first = k->due_us;
    }
    if (first == 0) {
        uv_timer_stop(&q->timer);
    } else {
        int64_t wait_us = first - clock_mono_us();
        uv_update_time(q->timer.loop);
        uv_timer_start(&q->timer, on_time, wait_us > 0 ? (uint64_t)((wait_us + 999) / 1000) : 0, 0);
    }
    if (q->n_ready > 0)
        uv_idle_start(&q->idle, on_idle);
    else
        uv_idle_stop(&q->idle);
}

static void make_ready(struct work_queue *q, struct key *k)
{
    q->n_ready += !k->ready;
    k->ready = true;
    k->due_us = 0;
}

static void on_time(uv_timer_t *t)
{
    struct work_queue *q = t->data;
    int64_t now = clock_mono_us();
    for (size_t i = 0; i < q->keys.n; i++) {
        struct key *k = q->keys.items[i].value;
        if (k->due_us > 0 && k->due_us <= now)
            make_ready(q, k);
    }
    arm(q);
}

/* When the key is to be looked at again, after its handler gave `r`: 0 for never, < 0 for at once. */
static int64_t next_look(struct key *k, int64_t r)
{
    if (r == -EAGAIN && ++k->conflicts < STUBBORN)
        return -1;
    if (r >= 0) {
        k->failures = k->conflicts = 0;
        return r;
    }
    k->conflicts = 0;
    return work_queue_back_off(++k->failures);
}

static void look(struct work_queue *q, const char *text)
{
    struct key *k = map_get(&q->keys, text);
    k->ready = false;
    q->n_ready--;
    int64_t r = q->handler(q->data, text);
    k = map_get(&q->keys, text); /* the handler may have named keys: the table may have moved */
    int64_t wait_us = next_look(k, r);
    if (wait_us < 0)
        make_ready(q, k);
    else if (wait_us > 0 && !k->ready)
        k->due_us = clock_mono_us() + wait_us;
    else if (!k->ready)
        map_del(&q->keys, text);
}

/* The first key that is ready. The caller frees. */
static char *first_ready(const struct work_queue *q)
{
    for (size_t i = 0; i < q->keys.n; i++)
        if (((const struct key *)q->keys.items[i].value)->ready)
            return mem_strdup(q->keys.items[i].key);
    return NULL;
}

static void on_idle(uv_idle_t *i)
{
    struct work_queue *q = i->data;
    for (int n = 0; n < AT_ONCE && q->n_ready > 0; n++) {
        AUTO_FREE char *text = first_ready(q);
        look(q, text);
    }
    arm(q);
}

struct work_queue *work_queue_new(uv_loop_t *loop, work_handler handler, void *data)
{
    struct work_queue *q = mem_alloc(sizeof(*q));
    q->handler = handler;
    q->data = data;
    map_init(&q->keys, free);
    uv_idle_init(loop, &q->idle);
    uv_timer_init(loop, &q->timer);
    q->idle.data = q->timer.data = q;
    q->open_handles = 2;
    return q;
}

void work_queue_add(struct work_queue *q, const char *text)
{
    struct key *k = map_get(&q->keys, text);
    if (!k)
        map_set(&q->keys, text, k = mem_alloc(sizeof(*k)));
    if (k->ready)
        return;
    make_ready(q, k);
    uv_idle_start(&q->idle, on_idle);
}

size_t work_queue_waiting(const struct work_queue *q)
{
    return q->keys.n;
}

static void on_closed(uv_handle_t *h)
{
    struct work_queue *q = h->data;
    if (--q->open_handles == 0)
        free(q);
}

void work_queue_free(struct work_queue *q)
{
    if (!q)
        return;
    map_done(&q->keys);
    q->n_ready = 0;
    uv_close((uv_handle_t *)&q->idle, on_closed);
    uv_close((uv_handle_t *)&q->timer, on_closed);
}
