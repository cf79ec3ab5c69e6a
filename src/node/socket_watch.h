// SPDX-License-Identifier: Apache-2.0
/* Tells when a socket of the run folder is made, so that who waits for it need not look every moment. */
#pragma once

#include <uv.h>

struct socket_watch {
    uv_fs_event_t event;
    const char *name; /* borrowed */
    void (*made)(void *data);
    void *data;
};
void socket_watch_init(struct socket_watch *w, uv_loop_t *loop, const char *name, void (*made)(void *data), void *data);
void socket_watch_start(struct socket_watch *w, const char *run_dir); /* safe to repeat */
void socket_watch_stop(struct socket_watch *w);
