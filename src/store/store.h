// SPDX-License-Identifier: Apache-2.0
/* What the head remembers: keys with revisions, compare-and-set, and watches from any revision that is still kept.
 *
 * One interface, several back-ends (SQLite here; a second, in memory, for tests; etcd later). Every write has one revision, counted up by one for the
 * whole store; what was acknowledged is on disk (fsync) before the call returns. Keys are paths: "/pods/default/web-1". */
#pragma once

#include "base/base.h"

struct store;
struct store_item {
    char *key;
    char *value;    /* NULL: deleted (in events) */
    char *previous; /* events: the value before, or NULL */
    int64_t created, modified; /* revisions */
};
struct store_list {
    struct store_item *items;
    size_t n;
    int64_t revision; /* of the store when it was read */
};
void store_item_done(struct store_item *i);
void store_list_done(struct store_list *l);

/* path of the database file's folder (made when missing), or NULL for one in memory. -EUCLEAN with `e` when the file is damaged: nothing is overwritten.
 * Integrity is checked at opening. */
int store_open_sqlite(const char *folder, struct store **ret, struct err *e);
int store_open_memory(struct store **ret);
void store_close(struct store *s);

int store_get(struct store *s, const char *key, struct store_item *ret, struct err *e); /* -ENOENT when absent */
/* All under a prefix in order of key; after: start behind this key (paging) or NULL; limit 0: all. */
int store_list(struct store *s, const char *prefix, const char *after, size_t limit, struct store_list *ret, struct err *e);
int64_t store_revision(const struct store *s);

/* One change of a transaction. expect: -1 any, 0 must not exist, else the `modified` revision it must have. value NULL: delete. */
struct store_op {
    const char *key;
    const char *value;
    int64_t expect;
};
/* All or nothing, in one revision. 0 with *ret_revision; -EAGAIN with *ret_failed (index of the op whose expectation did not hold; it may be NULL); -ENOSPC, -EIO
 * with `e`, and the store is as it was. Watches are called after it has been made durable, before it returns. What changes nothing (deleting what is absent) has
 * no revision of its own. */
int store_write(struct store *s, const struct store_op *ops, size_t n, int64_t *ret_revision, size_t *ret_failed, struct err *e);

/* Calls `event` for each change under the prefix with modified > from, first those kept in the history (now), then as they happen.
 * -ERANGE when `from` is older than the history kept (at least the newest 10 000 changes): list again. The callback must not write (-EDEADLK); it may read, watch
 * and unwatch, also itself (*ret is set before the first call). */
struct store_watch;
int store_watch(struct store *s, const char *prefix, int64_t from, void (*event)(void *data, const struct store_item *item), void *data,
                struct store_watch **ret, struct err *e);
void store_unwatch(struct store_watch *w);
