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

static void sweep(struct store *s)
{
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
    if (--s->telling == 0)
        sweep(s);
}

static int tell_history(struct store *s, struct store_watch *w, int64_t from, struct err *e)
{
    /* Read whole before the first is told: the callback may read the store itself. */
    AUTO(store_list_done)
    struct store_list past = {0};
    sqlite3_stmt *st = store_statement(s, STATEMENT_HISTORY);
    sqlite.sqlite3_bind_int64(st, 1, from);
    int step;
    while ((step = sqlite.sqlite3_step(st)) == SQLITE_ROW) {
        AUTO_FREE char *key = store_column(st, 0);
        if (!str_starts(key, w->prefix))
            continue;
        past.items = mem_push(past.items, past.n, sizeof(*past.items));
        past.items[past.n++] = (struct store_item){
            .key = take_ptr(key),
            .value = store_column(st, 1),
            .created = sqlite.sqlite3_column_int64(st, 2),
            .modified = sqlite.sqlite3_column_int64(st, 3),
            .previous = store_column(st, 4),
        };
    }
    sqlite.sqlite3_reset(st);
    if (step != SQLITE_DONE)
        return store_fault(s, e, "read the store's history");
    s->telling++;
    for (size_t i = 0; i < past.n; i++)
        offer(w, &past.items[i]);
    s->telling--;
    return 0;
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
    int r = from < s->revision ? tell_history(s, w, from, e) : 0;
    if (r < 0) {
        *ret = NULL;
        store_unwatch(w);
    }
    if (!s->telling)
        sweep(s);
    return r;
}

void store_unwatch(struct store_watch *w)
{
    if (!w)
        return;
    struct store *s = w->store;
    w->ended = true;
    if (!s->telling)
        sweep(s);
}
