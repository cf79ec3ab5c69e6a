// SPDX-License-Identifier: Apache-2.0
/* Blocking work off the loop. */
#include "node/node_state.h"

struct work {
    uv_work_t request;
    void (*work)(void *data);
    void (*after)(void *data);
    void *data;
};

static void on_work(uv_work_t *r)
{
    struct work *w = r->data;
    w->work(w->data);
}

static void on_after(uv_work_t *r, int status)
{
    struct work *w = r->data;
    w->after(w->data);
    free(w);
}

void node_work(struct node *n, void (*work)(void *data), void (*after)(void *data), void *data)
{
    struct work *w = mem_alloc(sizeof(*w));
    w->work = work;
    w->after = after;
    w->data = data;
    w->request.data = w;
    (void)uv_queue_work(&n->loop, &w->request, on_work, on_after); /* fails for NULL only */
}
