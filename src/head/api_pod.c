// SPDX-License-Identifier: Apache-2.0
/* Finds the target of an operation on a pod. */
#include "head/api_pod.h"

#include <errno.h>

#include "head/links.h"

static bool has_container(const json_t *containers, const char *name)
{
    size_t i;
    json_t *c;
    json_array_foreach((json_t *)(uintptr_t)containers, i, c)
    {
        if (str_eq(json_str(c, "name", NULL), name))
            return true;
    }
    return false;
}

/* "[a b]" for people. */
static void add_names(const json_t *containers, struct buf *to)
{
    size_t i;
    json_t *c;
    json_array_foreach((json_t *)(uintptr_t)containers, i, c)
    {
        buf_addf(to, "%s%s", i ? " " : "[", json_str(c, "name", ""));
    }
    buf_addc(to, ']');
}

/* The container that is meant, or NULL when it was answered. Borrowed. */
static const char *choose_container(struct api_call *c, const json_t *pod, const char *wanted)
{
    const json_t *containers = json_at(pod, "spec", "containers", NULL);
    if (str_empty(wanted) && json_array_size(containers) == 1)
        return json_str(json_array_get(containers, 0), "name", "");
    if (!str_empty(wanted) && has_container(containers, wanted))
        return wanted;
    AUTO_BUF struct buf names = {0};
    add_names(containers, &names);
    if (str_empty(wanted))
        api_refuse(c->r, 400, "BadRequest", "pod %s has several containers: name one of %s", c->route.name,
                   buf_str(&names));
    else
        api_refuse(c->r, 400, "BadRequest", "container %s is not valid for pod %s: it has %s", wanted, c->route.name,
                   buf_str(&names));
    return NULL;
}

bool api_pod_target(struct api_call *c, const char *container, json_t *request, char **ret_node)
{
    struct err e = {0};
    AUTO_JSON json_t *pod = NULL;
    c->route.kind = kind_find("Pod");
    int r = objects_get(c->h->objects, (struct object_ref){c->route.kind, c->route.ns, c->route.name}, &pod, &e);
    if (r < 0) {
        api_fail(c->r, &c->route, r, &e);
        return false;
    }
    const char *node = json_str(json_object_get(pod, "spec"), "nodeName", "");
    if (node[0] == '\0') {
        api_refuse(c->r, 400, "BadRequest", "pod %s is on no node yet: look at its events", c->route.name);
        return false;
    }
    const char *chosen = choose_container(c, pod, container);
    if (!chosen)
        return false;
    if (!links_connected(c->h, node)) {
        api_refuse(c->r, 503, "ServiceUnavailable", "node '%s' is not connected; is `sedge node` running on it?", node);
        return false;
    }
    json_put_str(request, "pod", json_str(json_object_get(pod, "metadata"), "uid", ""));
    json_put_str(request, "container", chosen);
    *ret_node = mem_strdup(node);
    return true;
}
