// SPDX-License-Identifier: Apache-2.0
/* What the files of the objects share: their state, keys, and reading and writing one. */
#pragma once

#include "head/object_shape.h"
#include "head/objects.h"
#include "head/objects_seal.h"

#define EVENTS_MAX 1000

struct objects {
    struct store *store;
    struct store_watch *feed; /* of everything: read once, told to each watch that it concerns */
    struct objects_watch *watches;
    bool telling, swept; /* watches are being told; one of them ended meanwhile */
    size_t n_events;
    bool dry;
    struct objects_seal seal;
};

/* From here on changes are checked and answered, but not written. */
void objects_dry(struct objects *o, bool dry);
/* store_write, unless dry: then only the expectations are held against the store. */
int objects_commit(struct objects *o, const struct store_op *ops, size_t n, int64_t *ret_revision, struct err *e);

/* "/pods/default/web-1"; without name: the prefix of all (ns NULL: of all namespaces). The caller frees. */
char *objects_key(const struct kind *k, const char *ns, const char *name);
/* The text of a stored object with its revision in it, opened when it is sealed; NULL (logged) when it is no JSON. One
 * that does not open lacks its values and has the annotation SEAL_UNREADABLE. */
json_t *objects_parse(struct objects *o, const char *key, const char *text, int64_t revision);
/* *ret_revision: to be given to objects_put. */
int objects_read(struct objects *o, struct object_ref ref, json_t **ret, int64_t *ret_revision, struct err *e);
/* Stores it when it still has the revision `expect` (0: when it is not there); its resourceVersion is set. -EAGAIN. */
int objects_put(struct objects *o, struct object_ref ref, json_t *object, int64_t expect, struct err *e);
/* Does the store have anything under the prefix? */
bool objects_any(struct objects *o, const char *prefix);

void objects_feed(void *data, const struct store_item *item); /* objects_watch.c */
void objects_watches_done(struct objects *o);

/* Makes room for one more event. Failures are logged. */
void objects_events_room(struct objects *o);
/* The same as objects_event with who says it (component, host; host may be NULL) and a ready message. */
struct object_event {
    const json_t *about; /* the object, or an involvedObject of its own shape when `reference` is set */
    bool reference, warning;
    const char *component, *host, *reason, *message;
};
void objects_event_put(struct objects *o, const struct object_event *event);
