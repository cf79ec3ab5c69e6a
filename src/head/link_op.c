// SPDX-License-Identifier: Apache-2.0
/* Operations: a stream of a node's link each, passed frame by frame to whoever asked. */
#include <errno.h>
#include <string.h>

#include "head/links_private.h"

#define OPS_MAX 1000 /* of one node at once */

struct link_op {
    struct link_op *next;
    struct link *link;
    uint32_t stream;
    void (*frame)(void *data, const struct frame *f);
    void *data;
    size_t under_way; /* bytes of DATA that came and are not credited */
};

static struct link_op *find_stream(const struct link *l, uint32_t stream)
{
    struct link_op *op = l->ops;
    while (op && op->stream != stream)
        op = op->next;
    return op;
}

static void unlink_op(struct link_op *op)
{
    struct link_op **at = &op->link->ops;
    while (*at != op)
        at = &(*at)->next;
    *at = op->next;
}

/* The head's streams are even. */
static uint32_t free_stream(struct link *l)
{
    do
        l->last_stream = l->last_stream >= UINT32_MAX - 2 ? 2 : l->last_stream + 2;
    while (find_stream(l, l->last_stream));
    return l->last_stream;
}

int link_op_start(struct head *h, const char *node, const json_t *request,
                  void (*frame)(void *data, const struct frame *f), void *data, struct link_op **ret, struct err *e)
{
    struct link *l = link_find(h->links, node);
    if (!l || !l->greeted)
        return err_set(e, ENOTCONN, "node '%s' is not connected; is `sedge node` running on it?", node);
    size_t n = 0;
    for (const struct link_op *op = l->ops; op; op = op->next)
        n++;
    if (n >= OPS_MAX)
        return err_set(e, EBUSY, "node '%s' has %zu operations under way; try again later", node, n);
    uint32_t stream = free_stream(l);
    if (frame_conn_put_json(l->conn, FRAME_MESSAGE, stream, request) < 0)
        return err_set(e, E2BIG, "the request for node '%s' is too long", node);
    struct link_op *op = mem_alloc(sizeof(*op));
    *op = (struct link_op){.next = l->ops, .link = l, .stream = stream, .frame = frame, .data = data};
    l->ops = op;
    *ret = op;
    return 0;
}

void link_op_send(struct link_op *op, enum frame_type type, const void *data, size_t len)
{
    frame_conn_put(op->link->conn, type, op->stream, data, len);
}

int link_op_message(struct link_op *op, const json_t *message)
{
    if (frame_conn_queued(op->link->conn) > LINK_QUEUE_HIGH)
        return -EBUSY;
    return frame_conn_put_json(op->link->conn, FRAME_MESSAGE, op->stream, message);
}

void link_op_credit(struct link_op *op, size_t bytes)
{
    uint8_t n[4] = {(uint8_t)(bytes >> 24), (uint8_t)(bytes >> 16), (uint8_t)(bytes >> 8), (uint8_t)bytes};
    if (bytes == 0 || bytes > op->under_way)
        return;
    op->under_way -= bytes;
    frame_conn_put(op->link->conn, FRAME_CREDIT, op->stream, n, sizeof(n));
}

void link_op_cancel(struct link_op *op)
{
    frame_conn_put(op->link->conn, FRAME_CLOSE, op->stream, "{}", 2);
    unlink_op(op);
    free(op);
}

/* Ends it with a CLOSE of our own. */
static void end_op(struct link_op *op, const char *why)
{
    AUTO_JSON json_t *v = json_pack("{s:i, s:s}", "code", 1, "error", why);
    AUTO_FREE char *text = json_text(v);
    struct frame f = {.type = FRAME_CLOSE, .stream = op->stream, .data = (const uint8_t *)text, .len = strlen(text)};
    unlink_op(op);
    op->frame(op->data, &f);
    free(op);
}

void link_ops_break(struct link *l, const char *why)
{
    l->greeted = false; /* no new one is begun on it */
    while (l->ops)
        end_op(l->ops, why);
}

int link_op_frame(struct link *l, const struct frame *f, struct err *e)
{
    struct link_op *op = find_stream(l, f->stream);
    if (!op) /* one that was cancelled: its last frames were under way */
        return f->stream % 2 == 0 ? 0 : err_set(e, EINVAL, "it opens stream %u; nodes open none", f->stream);
    if (f->type == FRAME_DATA || f->type == FRAME_DATA_ERR) {
        op->under_way += f->len;
        if (op->under_way > FRAME_WINDOW)
            return err_set(e, EPROTO, "it sends more on stream %u than was asked for", f->stream);
    }
    if (f->type != FRAME_CLOSE) {
        op->frame(op->data, f);
        return 0;
    }
    unlink_op(op);
    op->frame(op->data, f);
    free(op);
    return 0;
}
