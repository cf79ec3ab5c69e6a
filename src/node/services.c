// SPDX-License-Identifier: Apache-2.0
/* Opens the machine's network and keeps its table equal to what is wanted; keeps the services on disk. */
#include <errno.h>
#include <string.h>

#include "io/file.h"
#include "node/service_table.h"

#define BRIDGE       "sedge0"
#define SERVICE_FILE "services.json"

/* ---- disk ---- */

struct service_save {
    struct node *node;
    char *path, *text;
    int r;
    struct err e;
};

static void save_work(void *data)
{
    struct service_save *s = data;
    s->r = file_write(s->path, s->text, strlen(s->text), 0600, &s->e);
}

static void save_after(void *data)
{
    struct service_save *s = data;
    if (s->r < 0) {
        log_error("%s", err_text(&s->e));
        free(take_ptr(s->node->services.saved)); /* with the next change it is tried again */
    }
    free(s->path);
    free(s->text);
    free(s);
}

static void save(struct node *n)
{
    AUTO_JSON json_t *list = json_array();
    char digest[DIGEST_TEXT_SIZE];
    for (size_t i = 0; i < n->services.wanted.n; i++)
        json_array_append(list, n->services.wanted.items[i].value);
    AUTO_FREE char *text = json_text(list);
    digest_of(text, strlen(text), digest);
    if (str_eq(n->services.saved, digest))
        return;
    free(n->services.saved);
    n->services.saved = mem_strdup(digest);
    struct service_save *s = mem_alloc(sizeof(*s));
    *s = (struct service_save){.node = n, .path = wanted_path(n, SERVICE_FILE), .text = take_ptr(text)};
    node_work(n, save_work, save_after, s);
}

static void free_json(void *v)
{
    json_decref(v);
}

static void load(struct node *n)
{
    AUTO_FREE char *path = wanted_path(n, SERVICE_FILE);
    AUTO_FREE char *text = NULL;
    struct err e = {0};
    size_t len, i;
    json_t *item;
    if (!file_exists(path))
        return;
    if (file_read(path, JSON_MAX_BYTES, &text, &len, &e) < 0) {
        log_error("%s", err_text(&e));
        return;
    }
    AUTO_JSON json_t *list = json_parse(text, len, &e);
    json_array_foreach(list, i, item)
    {
        const char *uid = json_str(json_object_get(item, "metadata"), "uid", NULL);
        if (uid)
            map_set(&n->services.wanted, uid, json_incref(item));
    }
}

/* ---- the table ---- */

static void look_soon(struct node *n, int64_t us);

static void set_error(struct node *n, const char *text)
{
    if (text && !str_eq(text, n->services.error))
        log_error("%s; trying again", text);
    free(n->services.error);
    n->services.error = mem_strdup(text);
    tell_node(n);
}

struct apply {
    struct node *node;
    uint64_t turn;
    int64_t revision; /* of the services in it; 0: the head has not told all of them */
};

/* Those that waited for a table that is now in force, or will not be. */
static void settle(struct node *n, uint64_t turn)
{
    uint64_t before = n->services.settled;
    if (turn <= before)
        return;
    n->services.settled = turn;
    for (size_t i = 0; i < n->pods.n; i++) {
        struct node_pod *p = n->pods.items[i].value;
        if (p->services_turn > before && p->services_turn <= turn)
            pod_kick(p);
    }
}

static void tell_in_force(struct node *n, const struct apply *a)
{
    if (a->turn <= n->services.link_turn || a->revision <= n->services.told)
        return;
    n->services.told = a->revision;
    tell_services(n, a->revision);
}

static void on_applied(void *data, int r, const char *error)
{
    struct apply *a = data;
    struct node *n = a->node;
    int64_t now = clock_mono_us();
    if (r == 0) {
        uint64_t before = n->services.done;
        n->services.done = a->turn > before ? a->turn : before;
        back_off_reset(&n->services.tries);
        if (n->services.error)
            set_error(n, NULL);
        for (size_t i = 0; i < n->pods.n; i++) {
            struct node_pod *p = n->pods.items[i].value;
            if (p->net_turn > before && p->net_turn <= a->turn)
                pod_kick(p);
        }
        settle(n, a->turn);
        tell_in_force(n, a);
    } else if (r != -ECANCELED) {
        set_error(n, error);
        settle(n, a->turn); /* what can be started without is */
        look_soon(n, back_off_retry(&n->services.tries, now));
    }
    free(a);
}

static void apply(struct node *n)
{
    struct service_table t;
    struct apply *a = mem_alloc(sizeof(*a));
    *a = (struct apply){n, ++n->services.turn, n->synced ? n->services.newest : 0};
    for (size_t i = 0; i < n->pods.n; i++) {
        struct node_pod *p = n->pods.items[i].value;
        bool in = service_table_has(p);
        if (!in)
            p->net_turn = 0;
        else if (p->net_turn == 0)
            p->net_turn = a->turn;
    }
    service_table_make(n, &t);
    net_apply(n->net, t.ports, t.n_ports, t.services, t.n_services, on_applied, a);
    service_table_done(&t);
}

static int open_net(struct node *n, struct err *e)
{
    struct net_config c = {.bridge = BRIDGE,
                           .pod_cidr = n->machine.pod_cidr,
                           .service_cidr = n->machine.service_cidr,
                           .run_dir = n->run_dir};
    return net_open(&n->loop, &c, &n->net, e);
}

static void names_again(struct node *n)
{
    struct err e = {0};
    for (size_t i = 0; i < n->pods.n; i++)
        if (pod_names_write(n->pods.items[i].value, &e) < 0)
            log_warn("%s", err_text(&e));
}

static void on_timer(uv_timer_t *t)
{
    struct node *n = t->data;
    struct err e = {0};
    int64_t now = clock_mono_us();
    n->services.kicked = false;
    if (!n->net && open_net(n, &e) < 0) {
        set_error(n, err_text(&e));
        look_soon(n, back_off_retry(&n->services.open_tries, now));
        return;
    }
    if (n->services.open_tries.fails > 0) {
        back_off_reset(&n->services.open_tries);
        set_error(n, NULL);
        peers_look(n);
        node_retry(n, NULL);
    }
    save(n);
    apply(n);
}

static void look_soon(struct node *n, int64_t us)
{
    if (!n->ending)
        uv_timer_start(&n->services.timer, on_timer, (uint64_t)(us / US_PER_MS), 0);
}

void services_kick(struct node *n)
{
    if (n->services.kicked || n->services.open_tries.fails > 0)
        return;
    n->services.kicked = true;
    look_soon(n, 0);
}

void services_init(struct node *n)
{
    struct err e = {0};
    map_init(&n->services.wanted, free_json);
    uv_timer_init(&n->loop, &n->services.timer);
    n->services.timer.data = n;
    load(n);
    if (open_net(n, &e) < 0) {
        set_error(n, err_text(&e));
        look_soon(n, back_off_retry(&n->services.open_tries, clock_mono_us()));
    }
}

/* ---- what is wanted ---- */

static json_t *kept_part(const json_t *object)
{
    json_t *meta = json_object_get(object, "metadata"), *endpoints = json_at(object, "status", "endpoints", NULL);
    json_t *v = json_pack("{s:s, s:s, s:{s:s, s:s, s:s}, s:O}", "apiVersion", "v1", "kind", "Service", "metadata",
                          "name", json_str(meta, "name", ""), "namespace", json_str(meta, "namespace", ""), "uid",
                          json_str(meta, "uid", ""), "spec", json_object_get(object, "spec"));
    if (v && endpoints)
        json_object_set_new(v, "status", json_pack("{s:O}", "endpoints", endpoints));
    return v;
}

void services_set(struct node *n, const json_t *object)
{
    const json_t *meta = json_object_get(object, "metadata");
    const char *uid = json_str(meta, "uid", NULL);
    int64_t revision = 0;
    if (!uid)
        return;
    if (str_to_i64(json_str(meta, "resourceVersion", ""), 0, INT64_MAX, &revision) && revision > n->services.newest)
        n->services.newest = revision;
    if (json_str(meta, "deletionTimestamp", NULL)) {
        services_gone(n, uid);
        return;
    }
    AUTO_JSON json_t *kept = kept_part(object);
    if (!strv_has(&n->services.seen, uid))
        strv_add(&n->services.seen, uid);
    if (!kept || json_equal(kept, map_get(&n->services.wanted, uid))) {
        services_kick(n); /* that revision is in force, and is to be told so */
        return;
    }
    map_set(&n->services.wanted, uid, json_incref(kept));
    names_again(n);
    services_kick(n);
}

void services_gone(struct node *n, const char *uid)
{
    if (!map_del(&n->services.wanted, uid))
        return;
    names_again(n);
    services_kick(n);
}

const char *services_address(const struct node *n, const char *ns, const char *name)
{
    for (size_t i = 0; i < n->services.wanted.n; i++) {
        const json_t *v = n->services.wanted.items[i].value, *meta = json_object_get(v, "metadata");
        const char *ip = json_str(json_object_get(v, "spec"), "clusterIP", NULL);
        if (str_eq(json_str(meta, "name", NULL), name) && str_eq(json_str(meta, "namespace", NULL), ns) &&
            !str_empty(ip) && !str_eq(ip, "None"))
            return ip;
    }
    return NULL;
}

uint64_t services_turn(const struct node *n)
{
    return n->services.turn + (n->services.kicked ? 1 : 0);
}

void services_connected(struct node *n)
{
    strv_done(&n->services.seen);
    n->services.link_turn = n->services.turn;
    n->services.newest = n->services.told = 0;
    services_kick(n);
}

void services_synced(struct node *n)
{
    AUTO_STRV struct strv old = {0};
    for (size_t i = 0; i < n->services.wanted.n; i++)
        if (!strv_has(&n->services.seen, n->services.wanted.items[i].key))
            strv_add(&old, n->services.wanted.items[i].key);
    for (size_t i = 0; i < old.n; i++)
        services_gone(n, old.v[i]);
    strv_done(&n->services.seen);
    services_kick(n);
}

void services_end(struct node *n)
{
    uv_close((uv_handle_t *)&n->services.timer, NULL);
    net_close(take_ptr(n->net));
}
