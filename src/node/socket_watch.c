// SPDX-License-Identifier: Apache-2.0
/* Watches by inotify; where that fails, the waits between tries still bring the connection about. */
#include "node/socket_watch.h"

#include "base/text.h"

static void on_event(uv_fs_event_t *event, const char *name, int events, int status)
{
    struct socket_watch *w = event->data;
    if (status == 0 && (events & UV_RENAME) && str_eq(name, w->name)) /* made, moved or gone */
        w->made(w->data);
}

void socket_watch_init(struct socket_watch *w, uv_loop_t *loop, const char *name, void (*made)(void *data), void *data)
{
    (void)uv_fs_event_init(loop, &w->event); /* cannot fail */
    w->event.data = w;
    w->name = name;
    w->made = made;
    w->data = data;
}

void socket_watch_start(struct socket_watch *w, const char *run_dir)
{
    if (!uv_is_active((const uv_handle_t *)&w->event))
        (void)uv_fs_event_start(&w->event, on_event, run_dir, 0);
}

void socket_watch_stop(struct socket_watch *w)
{
    (void)uv_fs_event_stop(&w->event);
}
