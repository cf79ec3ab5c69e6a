// SPDX-License-Identifier: Apache-2.0
/* Objects by kind and key, filled by a list and kept by watches. Objects are shared by reference and never altered. */
#include "head/object_cache.h"

struct shelf {
    struct object_cache *cache; /* weak */
    const struct kind *kind;
    struct map objects; /* "ns/name" -> json_t */
    struct map uids;    /* uid -> json_t, weak */
    struct objects_watch *watch;
};
struct object_cache {
    struct shelf *shelves;
    size_t n;
    object_cache_told told;
    void *data;
};

static void unref(void *v)
{
    json_decref(v);
}

static char *key_of(const char *ns, const char *name)
{
    return mem_printf("%s/%s", ns ? ns : "", name);
}

static struct shelf *shelf_of(const struct object_cache *c, const char *kind)
{
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(c->shelves[i].kind->name, kind))
            return &c->shelves[i];
    return NULL;
}

static void put(struct shelf *s, const json_t *object)
{
    AUTO_FREE char *key = key_of(object_namespace(object), object_name(object));
    json_t *kept = json_incref((json_t *)(uintptr_t)object);
    map_set(&s->objects, key, kept);
    map_set(&s->uids, object_uid(object), kept);
}

static void on_change(void *data, enum objects_change_type type, const json_t *object, const json_t *before,
                      int64_t revision)
{
    struct shelf *s = data;
    AUTO_FREE char *key = key_of(object_namespace(object), object_name(object));
    AUTO_JSON json_t *old = json_incref(map_get(&s->objects, key));
    if (old)
        map_del(&s->uids, object_uid(old));
    if (type == OBJECT_DELETED)
        map_del(&s->objects, key);
    else
        put(s, object);
    s->cache->told(s->cache->data, s->kind, type, object, before);
}

static int fill(struct shelf *s, struct objects *o, struct err *e)
{
    AUTO_JSON json_t *all = NULL;
    int64_t revision = 0;
    int r = objects_list(o, s->kind, NULL, &all, &revision, e);
    size_t i;
    json_t *object;
    if (r < 0)
        return r;
    json_array_foreach(all, i, object) put(s, object);
    return objects_watch(o, s->kind, NULL, revision, on_change, s, &s->watch, e);
}

int object_cache_open(struct objects *o, const char *const *kind_names, object_cache_told told, void *data,
                      struct object_cache **ret, struct err *e)
{
    struct object_cache *c = mem_alloc(sizeof(*c));
    size_t n = 0;
    int r = 0;
    while (kind_names[n])
        n++;
    c->shelves = mem_array(n, sizeof(*c->shelves));
    c->told = told;
    c->data = data;
    for (; r == 0 && c->n < n; c->n++) {
        struct shelf *s = &c->shelves[c->n];
        *s = (struct shelf){.cache = c, .kind = kind_find(kind_names[c->n])};
        map_init(&s->objects, unref);
        r = fill(s, o, e);
    }
    if (r < 0) {
        object_cache_close(c);
        return r;
    }
    *ret = c;
    return 0;
}

void object_cache_close(struct object_cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++) {
        if (c->shelves[i].watch)
            objects_unwatch(c->shelves[i].watch);
        map_done(&c->shelves[i].uids);
        map_done(&c->shelves[i].objects);
    }
    free(c->shelves);
    free(c);
}

const json_t *object_cache_get(const struct object_cache *c, const char *kind, const char *ns, const char *name)
{
    AUTO_FREE char *key = key_of(ns, name);
    return map_get(&shelf_of(c, kind)->objects, key);
}

void object_cache_list(const struct object_cache *c, const char *kind, const char *ns,
                       bool (*which)(const void *data, const json_t *object), const void *data, struct object_list *ret)
{
    const struct map *m = &shelf_of(c, kind)->objects;
    for (size_t i = 0; i < m->n; i++) {
        const json_t *object = m->items[i].value;
        if ((!ns || str_eq(object_namespace(object), ns)) && (!which || which(data, object)))
            object_list_add(ret, object);
    }
}

bool object_cache_has_uid(const struct object_cache *c, const char *kind, const char *uid)
{
    const struct shelf *s = shelf_of(c, kind);
    return s && map_has(&s->uids, uid);
}

bool object_cache_keeps(const struct object_cache *c, const char *kind)
{
    return shelf_of(c, kind) != NULL;
}
