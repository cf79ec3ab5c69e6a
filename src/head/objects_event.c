// SPDX-License-Identifier: Apache-2.0
/* Events: what happened to an object, told once with a count, and never more than so many of them. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "head/objects_private.h"

#define EVENTS_SWEEP 50 /* go at once when the bound is reached, so that it is not reached again at the next one */
#define NAME_MAX_LEN 200

static int by_age(const void *a, const void *b)
{
    const struct store_item *x = a, *y = b;
    return (x->modified > y->modified) - (x->modified < y->modified);
}

void objects_events_room(struct objects *o)
{
    if (o->n_events < EVENTS_MAX)
        return;
    struct err e = {0};
    AUTO(store_list_done)
    struct store_list list = {0};
    if (store_list(o->store, "/events/", NULL, 0, &list, &e) < 0) {
        log_warn("list events: %s", err_text(&e));
        return;
    }
    o->n_events = list.n;
    if (list.n < EVENTS_MAX)
        return;
    qsort(list.items, list.n, sizeof(*list.items), by_age);
    size_t n = list.n - EVENTS_MAX + EVENTS_SWEEP;
    AUTO_FREE struct store_op *ops = mem_array(n, sizeof(*ops));
    for (size_t i = 0; i < n; i++)
        ops[i] = (struct store_op){.key = list.items[i].key, .expect = list.items[i].modified};
    int64_t revision;
    if (objects_commit(o, ops, n, &revision, &e) < 0)
        log_warn("remove old events: %s", err_text(&e));
}

/* The object as an ObjectReference. */
static json_t *reference_to(const json_t *about)
{
    const json_t *meta = json_object_get(about, "metadata");
    json_t *v = json_object();
    json_put_str(v, "apiVersion", json_str(about, "apiVersion", NULL));
    json_put_str(v, "kind", json_str(about, "kind", NULL));
    json_put_str(v, "namespace", json_str(meta, "namespace", NULL));
    json_put_str(v, "name", json_str(meta, "name", NULL));
    json_put_str(v, "uid", json_str(meta, "uid", NULL));
    return v;
}

/* The same event about the same object has the same name: found without a search. */
static char *event_name(const json_t *involved, const struct object_event *event)
{
    AUTO_FREE char *all = mem_printf("%s\n%s\n%s\n%s\n%d", json_str(involved, "kind", ""),
                                     json_str(involved, "uid", ""), event->reason, event->message, event->warning);
    char digest[DIGEST_TEXT_SIZE];
    digest_of(all, strlen(all), digest);
    const char *about = json_str(involved, "name", "none");
    int len = (int)strnlen(about, NAME_MAX_LEN);
    while (len > 0 && strchr("-.", about[len - 1])) /* a cut may end in the middle of a name */
        len--;
    return mem_printf("%.*s.%.16s", len, about, digest + strlen("sha256:"));
}

static int count_again(void *data, json_t *object)
{
    json_put_int(object, "count", json_int(object, "count", 1) + 1);
    json_put_str(object, "lastTimestamp", data);
    return 0;
}

static json_t *new_event(const struct object_event *event, const char *name, json_t *involved, const char *now)
{
    json_t *v = json_pack("{s:{s:s}, s:O, s:{}, s:i}", "metadata", "name", name, "involvedObject", involved, "source",
                          "count", 1);
    json_put_str(json_object_get(v, "source"), "component", event->component);
    json_put_str(json_object_get(v, "source"), "host", event->host);
    json_put_str(v, "reason", event->reason);
    json_put_str(v, "message", event->message);
    json_put_str(v, "type", event->warning ? "Warning" : "Normal");
    json_put_str(v, "firstTimestamp", now);
    json_put_str(v, "lastTimestamp", now);
    json_put_str(v, "reportingComponent", event->component);
    return v;
}

void objects_event_put(struct objects *o, const struct object_event *event)
{
    struct err e = {0};
    const struct kind *k = kind_find("Event");
    AUTO_JSON json_t *involved = event->reference ? json_deep_copy(event->about) : reference_to(event->about);
    const char *ns = json_str(involved, "namespace", "default");
    AUTO_FREE char *name = event_name(involved, event);
    char now[32];
    clock_rfc3339(clock_now_us(), now, sizeof(now));
    int r = objects_change(o, (struct object_ref){k, ns, name}, OBJECTS_SPEC, count_again, now, NULL, &e);
    if (r == -ENOENT) {
        AUTO_JSON json_t *v = new_event(event, name, involved, now);
        err_clear(&e);
        r = objects_create(o, k, ns, v, false, NULL, &e);
    }
    if (r < 0)
        log_warn("record event %s of %s %s: %s", event->reason, json_str(involved, "kind", ""),
                 json_str(involved, "name", ""), err_text(&e));
}

void objects_event(struct objects *o, const json_t *about, bool warning, const char *reason, const char *fmt, ...)
{
    char message[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof(message), fmt, ap);
    va_end(ap);
    struct object_event event = {
        .about = about, .warning = warning, .component = "sedge-head", .reason = reason, .message = message};
    objects_event_put(o, &event);
}
