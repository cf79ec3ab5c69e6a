// SPDX-License-Identifier: Apache-2.0
/* Watches over HTTP: a line of JSON for each change, until the client leaves or its time is up. */
#include <errno.h>
#include <string.h>

#include "head/api_private.h"

#define EARLY_STEP (1024 * 1024)
#define BEHIND_MAX (4 * 1024 * 1024) /* bytes that a client may be behind what stood when it came */

struct api_watching {
    struct api_call call; /* request and path are gone: only route.kind, options and head are used */
    char *ns;
    struct objects_watch *watch;
    struct http_stream *stream; /* NULL until the watch stands: it may still be refused */
    struct buf early;           /* what it told before that, as far as the client has not taken it */
    size_t early_max;
    uv_timer_t timer; /* used with a timeout only */
    bool timed;
};

static void watching_free(struct api_watching *w)
{
    api_options_done(&w->call.options);
    buf_done(&w->early);
    free(w->ns);
    free(w);
}

static void on_timer_closed(uv_handle_t *timer)
{
    watching_free(timer->data);
}

static void watching_end(struct api_watching *w)
{
    objects_unwatch(take_ptr(w->watch));
    if (w->timed)
        uv_close((uv_handle_t *)&w->timer, on_timer_closed);
    else
        watching_free(w);
}

static void on_gone(void *data)
{
    struct api_watching *w = data;
    w->stream = NULL;
    watching_end(w);
}

static void on_timeout(uv_timer_t *timer)
{
    struct api_watching *w = timer->data;
    http_stream_end(take_ptr(w->stream));
    watching_end(w);
}

static void send_event(struct api_watching *w, const char *type, const json_t *object)
{
    AUTO_JSON json_t *formed = api_form_object(&w->call, (json_t *)(uintptr_t)object);
    AUTO_JSON json_t *event = json_pack("{s:s, s:O}", "type", type, "object", formed);
    AUTO_FREE char *text = json_text(event);
    AUTO_FREE char *line = mem_printf("%s\n", text);
    if (w->stream && w->early.len == 0)
        http_stream_write(w->stream, line, strlen(line));
    else
        buf_adds(&w->early, line);
    if (!w->stream || w->early.len <= w->early_max)
        return;
    http_stream_end(take_ptr(w->stream)); /* it does not read */
    watching_end(w);
}

/* An object that leaves the selection is deleted to the watcher, one that enters it is added. */
static void on_told(void *data, enum objects_change_type type, const json_t *object, const json_t *before,
                    int64_t revision)
{
    (void)revision;
    struct api_watching *w = data;
    const struct selection *s = &w->call.options.selection;
    bool was = before && selection_has(s, before), is = type != OBJECT_DELETED && selection_has(s, object);
    if (was || is)
        send_event(w, !is ? "DELETED" : was ? "MODIFIED" : "ADDED", object);
}

/* Without a revision to go on from, what stands comes first, as added. */
static int start_from_now(struct api_watching *w, struct err *e)
{
    AUTO_JSON json_t *all = NULL;
    int64_t revision;
    int r = objects_list(w->call.h->objects, w->call.route.kind, w->ns, &all, &revision, e);
    size_t i;
    json_t *object;
    json_array_foreach(all, i, object)
    {
        if (selection_has(&w->call.options.selection, object))
            send_event(w, "ADDED", object);
    }
    return r < 0 ? r : objects_watch(w->call.h->objects, w->call.route.kind, w->ns, revision, on_told, w, &w->watch, e);
}

static int start_from(struct api_watching *w, int64_t from, struct err *e)
{
    int64_t now = objects_revision(w->call.h->objects);
    int r = from > now ? -ERANGE
                       : objects_watch(w->call.h->objects, w->call.route.kind, w->ns, from, on_told, w, &w->watch, e);
    if (r != -ERANGE)
        return r;
    return err_set(e, ERANGE, "resourceVersion %lld is %s: list again", (long long)from,
                   from > now ? "not of this store" : "too old");
}

/* All that stands may be more than a client may be behind: it is given in steps, and what happens meanwhile behind it.
 */
static void send_early(void *data)
{
    struct api_watching *w = data;
    size_t n = w->early.len < EARLY_STEP ? w->early.len : EARLY_STEP;
    if (!w->stream || n == 0)
        return;
    http_stream_on_drain(w->stream, n < w->early.len ? send_early : NULL);
    http_stream_write(w->stream, w->early.data, n);
    buf_drop(&w->early, n);
    if (w->early.len == 0)
        buf_done(&w->early);
}

static void begin(struct api_watching *w, struct http_request *r)
{
    int64_t timeout_s = w->call.options.timeout_s;
    w->stream = http_stream_begin(r, 200, "application/json", on_gone, w);
    w->early_max = w->early.len + BEHIND_MAX;
    send_early(w);
    if (timeout_s == 0)
        return;
    w->timed = true;
    w->timer.data = w;
    uv_timer_init(&w->call.h->loop, &w->timer);
    uv_timer_start(&w->timer, on_timeout, (uint64_t)timeout_s * 1000, 0);
}

void api_watch(struct api_call *c)
{
    struct err e = {0};
    struct api_watching *w = mem_alloc(sizeof(*w));
    w->call = (struct api_call){.h = c->h, .route = {.kind = c->route.kind}, .options = c->options};
    c->options = (struct api_options){0}; /* handed on */
    w->ns = mem_strdup(c->route.ns);
    int64_t from = w->call.options.revision;
    int r = from > 0 ? start_from(w, from, &e) : start_from_now(w, &e);
    if (r < 0) {
        watching_free(w);
        api_fail(c->r, &c->route, r, &e);
        return;
    }
    begin(w, c->r);
}
