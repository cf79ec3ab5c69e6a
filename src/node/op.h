// SPDX-License-Identifier: Apache-2.0
/* Operations that a client sends through the head: one stream of the link each. */
#pragma once

#include "http/frame.h"
#include "node/node_state.h"

struct op;
struct op_kind {
    const char *name;
    void (*start)(struct op *op); /* may end it at once */
    void (*data)(struct op *op, const void *bytes,
                 size_t len);   /* input; op_consumed tells when it is used up. NULL: none is taken */
    void (*eof)(struct op *op); /* no more of it */
    void (*message)(struct op *op, const json_t *m);
    void (*writable)(struct op *op); /* there is room for output again */
    void (*cancel)(struct op *op);   /* the other side is gone: let everything go; the op is freed after */
    void (*pod_changed)(struct op *op, struct node_pod *p); /* a pod's status changed, or it goes now. May end the op */
};
struct op {
    struct node *node;
    const struct op_kind *kind;
    uint32_t stream;
    json_t *request;
    void *state;  /* the kind's own */
    int64_t room; /* bytes of output that may be sent */
    struct op *next;
};
extern const struct op_kind op_logs, op_exec, op_attach, op_images, op_image_pull, op_image_import, op_image_remove;

void op_message(struct op *op, const json_t *m);
/* At most op->room bytes are taken from the caller's. */
void op_data(struct op *op, bool is_err, const void *bytes, size_t len);
void op_consumed(struct op *op, size_t len);
/* Sends CLOSE and frees the op: its state must be let go already. error may be NULL. */
void op_end(struct op *op, int64_t code, const char *error);
/* The container that a request names (by pod's uid and container's name, the only one when there is none). NULL with
 * `e`. */
struct node_pod *op_container(struct op *op, size_t *ret_container, struct err *e);
