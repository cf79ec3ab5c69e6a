// SPDX-License-Identifier: Apache-2.0
/* The Node object of a link: made when a node comes first, its status kept, its readiness told. */
#include <errno.h>

#include "head/links_private.h"
#include "head/node_keys.h"
#include "head/node_ready.h"
#include "head/object_facts.h"

static struct object_ref node_ref(const char *node)
{
    return (struct object_ref){kind_find("Node"), NULL, node};
}

/* This machine's addresses are known, those of others were given to them when they joined. */
static void give_range(struct links *ls, const char *node, json_t *v)
{
    AUTO(node_key_done)
    struct node_key known = {0};
    bool own = str_eq(node, ls->h->machine.name);
    if (!own && node_key_get(ls->h->store, node, &known, NULL) < 0)
        return;
    json_put_str(json_object_get(v, "spec"), "podCIDR", own ? ls->h->machine.pod_cidr : known.pod_cidr);
    json_put_str(json_at(v, "metadata", "labels", NULL), "sedge.dev/subcluster", known.subcluster);
}

static int create_node(struct links *ls, const char *node, const json_t *status, struct err *e)
{
    AUTO_JSON json_t *v =
        json_pack("{s:{s:s, s:{s:s, s:s}}, s:{}, s:O}", "metadata", "name", node, "labels", "kubernetes.io/hostname",
                  node, "kubernetes.io/os", "linux", "spec", "status", status);
    json_put_str(json_at(v, "metadata", "labels", NULL), "kubernetes.io/arch",
                 json_str(json_object_get(status, "nodeInfo"), "architecture", NULL));
    give_range(ls, node, v);
    return objects_create(ls->h->objects, kind_find("Node"), NULL, v, true, NULL, e);
}

static bool was_ready(const json_t *node)
{
    size_t i;
    json_t *c;
    json_array_foreach(json_at(node, "status", "conditions", NULL), i, c)
    {
        if (str_eq(json_str(c, "type", NULL), "Ready"))
            return str_eq(json_str(c, "status", NULL), "True");
    }
    return false;
}

static void tell_event(struct links *ls, const char *node, bool ready, const char *message)
{
    AUTO_JSON json_t *v = NULL;
    if (objects_get(ls->h->objects, node_ref(node), &v, NULL) == 0)
        objects_event(ls->h->objects, v, !ready, ready ? "NodeReady" : "NodeNotReady", "%s", message);
}

static int put_status(struct links *ls, const char *node, const json_t *before, const json_t *reported, bool ready,
                      const char *message, struct err *e)
{
    struct node_ready r = {.ready = ready, .message = message, .now_us = clock_now_us()};
    AUTO_JSON json_t *status = node_ready_status(json_object_get(before, "status"), reported, &r);
    AUTO_JSON json_t *given = json_pack("{s:O}", "status", status);
    int code = before ? objects_replace(ls->h->objects, node_ref(node), OBJECTS_STATUS, given, NULL, e)
                      : create_node(ls, node, status, e);
    if (code == 0 && was_ready(before) != ready)
        tell_event(ls, node, ready, message);
    return code;
}

int link_node_update(struct links *ls, const char *node, const json_t *status, struct err *e)
{
    AUTO_JSON json_t *before = NULL;
    if (!json_is_object(status))
        return err_set(e, EINVAL, "its status is no object");
    int r = objects_get(ls->h->objects, node_ref(node), &before, e);
    if (r < 0 && r != -ENOENT)
        return r;
    err_clear(e);
    return put_status(ls, node, before, status, true, "the node is connected", e);
}

static void set_missing(struct links *ls, const char *node, const char *message)
{
    struct err e = {0};
    AUTO_JSON json_t *before = NULL;
    int r = objects_get(ls->h->objects, node_ref(node), &before, &e);
    if (r == 0)
        r = put_status(ls, node, before, NULL, false, message, &e);
    if (r < 0 && r != -ENOENT)
        log_error("node=%s say that it is not ready: %s", node, err_text(&e));
}

void link_node_lost(struct links *ls, const char *node, const char *why)
{
    AUTO_FREE char *message = mem_printf("its link broke: %s", why);
    set_missing(ls, node, message);
}

void link_nodes_missing(struct links *ls)
{
    struct err e = {0};
    AUTO_JSON json_t *all = NULL;
    size_t i;
    json_t *node;
    if (objects_list(ls->h->objects, kind_find("Node"), NULL, &all, NULL, &e) < 0)
        log_error("list the nodes: %s", err_text(&e));
    json_array_foreach(all, i, node)
    {
        const char *name = object_name(node);
        if (!links_connected(ls->h, name))
            set_missing(ls, name, "it has not connected since the head was started");
    }
}
