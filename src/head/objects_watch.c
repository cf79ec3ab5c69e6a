// SPDX-License-Identifier: Apache-2.0
/* Watches: one feed from the store is read once and told to each watch that it concerns. */
#include <errno.h>
#include <string.h>

#include "head/objects_private.h"

struct objects_watch {
    struct objects_watch *next;
    struct objects *o;
    char *prefix;
    int64_t from;
    objects_told told; /* NULL: ended, freed when nobody is being told */
    void *data;
};

/* One change, its texts read when the first watch wants them. */
struct change {
    const struct store_item *item;
    json_t *object, *before;
    bool read;
};

static void change_read(struct objects *o, struct change *c)
{
    const struct store_item *i = c->item;
    if (c->read)
        return;
    c->read = true;
    c->before = i->previous ? objects_parse(o, i->key, i->previous, i->modified) : NULL;
    c->object = i->value ? objects_parse(o, i->key, i->value, i->modified) : json_incref(c->before);
}

static void change_done(struct change *c)
{
    json_decref(c->object);
    json_decref(c->before);
}

static void tell(struct objects_watch *w, struct change *c)
{
    const struct store_item *i = c->item;
    if (!w->told || i->modified <= w->from || !str_starts(i->key, w->prefix))
        return;
    change_read(w->o, c);
    if (!c->object)
        return; /* damaged: logged */
    enum objects_change_type type = !i->value ? OBJECT_DELETED : i->previous ? OBJECT_MODIFIED : OBJECT_ADDED;
    w->told(w->data, type, c->object, c->before, i->modified);
}

static void watch_free(struct objects_watch *w)
{
    free(w->prefix);
    free(w);
}

static void sweep(struct objects *o)
{
    for (struct objects_watch **at = &o->watches; *at;) {
        struct objects_watch *w = *at;
        if (w->told) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        watch_free(w);
    }
    o->swept = false;
}

static void count_event(struct objects *o, const struct store_item *i)
{
    if (!str_starts(i->key, "/events/"))
        return;
    if (i->value && !i->previous)
        o->n_events++;
    else if (!i->value && i->previous && o->n_events > 0)
        o->n_events--;
}

void objects_feed(void *data, const struct store_item *item)
{
    struct objects *o = data;
    AUTO(change_done)
    struct change c = {.item = item};
    count_event(o, item);
    o->telling = true;
    for (struct objects_watch *w = o->watches; w; w = w->next)
        tell(w, &c);
    o->telling = false;
    if (o->swept)
        sweep(o);
}

/* What the store still has of the past. */
static void replay(void *data, const struct store_item *item)
{
    AUTO(change_done)
    struct change c = {.item = item};
    tell(data, &c);
}

int objects_watch(struct objects *o, const struct kind *k, const char *ns, int64_t from, objects_told told, void *data,
                  struct objects_watch **ret, struct err *e)
{
    struct objects_watch *w = mem_alloc(sizeof(*w));
    *w = (struct objects_watch){.o = o, .prefix = objects_key(k, ns, NULL), .from = from, .told = told, .data = data};
    if (from < store_revision(o->store)) {
        struct store_watch *past;
        int r = store_watch(o->store, w->prefix, from, replay, w, &past, e);
        if (r < 0) {
            watch_free(w);
            return r;
        }
        store_unwatch(past);
        w->from = store_revision(o->store);
    }
    w->next = o->watches;
    o->watches = w;
    *ret = w;
    return 0;
}

void objects_unwatch(struct objects_watch *w)
{
    if (!w)
        return;
    w->told = NULL;
    w->o->swept = true;
    if (!w->o->telling)
        sweep(w->o);
}

void objects_watches_done(struct objects *o)
{
    for (struct objects_watch *w = o->watches; w; w = w->next)
        w->told = NULL;
    sweep(o);
}
