// SPDX-License-Identifier: Apache-2.0
/* What the files of the links share. */
#pragma once

#include "head/frame_conn.h"
#include "head/links.h"
#include "head/work_queue.h"

#define LINK_QUEUE_MAX  (16 * 1024 * 1024) /* bytes that may wait for a node */
#define LINK_QUEUE_HIGH (4 * 1024 * 1024)  /* past this, clients' messages wait no more: they are refused */

/* Kinds that nodes are told about. */
enum told_kind { TOLD_POD, TOLD_SERVICE, TOLD_VOLUME, TOLD_KINDS };
#define WATCHES (TOLD_KINDS + 1) /* secrets are told with the pods that refer to them */

struct link {
    struct link *next;
    struct links *links;
    char *node;
    struct frame_conn *conn; /* NULL: it has ended */
    struct buf parts;
    bool remote;      /* over TLS: watched for silence */
    int64_t heard_us; /* monotonic: when the last frame came */
    bool greeted;     /* it said hello and was told everything */
    int64_t services; /* revision up to which its kernel has the Services; 0: not known */
    struct link_op *ops;
    uint32_t last_stream;
};

struct links {
    struct head *h;
    struct link *all;
    struct objects_watch *watches[WATCHES];
    struct objects_watch *nodes_watch, *peers_watch;
    struct work_queue *gone; /* names of Node objects that were deleted */
    uv_timer_t silence; /* runs while a link is remote */
    uv_timer_t grace; /* once after the start: nodes that have not come back by then are not ready */
};

struct link *link_find(const struct links *ls, const char *node);
int link_send(struct link *l, const json_t *message); /* on stream 0 */

/* link_sync.c: head -> node */
int link_sync_start(struct links *ls, struct err *e);
void link_sync_stop(struct links *ls);
void link_sync_all(struct link *l); /* all that concerns the node, then "synced" */
void link_send_gone(struct link *l, const char *kind, const char *ns, const char *name, const char *uid);

/* link_report.c: node -> head. Negative with `e`: the node breaks the protocol. */
int link_report(struct link *l, const json_t *message, struct err *e);

/* link_node.c: the Node object */
int link_node_update(struct links *ls, const char *node, const json_t *status, struct err *e);
void link_node_lost(struct links *ls, const char *node, const char *why);
void link_nodes_missing(struct links *ls);

/* A node whose object was deleted is no node any more: its key and its link go. */
int link_gone_start(struct links *ls, struct err *e);
void link_gone_stop(struct links *ls);

/* link_peers.c: where the other nodes are */
int link_peers_start(struct links *ls, struct err *e);
void link_peers_stop(struct links *ls);
int link_peers_all(struct link *l, struct err *e);

void link_end(struct link *l, const char *why);  /* links.c: closes it at once */
void link_lost(struct link *l, const char *why); /* the same, and its node is not ready from then on */

/* link_alive.c: silence */
int64_t link_lost_us(const struct links *ls);
void link_alive_watch(struct links *ls);

/* link_op.c */
int link_op_frame(struct link *l, const struct frame *f, struct err *e);
void link_ops_break(struct link *l, const char *why);
