// SPDX-License-Identifier: Apache-2.0
/* The other nodes: the way to their pods, kept on disk so that the boards of one site find each other after a cold boot with no head. */
#include <errno.h>
#include <string.h>

#include "io/file.h"
#include "node/node_state.h"

#define PEERS_FILE "peers.json"
#define AGAIN_MS   5000

static void free_json(void *v)
{
    json_decref(v);
}

/* ---- disk ---- */

struct peers_save {
    char *path, *text;
    struct err e;
};

static void save_work(void *data)
{
    struct peers_save *s = data;
    file_write(s->path, s->text, strlen(s->text), 0600, &s->e);
}

static void save_after(void *data)
{
    struct peers_save *s = data;
    if (s->e.code)
        log_error("%s", err_text(&s->e));
    free(s->path);
    free(s->text);
    free(s);
}

static void save(struct node *n)
{
    AUTO_JSON json_t *list = json_array();
    for (size_t i = 0; i < n->peers.known.n; i++)
        json_array_append(list, n->peers.known.items[i].value);
    struct peers_save *s = mem_alloc(sizeof(*s));
    *s = (struct peers_save){.path = wanted_path(n, PEERS_FILE), .text = json_text(list)};
    node_work(n, save_work, save_after, s);
}

static void load(struct node *n)
{
    AUTO_FREE char *path = wanted_path(n, PEERS_FILE);
    AUTO_FREE char *text = NULL;
    struct err e = {0};
    size_t len, i;
    json_t *peer;
    if (!file_exists(path))
        return;
    int r = file_read(path, JSON_MAX_BYTES, &text, &len, &e);
    AUTO_JSON json_t *list = r < 0 ? NULL : json_parse(text, len, &e);
    if (!list)
        log_error("%s", err_text(&e));
    json_array_foreach(list, i, peer)
    {
        const char *name = json_str(peer, "name", NULL);
        if (name)
            map_set(&n->peers.known, name, json_incref(peer));
    }
}

/* ---- routes ---- */

static void on_timer(uv_timer_t *t);

/* Tried again while one fails: a link may come up later. */
static void apply(struct node *n)
{
    struct err e = {0};
    if (!n->net)
        return;
    struct net_peer *all = mem_array(n->peers.known.n, sizeof(*all));
    for (size_t i = 0; i < n->peers.known.n; i++) {
        const json_t *v = n->peers.known.items[i].value;
        all[i] = (struct net_peer){json_str(v, "address", ""), json_str(v, "podCIDR", "")};
    }
    int r = net_peers(n->net, all, n->peers.known.n, &e);
    free(all);
    if (r < 0 && !n->peers.failing)
        log_warn("%s; trying again", err_text(&e));
    n->peers.failing = r < 0;
    if (r < 0 && !n->ending)
        uv_timer_start(&n->peers.timer, on_timer, AGAIN_MS, 0);
}

static void on_timer(uv_timer_t *t)
{
    apply(t->data);
}

void peers_look(struct node *n)
{
    if (!n->ending)
        uv_timer_start(&n->peers.timer, on_timer, 0, 0);
}

/* ---- what the head tells ---- */

void peers_set(struct node *n, const json_t *message)
{
    const char *name = json_str(message, "name", ""), *address = json_str(message, "address", ""),
               *range = json_str(message, "podCIDR", "");
    AUTO_JSON json_t *v = json_pack("{s:s, s:s, s:s}", "name", name, "address", address, "podCIDR", range);
    if (!strv_has(&n->peers.seen, name))
        strv_add(&n->peers.seen, name);
    if (!v || json_equal(v, map_get(&n->peers.known, name)))
        return;
    map_set(&n->peers.known, name, json_incref(v));
    save(n);
    peers_look(n);
}

void peers_gone(struct node *n, const char *name)
{
    if (!map_del(&n->peers.known, name))
        return;
    save(n);
    peers_look(n);
}

void peers_connected(struct node *n)
{
    strv_done(&n->peers.seen);
}

void peers_synced(struct node *n)
{
    AUTO_STRV struct strv old = {0};
    for (size_t i = 0; i < n->peers.known.n; i++)
        if (!strv_has(&n->peers.seen, n->peers.known.items[i].key))
            strv_add(&old, n->peers.known.items[i].key);
    for (size_t i = 0; i < old.n; i++)
        peers_gone(n, old.v[i]);
    strv_done(&n->peers.seen);
}

/* ---- begin and end ---- */

void peers_init(struct node *n)
{
    map_init(&n->peers.known, free_json);
    uv_timer_init(&n->loop, &n->peers.timer);
    n->peers.timer.data = n;
    load(n);
    peers_look(n);
}

void peers_end(struct node *n)
{
    uv_close((uv_handle_t *)&n->peers.timer, NULL);
    map_done(&n->peers.known);
    strv_done(&n->peers.seen);
}
