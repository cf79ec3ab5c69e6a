// SPDX-License-Identifier: Apache-2.0
/* Takes what a node reports into the store. Its words are a stranger's: what does not concern it is refused, what is no
 * longer there is told to be gone. */
#include <errno.h>
#include <string.h>

#include "head/controllers.h"
#include "head/links_private.h"
#include "head/objects_private.h"

#define EVENT_REASON_MAX  128
#define EVENT_MESSAGE_MAX 1024

/* The object that a report speaks of: it must be the node's own, and the same one by its uid. */
struct subject {
    struct object_ref ref;
    const char *uid;
    json_t *object; /* owned; NULL: not there any more, or made anew */
};

static void subject_done(struct subject *s)
{
    json_decref(s->object);
}

/* -EINVAL: malformed; -EPERM: another node's. */
static int find_subject(struct link *l, const char *kind, const json_t *from, struct subject *ret, struct err *e)
{
    const char *ns = json_str(from, "namespace", NULL), *name = json_str(from, "name", NULL);
    *ret = (struct subject){.ref = {kind_find(kind), ns, name}, .uid = json_str(from, "uid", NULL)};
    if (str_empty(ns) || str_empty(name) || str_empty(ret->uid))
        return err_set(e, EINVAL, "a report without namespace, name or uid");
    int r = objects_get(l->links->h->objects, ret->ref, &ret->object, e);
    if (r < 0 && r != -ENOENT)
        return r;
    if (ret->object && !str_eq(json_str(json_object_get(ret->object, "metadata"), "uid", NULL), ret->uid)) {
        json_decref(ret->object);
        ret->object = NULL;
    }
    if (ret->object && !str_eq(json_str(json_object_get(ret->object, "spec"), "nodeName", NULL), l->node))
        return err_set(e, EPERM, "%s '%s/%s' is not on this node", kind, ns, name);
    err_clear(e);
    return 0;
}

static int take_status(struct link *l, const char *kind, const json_t *message, struct err *e)
{
    AUTO(subject_done)
    struct subject s;
    int r = find_subject(l, kind, message, &s, e);
    if (r < 0)
        return r;
    if (!s.object) {
        link_send_gone(l, kind, s.ref.ns, s.ref.name, s.uid);
        return 0;
    }
    json_t *status = json_object_get(message, "status");
    if (!json_is_object(status))
        return err_set(e, EINVAL, "a %s status that is no object", kind);
    AUTO_JSON json_t *given = json_pack("{s:O}", "status", status);
    return objects_replace(l->links->h->objects, s.ref, OBJECTS_STATUS, given, NULL, e);
}

static int take_gone(struct link *l, const char *kind, const json_t *message, struct err *e)
{
    AUTO(subject_done)
    struct subject s;
    int r = find_subject(l, kind, message, &s, e);
    return r < 0 || !s.object ? r : objects_remove(l->links->h->objects, s.ref, s.uid, e);
}

static int pod_status(struct link *l, const json_t *m, struct err *e)
{
    return take_status(l, "Pod", m, e);
}

static int pod_gone(struct link *l, const json_t *m, struct err *e)
{
    return take_gone(l, "Pod", m, e);
}

static int volume_status(struct link *l, const json_t *m, struct err *e)
{
    return take_status(l, "Volume", m, e);
}

static int volume_gone(struct link *l, const json_t *m, struct err *e)
{
    return take_gone(l, "Volume", m, e);
}

/* Kept in memory only: a node that connects again says it again. */
static int services(struct link *l, const json_t *m, struct err *e)
{
    int64_t revision = json_int(m, "revision", -1);
    if (revision < 0)
        return err_set(e, EINVAL, "services without the revision that they are of");
    l->services = revision;
    controllers_services_on(l->links->h);
    return 0;
}

static int node_status(struct link *l, const json_t *m, struct err *e)
{
    return link_node_update(l->links, l->node, json_object_get(m, "status"), e);
}

/* What an event of a node may be about: something of its own, or itself. */
static int find_about(struct link *l, const json_t *involved, json_t **ret, struct err *e)
{
    const char *kind = json_str(involved, "kind", "");
    if (str_eq(kind, "Node"))
        return objects_get(l->links->h->objects, (struct object_ref){kind_find("Node"), NULL, l->node}, ret, e);
    if (!str_eq(kind, "Pod") && !str_eq(kind, "Volume"))
        return err_set(e, EINVAL, "an event about a '%.40s'", kind);
    AUTO(subject_done)
    struct subject s;
    int r = find_subject(l, kind, involved, &s, e);
    *ret = r < 0 ? NULL : take_ptr(s.object);
    return r;
}

static int take_event(struct link *l, const json_t *m, struct err *e)
{
    const json_t *event = json_object_get(m, "object");
    const char *reason = json_str(event, "reason", ""), *text = json_str(event, "message", "");
    AUTO_JSON json_t *about = NULL;
    int r = find_about(l, json_object_get(event, "involvedObject"), &about, e);
    if (r < 0 || !about)
        return r;
    AUTO_FREE char *short_reason = mem_strndup(reason, EVENT_REASON_MAX);
    AUTO_FREE char *short_text = mem_strndup(text, EVENT_MESSAGE_MAX); /* a cut character is mended by json_put_str */
    struct object_event put = {
        .about = about,
        .warning = str_eq(json_str(event, "type", NULL), "Warning"),
        .component = "sedge-node",
        .host = l->node,
        .reason = short_reason,
        .message = short_text,
    };
    objects_event_put(l->links->h->objects, &put);
    return 0;
}

static const struct {
    const char *type;
    int (*take)(struct link *l, const json_t *message, struct err *e);
} reports[] = {
    {"pod-status", pod_status},   {"pod-gone", pod_gone},       {"volume-status", volume_status},
    {"volume-gone", volume_gone}, {"node-status", node_status}, {"event", take_event},
    {"services", services},
};

/* A report that cannot be taken is logged and dropped: the link stands for the others. */
int link_report(struct link *l, const json_t *message, struct err *e)
{
    const char *type = json_str(message, "type", "");
    for (size_t i = 0; i < ARRAY_LEN(reports); i++) {
        if (!str_eq(reports[i].type, type))
            continue;
        int r = reports[i].take(l, message, e);
        if (r < 0)
            log_warn("node=%s its %s was not taken: %s", l->node, type, err_text(e));
        err_clear(e);
        return 0;
    }
    log_warn("node=%s sends a message of the unknown type '%.40s': ignored", l->node, type);
    return 0;
}
