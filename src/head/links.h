// SPDX-License-Identifier: Apache-2.0
/* The nodes that are connected: what each is to run goes down its link, what it reports comes up (model/node_link.h).
 */
#pragma once

#include "head/head_state.h"

int links_start(struct head *h, struct err *e); /* sets h->links */
void links_stop(struct head *h);
/* POST /sedge/v1/nodes/<name>/link: answers and takes the connection over. */
/* Nodes on other machines say every so often that they live; one that is silent for machine.nodeLostMilliseconds has lost its link. */
void links_accept(struct head *h, struct http_request *r, const char *node);
bool links_connected(const struct head *h, const char *node);
/* Up to which revision the node has put the Services into its kernel; 0: it has not said, or is not connected. */
int64_t links_services(const struct head *h, const char *node);

/* An operation on a node. `frame` gets each frame of its stream, a long message in its PARTs, and CREDIT for what was
 * sent by link_op_send; after FRAME_CLOSE (also made up when the link breaks: {"code": 1, "error": ...}) the operation
 * is freed. */
struct link_op;
int link_op_start(struct head *h, const char *node, const json_t *request,
                  void (*frame)(void *data, const struct frame *f), void *data, struct link_op **ret, struct err *e);
void link_op_send(struct link_op *op, enum frame_type type, const void *data,
                  size_t len); /* DATA (at most FRAME_WINDOW before CREDIT comes), EOF */
int link_op_message(struct link_op *op,
                    const json_t *message);            /* -EMSGSIZE; -EBUSY: the node does not read, cancel it */
void link_op_credit(struct link_op *op, size_t bytes); /* that many bytes of its DATA were passed on */
void link_op_cancel(struct link_op *op);               /* no callback comes any more */
