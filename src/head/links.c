// SPDX-License-Identifier: Apache-2.0
/* Links: a node's connection from its request to its end. */
#include "head/links.h"

#include <errno.h>
#include <string.h>

#include "head/api_private.h"
#include "head/links_private.h"
#include "head/object_shape.h"

#define GRACE_MS 5000

/* A request for a link on its way to becoming one. */
struct link_wish {
    struct head *h;
    char *node;
    bool remote;
};

struct link *link_find(const struct links *ls, const char *node)
{
    struct link *l = ls ? ls->all : NULL;
    while (l && !str_eq(l->node, node))
        l = l->next;
    return l;
}

bool links_connected(const struct head *h, const char *node)
{
    const struct link *l = link_find(h->links, node);
    return l && l->greeted;
}

int64_t links_services(const struct head *h, const char *node)
{
    const struct link *l = link_find(h->links, node);
    return l ? l->services : 0;
}

int link_send(struct link *l, const json_t *message)
{
    int r = frame_conn_put_json(l->conn, FRAME_MESSAGE, 0, message);
    if (r < 0)
        log_error("node=%s a message of type %s is too long to be sent", l->node, json_str(message, "type", ""));
    return r;
}

static void link_free(struct link *l)
{
    struct link **at = &l->links->all;
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    frame_conn_close(l->conn);
    buf_done(&l->parts);
    free(l->node);
    free(l);
}

/* ---- what comes ---- */

static int hello(struct link *l, const json_t *message, struct err *e)
{
    if (!str_eq(json_str(message, "type", NULL), "hello"))
        return err_set(e, EINVAL, "its first message is not 'hello'");
    int r = link_node_update(l->links, l->node, json_object_get(message, "status"), e);
    if (r < 0)
        return r;
    log_info("node=%s connected", l->node);
    AUTO_JSON json_t *now = json_pack("{s:s, s:I, s:I}", "type", "time", "now", (json_int_t)clock_now_us(), "aliveMs",
                                      (json_int_t)(link_lost_us(l->links) / US_PER_MS / 2));
    link_send(l, now);
    /* However much it is to run, it must be told once: only what comes on top may not grow without end. */
    frame_conn_allow(l->conn, SIZE_MAX);
    link_sync_all(l);
    frame_conn_allow(l->conn, frame_conn_queued(l->conn) + LINK_QUEUE_MAX);
    l->greeted = true;
    return 0;
}

static int take_message(struct link *l, const struct frame *f, struct err *e)
{
    AUTO_JSON json_t *message = NULL;
    int r = frame_take_json(&l->parts, f, &message, e);
    if (r <= 0)
        return r;
    if (!json_is_object(message))
        return err_set(e, EINVAL, "its message is no object");
    return l->greeted ? link_report(l, message, e) : hello(l, message, e);
}

static int on_frame(void *data, const struct frame *f, struct err *e)
{
    struct link *l = data;
    bool message = f->type == FRAME_MESSAGE || f->type == FRAME_PART;
    l->heard_us = clock_mono_us();
    if (f->stream == 0 && f->type == FRAME_ALIVE)
        return 0;
    if (f->stream == 0)
        return message ? take_message(l, f, e) : err_set(e, EINVAL, "frame of type %d on stream 0", (int)f->type);
    return link_op_frame(l, f, e);
}

void link_lost(struct link *l, const char *why)
{
    struct links *ls = l->links;
    AUTO_FREE char *node = mem_strdup(l->node);
    log_warn("node=%s disconnected: %s", node, why);
    link_ops_break(l, "the link to the node broke");
    link_free(l);
    link_node_lost(ls, node, why);
}

static void on_ended(void *data, const char *why)
{
    struct link *l = data;
    l->conn = NULL;
    link_lost(l, why);
}

void link_end(struct link *l, const char *why)
{
    log_info("node=%s its link is closed: %s", l->node, why);
    link_ops_break(l, why);
    link_free(l);
}

/* ---- accepting ---- */

static void begin(struct links *ls, const struct link_wish *w, int fd, const void *extra, size_t len)
{
    const char *node = w->node;
    static const struct frame_conn_calls calls = {on_frame, on_ended};
    struct link *old = link_find(ls, node);
    if (old) { /* the node came back before its old connection was seen to break */
        log_info("node=%s connects again: its old link is closed", node);
        link_ops_break(old, "the node connected again");
        link_free(old);
    }
    struct link *l = mem_alloc(sizeof(*l));
    l->links = ls;
    l->node = mem_strdup(node);
    l->remote = w->remote;
    l->heard_us = clock_mono_us();
    l->next = ls->all;
    ls->all = l;
    l->conn = frame_conn_new(&ls->h->loop, fd, extra, len, LINK_QUEUE_MAX, &calls, l);
    if (!l->conn)
        link_free(l);
    else if (l->remote)
        link_alive_watch(ls);
}

static void on_ready(void *data, int fd, const void *extra, size_t len)
{
    struct link_wish *w = data;
    if (fd >= 0 && w->h->links)
        begin(w->h->links, w, fd, extra, len);
    else
        mem_closep(&fd);
    free(w->node);
    free(w);
}

void links_accept(struct head *h, struct http_request *r, const char *node)
{
    struct err e = {0};
    if (object_name_check(kind_find("Node"), node, "node", &e) < 0) {
        api_refuse(r, 400, "BadRequest", "%s", err_text(&e));
        return;
    }
    struct link_wish *w = mem_alloc(sizeof(*w));
    *w = (struct link_wish){.h = h, .node = mem_strdup(node), .remote = !http_is_local(r)};
    http_upgrade(r, FRAME_PROTOCOL, on_ready, w);
}

/* ---- start and stop ---- */

static void on_grace(uv_timer_t *timer)
{
    struct links *ls = timer->data;
    link_nodes_missing(ls);
}

int links_start(struct head *h, struct err *e)
{
    struct links *ls = mem_alloc(sizeof(*ls));
    ls->h = h;
    h->links = ls;
    uv_timer_init(&h->loop, &ls->grace);
    uv_timer_init(&h->loop, &ls->silence);
    ls->grace.data = ls->silence.data = ls;
    uv_timer_start(&ls->grace, on_grace, GRACE_MS, 0);
    int r = link_gone_start(ls, e);
    if (r == 0)
        r = link_peers_start(ls, e);
    return r < 0 ? r : link_sync_start(ls, e);
}

/* The grace timer is closed after the other, and its memory is both's. */
static void on_grace_closed(uv_handle_t *timer)
{
    free(timer->data);
}

/* The Node objects stay as they are: a head that is started again finds its nodes as it left them. */
void links_stop(struct head *h)
{
    struct links *ls = take_ptr(h->links);
    if (!ls)
        return;
    link_sync_stop(ls);
    link_gone_stop(ls);
    link_peers_stop(ls);
    while (ls->all) {
        link_ops_break(ls->all, "the head stops");
        link_free(ls->all);
    }
    uv_close((uv_handle_t *)&ls->silence, NULL);
    uv_close((uv_handle_t *)&ls->grace, on_grace_closed);
}
