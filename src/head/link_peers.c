// SPDX-License-Identifier: Apache-2.0
/* Tells each node where the others are: their addresses and those of their pods. */
#include <errno.h>

#include "head/links_private.h"
#include "head/object_facts.h"

static const char *address_of(const json_t *node)
{
    size_t i;
    const json_t *a;
    json_array_foreach(json_at(node, "status", "addresses", NULL), i, a)
    {
        if (str_eq(json_str(a, "type", ""), "InternalIP"))
            return json_str(a, "address", "");
    }
    return "";
}

static const char *range_of(const json_t *node)
{
    return json_str(json_object_get(node, "spec"), "podCIDR", "");
}

static void send_peer(struct link *l, const json_t *node)
{
    const char *name = object_name(node), *address = address_of(node), *range = range_of(node);
    if (str_eq(name, l->node) || address[0] == '\0' || range[0] == '\0')
        return;
    AUTO_JSON json_t *m =
        json_pack("{s:s, s:s, s:s, s:s}", "type", "peer", "name", name, "address", address, "podCIDR", range);
    link_send(l, m);
}

static void told(void *data, enum objects_change_type type, const json_t *node, const json_t *before, int64_t revision)
{
    struct links *ls = data;
    bool same = type == OBJECT_MODIFIED && str_eq(address_of(node), address_of(before)) &&
                str_eq(range_of(node), range_of(before));
    for (struct link *l = ls->all; l && !same; l = l->next) {
        if (!l->greeted)
            continue;
        if (type == OBJECT_DELETED)
            link_send_gone(l, "Node", "", object_name(node), "");
        else
            send_peer(l, node);
    }
}

int link_peers_start(struct links *ls, struct err *e)
{
    struct objects *o = ls->h->objects;
    return objects_watch(o, kind_find("Node"), NULL, objects_revision(o), told, ls, &ls->peers_watch, e);
}

void link_peers_stop(struct links *ls)
{
    if (ls->peers_watch)
        objects_unwatch(take_ptr(ls->peers_watch));
}

int link_peers_all(struct link *l, struct err *e)
{
    AUTO_JSON json_t *nodes = NULL;
    size_t i;
    json_t *node;
    int r = objects_list(l->links->h->objects, kind_find("Node"), NULL, &nodes, NULL, e);
    json_array_foreach(nodes, i, node) send_peer(l, node);
    return r;
}
