// SPDX-License-Identifier: Apache-2.0
/* Watches: changes under a prefix, first those kept in the history, then as they are written. */
#include <errno.h>
#include <string.h>

#include "store/store_private.h"

static void offer(struct store_watch *w, const struct store_item *item)
{
    if (!w->ended && item->modified > w->from && str_starts(item->key, w->prefix))
        w->event(w->data, item);
}

void store_sweep(struct store *s)
{
    if (s->telling > 0)
        return;
    for (struct store_watch **at = &s->watches; *at;) {
        struct store_watch *w = *at;
        if (!w->ended) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        free(w->prefix);
        free(w);
    }
}

void store_tell(struct store *s, const struct store_item *items, size_t n)
{
    s->telling++;
    for (size_t i = 0; i < n; i++)
        for (struct store_watch *w = s->watches; w; w = w->next)
            offer(w, &items[i]);
    s->telling--;
    store_sweep(s);
}

/* Tells one change at a time, so that a long history is never in memory as a whole. The statement is one of its own:
 * the callback may read the store, and begin other watches. */
static int tell_history(struct store *s, struct store_watch *w, struct err *e)
{
    sqlite3_stmt *st = NULL;
    if (sqlite.sqlite3_prepare_v3(s->db, store_history, -1, 0, &st, NULL) != SQLITE_OK)
        return store_fault(s, e, "read the store's history");
    sqlite.sqlite3_bind_int64(st, 1, w->from);
    int step = SQLITE_DONE;
    s->telling++;
    while (!w->ended && (step = sqlite.sqlite3_step(st)) == SQLITE_ROW) {
        AUTO(store_item_done)
        struct store_item past = {
            .key = store_column(st, 0),
            .value = store_column(st, 1),
            .created = sqlite.sqlite3_column_int64(st, 2),
            .modified = sqlite.sqlite3_column_int64(st, 3),
            .previous = store_column(st, 4),
        };
        offer(w, &past);
    }
    s->telling--;
    int r = w->ended || step == SQLITE_DONE ? 0 : store_fault(s, e, "read the store's history");
    sqlite.sqlite3_finalize(st);
    return r;
}

int store_watch(struct store *s, const char *prefix, int64_t from,
                void (*event)(void *data, const struct store_item *item), void *data, struct store_watch **ret,
                struct err *e)
{
    if (from < s->oldest)
        return err_set(e, ERANGE, "revision %lld is too old: history begins at %lld; list again", (long long)from,
                       (long long)s->oldest);
    struct store_watch *w = mem_alloc(sizeof(*w));
    *w = (struct store_watch){.store = s, .prefix = mem_strdup(prefix), .from = from, .event = event, .data = data};
    *ret = w;
    struct store_watch **end = &s->watches;
    while (*end)
        end = &(*end)->next;
    *end = w;
    int r = from < s->revision ? tell_history(s, w, e) : 0;
    if (w->from < s->revision)
        w->from = s->revision; /* a watch begun amid the telling of a write has heard of it */
    if (r < 0) {
        *ret = NULL;
        w->ended = true;
    }
    store_sweep(s);
    return r;
}

void store_unwatch(struct store_watch *w)
{
    if (!w)
        return;
    w->ended = true;
    store_sweep(w->store);
}
