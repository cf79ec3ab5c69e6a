// SPDX-License-Identifier: Apache-2.0
/* What an object becomes when it is made or changed: fields checked, defaults filled, metadata completed. Pure. */
#pragma once

#include "head/objects.h"

/* What the head gives to a new object. */
struct object_birth {
    const struct kind *kind;
    const char *ns;   /* NULL for kinds without namespace */
    const char *name; /* NULL: metadata.name as given */
    const char *uid;
    int64_t now_us;
    bool keep_status;
};
/* The new object to store, without resourceVersion; -EINVAL with `e`, the field's path first. The caller owns *ret. */
int object_shape_new(const struct object_birth *b, const json_t *given, json_t **ret, struct err *e);
/* What `before` becomes when `given` is written over its part; -EAGAIN when `given` speaks of another version or uid.
 */
int object_shape_next(const struct kind *k, const json_t *before, enum objects_part part, const json_t *given,
                      json_t **ret, struct err *e);
/* Strict decoding and back, with defaults; the semantic rules of the kind too. */
int object_shape_normal(const struct kind *k, const json_t *given, json_t **ret, struct err *e);

/* Is `name` one for objects of this kind? -EINVAL, with `path` first. */
int object_name_check(const struct kind *k, const char *name, const char *path, struct err *e);
/* A prefix cut to leave room for what completes it, and five random characters behind it. The caller frees. */
char *object_name_generate(const struct kind *k, const char *prefix);

/* What the field tables cannot say: references within the object. -EINVAL with `e`. */
int object_rules_check(const struct kind *k, const json_t *object, struct err *e);

/* Does somebody take down what stands behind it before it goes (objects_remove)? */
bool object_is_held(const struct kind *k, const json_t *object);

/* obj[key] as an object, made when it is missing or something else. Borrowed. */
json_t *object_part(json_t *obj, const char *key);
