// SPDX-License-Identifier: Apache-2.0
/* What a controller decided: a list of changes to objects, made by pure code and carried out at the edge. */
#pragma once

#include "head/object_facts.h"
#include "head/objects.h"

enum change_verb {
    CHANGE_CREATE, /* object: the new one */
    CHANGE_SPEC,   /* object: as it is to be, all but the status */
    CHANGE_STATUS, /* object: as it is to be, nothing but the status */
    CHANGE_DELETE, /* object: the one to ask deletion of */
    CHANGE_REMOVE, /* object: the one to take away for good */
    CHANGE_EVENT,  /* object: what it is about */
};
struct change {
    enum change_verb verb;
    const struct kind *kind;
    json_t *object;
    bool warning; /* of the event */
    char *reason, *text;
};
struct changes {
    struct change *v;
    size_t n;
};
#define AUTO_CHANGES AUTO(changes_done)

/* kind: its name ("Pod"). `object` becomes the list's where it is not const. */
void changes_create(struct changes *c, const char *kind, json_t *object);
void changes_spec(struct changes *c, const char *kind, json_t *object);
void changes_status(struct changes *c, const char *kind, json_t *object);
void changes_delete(struct changes *c, const char *kind, const json_t *object);
void changes_remove(struct changes *c, const char *kind, const json_t *object);
__attribute__((format(printf, 5, 6))) void changes_event(struct changes *c, const json_t *about, bool warning,
                                                         const char *reason, const char *fmt, ...);
/* Number of changes but events. */
size_t changes_writes(const struct changes *c);
void changes_done(struct changes *c);

/* Carries them out in order up to the first that fails. An object to be deleted that is gone, or is another one by now,
 * is as well. -EAGAIN: an object has changed since it was read: decide again. */
int changes_apply(struct objects *o, const struct changes *c, struct err *e);
