// SPDX-License-Identifier: Apache-2.0
/* What follows when a Node object is deleted. Its own machine's node has no key and comes back: it is part of the head. */
#include <errno.h>

#include "head/links_private.h"
#include "head/node_keys.h"
#include "head/object_facts.h"

static int64_t look(void *data, const char *node)
{
    struct links *ls = data;
    struct err e = {0};
    AUTO_JSON json_t *there = NULL;
    int r = objects_get(ls->h->objects, (struct object_ref){kind_find("Node"), NULL, node}, &there, &e);
    if (r == 0) /* it has joined anew */
        return 0;
    err_clear(&e);
    if (r == -ENOENT)
        r = node_key_remove(ls->h->store, node, &e);
    if (r < 0) {
        log_error("node=%s forget its key: %s", node, err_text(&e));
        return r;
    }
    struct link *l = link_find(ls, node);
    if (l)
        link_end(l, "the node was removed from the cluster");
    return 0;
}

static void told(void *data, enum objects_change_type type, const json_t *object, const json_t *before, int64_t revision)
{
    struct links *ls = data;
    if (type == OBJECT_DELETED)
        work_queue_add(ls->gone, object_name(object));
}

int link_gone_start(struct links *ls, struct err *e)
{
    ls->gone = work_queue_new(&ls->h->loop, look, ls);
    return objects_watch(ls->h->objects, kind_find("Node"), NULL, objects_revision(ls->h->objects), told, ls, &ls->nodes_watch, e);
}

void link_gone_stop(struct links *ls)
{
    if (ls->nodes_watch)
        objects_unwatch(ls->nodes_watch);
    work_queue_free(ls->gone);
}
