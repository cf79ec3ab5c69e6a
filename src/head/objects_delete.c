// SPDX-License-Identifier: Apache-2.0
/* Deletion: what goes at once, what is marked and waits for those who clean up after it. */
#include <errno.h>
#include <string.h>

#include "head/objects_private.h"

static bool pod_on_node(const json_t *pod)
{
    return !str_empty(json_str(json_object_get(pod, "spec"), "nodeName", NULL));
}

static bool volume_on_node(const json_t *volume)
{
    return !str_empty(json_str(json_object_get(volume, "spec"), "nodeName", NULL));
}

static bool always(const json_t *object)
{
    (void)object;
    return true;
}

/* Kinds that somebody takes down first: nodes what is on them, the orchestrator what it deployed. */
static const struct {
    const char *kind;
    bool (*held)(const json_t *object);
    bool force; /* a grace period of 0 takes it away at once */
} holds[] = {
    {"Pod", pod_on_node, true},
    {"Volume", volume_on_node, false},
    {"Application", always, false},
};

bool object_is_held(const struct kind *k, const json_t *object)
{
    for (size_t i = 0; i < ARRAY_LEN(holds); i++)
        if (str_eq(holds[i].kind, k->name))
            return holds[i].held(object);
    return false;
}

static bool can_force(const struct kind *k)
{
    for (size_t i = 0; i < ARRAY_LEN(holds); i++)
        if (str_eq(holds[i].kind, k->name))
            return holds[i].force;
    return true;
}

/* ---- a namespace goes when it is empty, and its events with it ---- */

static int check_empty(struct objects *o, const char *ns, struct err *e)
{
    if (str_eq(ns, "default"))
        return err_set(e, EBUSY, "namespace \"default\" cannot be deleted");
    for (size_t i = 0; i < kinds_n; i++) {
        if (!kinds[i].namespaced || str_eq(kinds[i].name, "Event"))
            continue;
        AUTO_FREE char *prefix = objects_key(&kinds[i], ns, NULL);
        if (objects_any(o, prefix))
            return err_set(e, EBUSY, "namespace \"%s\" is not empty: delete its %s first", ns, kinds[i].plural);
    }
    return 0;
}

static int remove_namespace(struct objects *o, const char *ns, int64_t revision, struct err *e)
{
    AUTO_FREE char *key = objects_key(kind_find("Namespace"), NULL, ns);
    AUTO_FREE char *prefix = objects_key(kind_find("Event"), ns, NULL);
    AUTO(store_list_done)
    struct store_list events = {0};
    int r = store_list(o->store, prefix, NULL, 0, &events, e);
    if (r < 0)
        return r;
    AUTO_FREE struct store_op *ops = mem_array(events.n + 1, sizeof(*ops));
    ops[0] = (struct store_op){.key = key, .expect = revision};
    for (size_t i = 0; i < events.n; i++)
        ops[i + 1] = (struct store_op){.key = events.items[i].key, .expect = -1};
    return objects_commit(o, ops, events.n + 1, &revision, e);
}

/* ---- delete and remove ---- */

static int remove_at(struct objects *o, struct object_ref ref, int64_t revision, struct err *e)
{
    int r;
    if (str_eq(ref.kind->name, "Namespace")) {
        r = remove_namespace(o, ref.name, revision, e);
    } else {
        AUTO_FREE char *key = objects_key(ref.kind, ref.ns, ref.name);
        struct store_op op = {.key = key, .expect = revision};
        r = objects_commit(o, &op, 1, &revision, e);
    }
    if (r == -EAGAIN)
        return err_set(e, EAGAIN, "%s \"%s\" was changed meanwhile: try again", ref.kind->plural, ref.name);
    return err_wrap(e, r, "delete %s \"%s\"", ref.kind->plural, ref.name);
}

/* Nobody is waited for who will never say that it is done. A node that comes back is told what it has to run, and drops
 * the rest. */
static bool node_is_gone(struct objects *o, const json_t *object)
{
    const char *node = json_str(json_object_get(object, "spec"), "nodeName", NULL);
    if (str_empty(node))
        return false;
    AUTO_FREE char *key = objects_key(kind_find("Node"), NULL, node);
    AUTO(store_item_done)
    struct store_item item = {0};
    return store_get(o->store, key, &item, NULL) == -ENOENT;
}

/* Marks it; asking again can only shorten the grace period. */
static int mark(struct objects *o, struct object_ref ref, json_t *v, int64_t revision, int64_t grace_s, struct err *e)
{
    json_t *meta = object_part(v, "metadata");
    if (json_object_get(meta, "deletionTimestamp")) {
        if (grace_s >= json_int(meta, "deletionGracePeriodSeconds", 0))
            return 0;
    } else {
        char now[32];
        json_put_str(meta, "deletionTimestamp", clock_rfc3339(clock_now_us(), now, sizeof(now)));
    }
    json_put_int(meta, "deletionGracePeriodSeconds", grace_s);
    return objects_put(o, ref, v, revision, e);
}

int objects_delete(struct objects *o, struct object_ref ref, const struct objects_delete *options, json_t **ret,
                   struct err *e)
{
    AUTO_JSON json_t *v = NULL;
    int64_t revision;
    int r = objects_read(o, ref, &v, &revision, e);
    if (r < 0)
        return r;
    const char *uid = json_str(json_object_get(v, "metadata"), "uid", "");
    if (options && options->uid && !str_eq(options->uid, uid))
        return err_set(e, EAGAIN, "%s \"%s\" has another uid, %s: it was made anew", ref.kind->plural, ref.name, uid);
    if (str_eq(ref.kind->name, "Namespace"))
        r = check_empty(o, ref.name, e);
    if (r < 0)
        return r;
    int64_t own = json_int(json_object_get(v, "spec"), "terminationGracePeriodSeconds", 0);
    int64_t asked = options && options->grace_s >= 0 ? options->grace_s : FIELD_UNSET;
    bool forced = asked == 0 && can_force(ref.kind);
    bool stays =
        json_at(v, "metadata", "finalizers", NULL) || (object_is_held(ref.kind, v) && !forced && !node_is_gone(o, v));
    r = stays ? mark(o, ref, v, revision, asked == FIELD_UNSET ? own : asked, e) : remove_at(o, ref, revision, e);
    if (r == 0 && ret)
        *ret = take_ptr(v);
    return r;
}

int objects_remove(struct objects *o, struct object_ref ref, const char *uid, struct err *e)
{
    AUTO_JSON json_t *v = NULL;
    int64_t revision;
    int r = objects_read(o, ref, &v, &revision, e);
    if (r == -ENOENT) {
        err_clear(e);
        return 0;
    }
    if (r < 0)
        return r;
    if (uid && !str_eq(uid, json_str(json_object_get(v, "metadata"), "uid", "")))
        return 0;
    return remove_at(o, ref, revision, e);
}
