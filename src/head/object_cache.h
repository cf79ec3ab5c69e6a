// SPDX-License-Identifier: Apache-2.0
/* The objects that controllers look at, as they stand, kept up by watches: no controller reads the store to decide. */
#pragma once

#include "head/object_facts.h"
#include "head/objects.h"

struct object_cache;
/* Told of each change, after the cache has taken it in; must not write: name a key to a queue. `before` is NULL for a
 * new object. */
typedef void (*object_cache_told)(void *data, const struct kind *kind, enum objects_change_type type,
                                  const json_t *object, const json_t *before);

/* Takes in everything of these kinds (names, closed by NULL). `told` is called for changes that come later. */
int object_cache_open(struct objects *o, const char *const *kind_names, object_cache_told told, void *data,
                      struct object_cache **ret, struct err *e);
void object_cache_close(struct object_cache *c); /* NULL is fine */

/* ns NULL for kinds without namespace. Borrowed: valid until the object changes; json_incref it to keep it. NULL when
 * absent. */
const json_t *object_cache_get(const struct object_cache *c, const char *kind, const char *ns, const char *name);
/* Adds all of a kind (ns NULL: everywhere) to `ret`, where `which` says so (NULL: all). Borrowed as above. */
void object_cache_list(const struct object_cache *c, const char *kind, const char *ns,
                       bool (*which)(const void *data, const json_t *object), const void *data,
                       struct object_list *ret);
/* Is there an object of that kind with this uid? False for kinds that are not kept. */
bool object_cache_has_uid(const struct object_cache *c, const char *kind, const char *uid);
bool object_cache_keeps(const struct object_cache *c, const char *kind);
