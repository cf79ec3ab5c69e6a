// SPDX-License-Identifier: Apache-2.0
/* The API's objects over the store: decoded strictly by their field tables, with defaults, metadata, conflicts and
 * deletion. All synchronous, on the loop.
 *
 * Keys: "/<plural>/<namespace>/<name>", "/<plural>/<name>" for kinds without namespace. Values: the object as JSON
 * text. */
#pragma once

#include "model/model.h"
#include "store/store.h"

struct objects;
int objects_open(struct store *s, struct objects **ret, struct err *e); /* makes namespace "default" when missing */
void objects_close(struct objects *o);
/* Where the key lies that Secrets are sealed with (made with the first Secret); without a call it is kept nowhere, and
 * lost with `o`. Logs when it is missing and something is sealed. */
void objects_keep_key(struct objects *o, const char *path);
/* The key itself, for marks of values (base/seal.h); borrowed. -ENOKEY with `e`: it is lost. */
int objects_key_of_seals(struct objects *o, const struct seal_key **ret, struct err *e);

struct object_ref {
    const struct kind *kind;
    const char *ns; /* NULL for kinds without namespace */
    const char *name;
};
enum objects_part {
    OBJECTS_SPEC,
    OBJECTS_STATUS
}; /* OBJECTS_SPEC: all but the status; OBJECTS_STATUS: nothing but the status */

/* All objects given are new and the caller's. Errors: -ENOENT, -EEXIST, -EINVAL (invalid: `e` begins with the field's
 * path), -EAGAIN (another resourceVersion), -EBUSY, -ENOSPC, -EIO; with `e`. ret may be NULL where the object is not
 * wanted. */
int objects_get(struct objects *o, struct object_ref ref, json_t **ret, struct err *e);
/* ns NULL: of all namespaces. *ret: array, in order of key. */
int objects_list(struct objects *o, const struct kind *k, const char *ns, json_t **ret, int64_t *ret_revision,
                 struct err *e);
/* Completes name (generateName), uid, creationTimestamp, generation 1; the namespace must exist. The given status is
 * dropped unless keep_status. */
int objects_create(struct objects *o, const struct kind *k, const char *ns, const json_t *object, bool keep_status,
                   json_t **ret, struct err *e);
/* metadata.resourceVersion, when given, must be the current one. generation goes up when the spec changed. No write
 * when nothing changed. */
int objects_replace(struct objects *o, struct object_ref ref, enum objects_part part, const json_t *object,
                    json_t **ret, struct err *e);
int objects_patch(struct objects *o, struct object_ref ref, enum objects_part part, const json_t *merge_patch,
                  json_t **ret, struct err *e);
/* Read, change, write, again on a conflict: for controllers. `change` alters the object in place; < 0 from it ends the
 * call with that. */
int objects_change(struct objects *o, struct object_ref ref, enum objects_part part,
                   int (*change)(void *data, json_t *object), void *data, json_t **ret, struct err *e);

struct objects_delete {
    const char *uid; /* must be this one; NULL: any */
    int64_t grace_s; /* FIELD_UNSET: the object's own */
};
/* Asks for the deletion: pods on a node, volumes, applications and whatever has finalizers get a deletionTimestamp and
 * stay until objects_remove; others go at once, and what they own (metadata.ownerReferences) is deleted by the
 * controllers. -EBUSY: a namespace that is not empty, or "default". *ret: the object as it was last. */
int objects_delete(struct objects *o, struct object_ref ref, const struct objects_delete *options, json_t **ret,
                   struct err *e);
/* Takes it away for good. 0 also when it is not there or has another uid. */
int objects_remove(struct objects *o, struct object_ref ref, const char *uid, struct err *e);

enum objects_change_type { OBJECT_ADDED, OBJECT_MODIFIED, OBJECT_DELETED };
struct objects_watch;
/* Tells each change after revision `from`, in order, then as they happen (see store_watch: -ERANGE when `from` is too
 * old). The object is borrowed; the callback must not write to the store: note what to do and do it from the loop.
 * `before` is the object as it was, or NULL. */
typedef void (*objects_told)(void *data, enum objects_change_type type, const json_t *object, const json_t *before,
                             int64_t revision);
int objects_watch(struct objects *o, const struct kind *k, const char *ns, int64_t from, objects_told told, void *data,
                  struct objects_watch **ret, struct err *e);
void objects_unwatch(struct objects_watch *w);
int64_t objects_revision(struct objects *o);

/* Records an Event about an object; the same one again raises its count. Failures are logged, no more. At most 1000
 * events are kept. */
__attribute__((format(printf, 5, 6))) void objects_event(struct objects *o, const json_t *about, bool warning,
                                                         const char *reason, const char *fmt, ...);
