// SPDX-License-Identifier: Apache-2.0
/* The connection to the head: one at a time, made again with growing waits while there is none; messages and operations
 * both ways.
 *
 * How it works. Connecting blocks, so it is done on the thread pool; the upgraded socket (over TLS: a relay's plain
 * end) then belongs to the loop.
 * Nothing is kept for a head that is away: at each new connection everything is told anew. A head that does not read
 * what it is sent is dropped. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/tls_relay.h"
#include "model/node_link.h"
#include "node/head_place.h"
#include "node/op.h"

#define QUEUE_MOST (8U * 1024 * 1024) /* bytes unread by the head */
#define READ_STEP  (64 * 1024)
#define OPS_MOST   256
#define CLOCK_OFF_US   (2 * US_PER_S) /* below it clocks are left alone */
#define RENEW_AGAIN_US (60 * US_PER_S)

struct head_link {
    struct node *node;
    uv_timer_t alive; /* tells a head elsewhere that this node lives */
    uv_timer_t timer, renewal; /* renewal: of the certificate, while connected to a head elsewhere */
    struct back_off tries;
    struct socket_watch watch; /* while there is none */
    bool dialing;
    uv_pipe_t pipe;
    bool open, up; /* open: the pipe is in use; up: it is not closing */
    struct buf in, parts;
    struct op *ops;
};

static void connect_soon(struct head_link *l);

/* ---- out ---- */

struct writing {
    uv_write_t request;
    struct buf data;
};

static void on_written(uv_write_t *r, int status)
{
    struct writing *w = r->data;
    buf_done(&w->data);
    free(w);
}

static void drop(struct head_link *l, const char *why);

static void send_frames(struct head_link *l, struct buf *frames)
{
    if (!l->up)
        return;
    struct writing *w = mem_alloc(sizeof(*w));
    w->data = *frames;
    *frames = (struct buf){0};
    w->request.data = w;
    uv_buf_t part = uv_buf_init(w->data.data, (unsigned)w->data.len);
    if (uv_write(&w->request, (uv_stream_t *)&l->pipe, &part, 1, on_written) < 0)
        on_written(&w->request, 0);
    if (uv_stream_get_write_queue_size((uv_stream_t *)&l->pipe) > QUEUE_MOST)
        drop(l, "the head does not read what it is sent");
}

static void send_json(struct head_link *l, enum frame_type type, uint32_t stream, const json_t *m)
{
    AUTO_BUF struct buf frames = {0};
    if (frame_put_json(&frames, type, stream, m) < 0)
        log_error("a message to the head is too long; it is dropped");
    else
        send_frames(l, &frames);
}

bool head_link_is_up(const struct node *n)
{
    return n->head && n->head->up;
}

void head_link_say(struct node *n, const json_t *m)
{
    if (head_link_is_up(n))
        send_json(n->head, FRAME_MESSAGE, 0, m);
}

/* ---- operations ---- */

void op_message(struct op *op, const json_t *m)
{
    send_json(op->node->head, FRAME_MESSAGE, op->stream, m);
}

void op_data(struct op *op, bool is_err, const void *bytes, size_t len)
{
    AUTO_BUF struct buf frames = {0};
    if (len == 0)
        return;
    op->room -= (int64_t)len;
    frame_put_data(&frames, is_err ? FRAME_DATA_ERR : FRAME_DATA, op->stream, bytes, len);
    send_frames(op->node->head, &frames);
}

void op_consumed(struct op *op, size_t len)
{
    AUTO_BUF struct buf frames = {0};
    uint8_t n[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len};
    if (len == 0)
        return;
    frame_put(&frames, FRAME_CREDIT, op->stream, n, sizeof(n));
    send_frames(op->node->head, &frames);
}

static void op_free(struct head_link *l, struct op *op)
{
    struct op **at = &l->ops;
    while (*at && *at != op)
        at = &(*at)->next;
    if (*at)
        *at = op->next;
    json_decref(op->request);
    free(op);
}

void op_end(struct op *op, int64_t code, const char *error)
{
    struct head_link *l = op->node->head;
    AUTO_JSON json_t *m = json_object();
    json_put_int(m, "code", code);
    json_put_str(m, "error", error);
    send_json(l, FRAME_CLOSE, op->stream, m);
    op_free(l, op);
}

static struct op *op_find(const struct head_link *l, uint32_t stream)
{
    struct op *op = l->ops;
    while (op && op->stream != stream)
        op = op->next;
    return op;
}

static void refuse(struct head_link *l, uint32_t stream, const char *why)
{
    AUTO_JSON json_t *m = json_pack("{s:i, s:s}", "code", 1, "error", why);
    send_json(l, FRAME_CLOSE, stream, m);
}

static void op_open(struct head_link *l, uint32_t stream, json_t *request)
{
    static const struct op_kind *const kinds_of[] = {&op_logs,       &op_exec,         &op_attach,      &op_images,
                                                     &op_image_pull, &op_image_import, &op_image_remove};
    const char *name = json_str(request, "op", "");
    size_t n = 0;
    for (const struct op *op = l->ops; op; op = op->next)
        n++;
    if (n >= OPS_MOST) {
        refuse(l, stream, "too many operations run on this node; end some first");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(kinds_of); i++) {
        if (!str_eq(kinds_of[i]->name, name))
            continue;
        struct op *op = mem_alloc(sizeof(*op));
        *op = (struct op){.node = l->node,
                          .kind = kinds_of[i],
                          .stream = stream,
                          .request = json_incref(request),
                          .room = FRAME_WINDOW,
                          .next = l->ops};
        l->ops = op;
        op->kind->start(op);
        return;
    }
    AUTO_FREE char *why = mem_printf("the node knows no operation '%s'; it may be of an older version", name);
    refuse(l, stream, why);
}

struct node_pod *op_container(struct op *op, size_t *ret_container, struct err *e)
{
    const char *uid = json_str(op->request, "pod", ""), *name = json_str(op->request, "container", "");
    struct node_pod *p = map_get(&op->node->pods, uid);
    if (!p) {
        err_set(e, ENOENT, "the pod is not on node %s (yet)", op->node->machine.name);
        return NULL;
    }
    for (size_t i = 0; i < p->known.n_containers; i++) {
        if (!str_eq(name, pod_container_at(p, i)->name) && !(name[0] == '\0' && p->known.n_containers == 1))
            continue;
        *ret_container = i;
        return p;
    }
    err_set(e, ENOENT, "pod %s has no container '%s'", p->pod.meta.name, name);
    return NULL;
}

void ops_pod_changed(struct node *n, struct node_pod *p)
{
    struct op *next;
    for (struct op *op = n->head ? n->head->ops : NULL; op; op = next) {
        next = op->next;
        if (op->kind->pod_changed)
            op->kind->pod_changed(op, p);
    }
}

/* ---- in ---- */

static void on_alive(uv_timer_t *t)
{
    AUTO_BUF struct buf frames = {0};
    frame_put(&frames, FRAME_ALIVE, 0, NULL, 0);
    send_frames(t->data, &frames);
}

static void beat(struct head_link *l, int64_t every_ms)
{
    if (str_empty(l->node->machine.head) || every_ms <= 0)
        return;
    uv_timer_start(&l->alive, on_alive, (uint64_t)every_ms, (uint64_t)every_ms);
}

/* A head elsewhere knows the time better than a board without a clock chip. */
static void take_time(struct head_link *l, const json_t *m)
{
    int64_t now_us = json_int(m, "now", 0), off = now_us - clock_now_us();
    beat(l, json_int(m, "aliveMs", 0));
    if (str_empty(l->node->machine.head) || now_us <= 0 || (off > -CLOCK_OFF_US && off < CLOCK_OFF_US))
        return;
    log_info("this machine's clock is off by %lld s: the head's time is taken", (long long)(off / US_PER_S));
    clock_correct(now_us);
}

static void take_json(struct head_link *l, uint32_t stream, enum frame_type type, json_t *m)
{
    struct op *op = op_find(l, stream);
    if (stream == 0) {
        back_off_reset(&l->tries); /* now, not earlier: one that hangs up at once is not asked without end */
        if (str_eq(json_str(m, "type", ""), "time"))
            take_time(l, m);
        else
            wanted_message(l->node, m);
    } else if (op && type == FRAME_CLOSE) {
        op->kind->cancel(op);
        op_free(l, op);
    } else if (op && op->kind->message)
        op->kind->message(op, m);
    else if (!op && type == FRAME_MESSAGE && stream % 2 == 0)
        op_open(l, stream, m);
}

static void take_credit(struct op *op, const uint8_t *n)
{
    bool was_full = op->room <= 0;
    op->room += (int64_t)n[0] << 24 | n[1] << 16 | n[2] << 8 | n[3];
    if (op->room > INT32_MAX)
        op->room = INT32_MAX;
    if (was_full && op->room > 0 && op->kind->writable)
        op->kind->writable(op);
}

/* 0, or -EINVAL with `e`: the connection cannot be trusted any more. */
static int take_frame(struct head_link *l, const struct frame *f, struct err *e)
{
    struct op *op = op_find(l, f->stream);
    AUTO_JSON json_t *m = NULL;
    int r = 0;
    switch (f->type) {
    case FRAME_PART:
    case FRAME_MESSAGE:
    case FRAME_CLOSE:
        r = frame_take_json(&l->parts, f, &m, e);
        if (r == 1)
            take_json(l, f->stream, f->type, m);
        break;
    case FRAME_DATA:
    case FRAME_DATA_ERR:
        if (op && op->kind->data)
            op->kind->data(op, f->data, f->len);
        else if (op)
            op_consumed(op, f->len);
        break;
    case FRAME_EOF:
        if (op && op->kind->eof)
            op->kind->eof(op);
        break;
    case FRAME_CREDIT:
        if (op)
            take_credit(op, f->data);
        break;
    case FRAME_ALIVE:
    case FRAME_TYPE_MAX:
        break;
    }
    return r < 0 ? r : 0;
}

static void take_frames(struct head_link *l)
{
    struct err e = {0};
    size_t used = 0;
    while (l->up) {
        struct frame f;
        ssize_t n = frame_get(l->in.data + used, l->in.len - used, &f);
        if (n == 0)
            break;
        if (n < 0 || take_frame(l, &f, &e) < 0) {
            drop(l, n < 0 ? "the head sent what is no frame" : err_text(&e));
            break;
        }
        used += (size_t)n;
    }
    buf_drop(&l->in, used);
    if (l->in.len == 0)
        buf_done(&l->in); /* nothing is under way: give the memory back */
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *b)
{
    struct head_link *l = h->data;
    *b = uv_buf_init(buf_room(&l->in, READ_STEP), READ_STEP);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
    struct head_link *l = s->data;
    if (n < 0) {
        drop(l, n == UV_EOF ? "the head closed it" : uv_strerror((int)n));
        return;
    }
    l->in.len += (size_t)n;
    take_frames(l);
}

/* ---- connecting ---- */

struct dial {
    struct head_link *link;
    struct head_place place;
    char *path;
    int fd, r;
    struct tls_session *tls; /* owns fd when it is there */
    struct buf extra;
    struct err e;
};

/* *ret_status: what the head answered when it does not upgrade, or 0. */
static int ask(struct dial *d, int *ret_status)
{
    static const char body[] = "{\"version\": \"" SEDGE_VERSION "\"}";
    struct http_conn *c = NULL;
    struct http_answer a = {0};
    int r = head_place_open(&d->place, &c, &d->e);
    if (r == 0)
        r = http_ask_upgrade(c, "POST", d->path, FRAME_PROTOCOL, body, strlen(body), &a, &d->e);
    if (r == 0)
        r = http_raw_take(c, &d->fd, &d->tls, &d->extra);
    *ret_status = a.status;
    http_answer_done(&a);
    http_close(c);
    return r;
}

/* A certificate whose time is nearly over is renewed before it is shown, one that the head does not take afterwards:
 * this machine's clock may be wrong. */
static void dial_work(void *data)
{
    struct dial *d = data;
    struct node *n = d->link->node;
    int status = 0;
    d->r = head_place_read(n->run_dir, n->state_dir, &n->machine, &d->place, &d->e);
    bool renewed = d->r == 0 && head_place_renew_in_us(&d->place) == 0;
    if (renewed)
        d->r = head_place_renew(&d->place, &d->e);
    if (d->r == 0)
        d->r = ask(d, &status);
    if (status != 401 || renewed || d->place.unix_path)
        return;
    err_clear(&d->e);
    d->r = head_place_renew(&d->place, &d->e);
    if (d->r == 0)
        d->r = ask(d, &status);
}

static struct dial *dial_new(struct head_link *l)
{
    struct dial *d = mem_alloc(sizeof(*d));
    d->link = l;
    d->fd = -1;
    d->path = mem_printf("/sedge/v1/nodes/%s/link", l->node->machine.name);
    return d;
}

static void dial_free(struct dial *d)
{
    buf_done(&d->extra);
    head_place_done(&d->place);
    free(d->path);
    free(d);
}

static void on_renewal(uv_timer_t *t);

static void say_hello(struct head_link *l)
{
    AUTO_JSON json_t *status = node_facts(l->node);
    AUTO_JSON json_t *m = json_pack("{s:s, s:O}", "type", "hello", "status", status);
    send_json(l, FRAME_MESSAGE, 0, m);
}

static void renew_later(struct head_link *l, int64_t in_us)
{
    if (in_us >= 0 && l->up)
        uv_timer_start(&l->renewal, on_renewal, (uint64_t)(in_us / US_PER_MS), 0);
}

/* The plain end of the connection, or -errno. */
static int plain_end(struct head_link *l, struct dial *d)
{
    int fd = d->fd;
    int r = d->tls ? tls_relay_start(&l->node->loop, d->tls, &fd, &d->e) : 0;
    return r < 0 ? r : fd;
}

static void begin(struct head_link *l, struct dial *d)
{
    int fd = plain_end(l, d);
    if (fd < 0) {
        connect_soon(l);
        return;
    }
    uv_pipe_init(&l->node->loop, &l->pipe, 0);
    l->pipe.data = l;
    l->open = true;
    if (uv_pipe_open(&l->pipe, fd) < 0) {
        close(fd);
        l->up = true;
        drop(l, "its socket cannot be read");
        return;
    }
    l->up = true;
    l->in = d->extra;
    d->extra = (struct buf){0};
    socket_watch_stop(&l->watch);
    log_info("connected to the head");
    uv_read_start((uv_stream_t *)&l->pipe, on_alloc, on_read);
    renew_later(l, head_place_renew_in_us(&d->place));
    say_hello(l);
    wanted_connected(l->node);
    node_retry(l->node, POD_FAILED_BUNDLE);
    take_frames(l);
}

/* ---- renewing while connected ---- */

static void renew_work(void *data)
{
    struct dial *d = data;
    struct node *n = d->link->node;
    d->r = head_place_read(n->run_dir, n->state_dir, &n->machine, &d->place, &d->e);
    if (d->r == 0)
        d->r = head_place_renew(&d->place, &d->e);
}

static void renew_after(void *data)
{
    struct dial *d = data;
    if (d->r < 0)
        log_warn("%s; trying again later", err_text(&d->e));
    else
        log_info("the certificate is renewed");
    renew_later(d->link, d->r < 0 ? RENEW_AGAIN_US : head_place_renew_in_us(&d->place));
    dial_free(d);
}

static void on_renewal(uv_timer_t *t)
{
    struct head_link *l = t->data;
    node_work(l->node, renew_work, renew_after, dial_new(l));
}

static void dial_after(void *data)
{
    struct dial *d = data;
    struct head_link *l = d->link;
    l->dialing = false;
    if (d->r == 0 && !l->node->ending)
        begin(l, d);
    else {
        if (l->tries.fails == 2)
            log_info("no head in reach: %s; trying again from time to time", err_text(&d->e));
        connect_soon(l);
    }
    dial_free(d);
}

static void on_timer(uv_timer_t *t)
{
    struct head_link *l = t->data;
    if (l->dialing || l->open)
        return;
    l->dialing = true;
    node_work(l->node, dial_work, dial_after, dial_new(l));
}

static void connect_soon(struct head_link *l)
{
    int64_t us = back_off_connect(&l->tries, (uint16_t)clock_mono_us());
    if (l->node->ending)
        return;
    socket_watch_start(&l->watch, l->node->run_dir);
    uv_timer_start(&l->timer, on_timer, (uint64_t)(us / US_PER_MS), 0);
}

static void on_made(void *data)
{
    struct head_link *l = data;
    if (!l->open && !l->dialing && !l->node->ending)
        uv_timer_start(&l->timer, on_timer, 1, 0); /* it is bound before it listens */
}

static void on_closed(uv_handle_t *h)
{
    struct head_link *l = h->data;
    l->open = false;
    buf_done(&l->in);
    buf_done(&l->parts);
    connect_soon(l);
    node_kick_all(l->node); /* the order among pods is ours to keep now */
}

static void drop(struct head_link *l, const char *why)
{
    if (!l->up)
        return;
    l->up = false;
    uv_timer_stop(&l->renewal);
    uv_timer_stop(&l->alive);
    log_info("the connection to the head ended: %s", why);
    while (l->ops) {
        struct op *op = l->ops;
        op->kind->cancel(op);
        op_free(l, op);
    }
    uv_close((uv_handle_t *)&l->pipe, on_closed);
}

void head_link_init(struct node *n)
{
    struct head_link *l = mem_alloc(sizeof(*l));
    l->node = n;
    n->head = l;
    uv_timer_init(&n->loop, &l->timer);
    uv_timer_init(&n->loop, &l->renewal);
    uv_timer_init(&n->loop, &l->alive);
    l->timer.data = l->renewal.data = l->alive.data = l;
    socket_watch_init(&l->watch, &n->loop, SEDGE_API_SOCKET, on_made, l);
    uv_timer_start(&l->timer, on_timer, 0, 0);
}

void head_link_end(struct node *n)
{
    drop(n->head, "the node ends");
}
