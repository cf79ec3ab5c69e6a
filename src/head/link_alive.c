// SPDX-License-Identifier: Apache-2.0
/* Notices nodes that have fallen silent: a machine that lost its power says no goodbye. */
#include "head/links_private.h"

#define LOOKS 4 /* in the time after which silence is loss */

int64_t link_lost_us(const struct links *ls)
{
    int64_t ms = ls->h->machine.node_lost_ms;
    return (ms > 0 ? ms : NODE_LOST_MS) * US_PER_MS;
}

static void on_silence(uv_timer_t *timer)
{
    struct links *ls = timer->data;
    int64_t now_us = clock_mono_us(), lost_us = link_lost_us(ls);
    bool remote = false;
    struct link *next;
    for (struct link *l = ls->all; l; l = next) {
        next = l->next;
        if (l->remote && now_us - l->heard_us >= lost_us)
            link_lost(l, "it gave no sign of life");
        else
            remote = remote || l->remote;
    }
    if (!remote)
        uv_timer_stop(&ls->silence);
}

void link_alive_watch(struct links *ls)
{
    uint64_t step_ms = (uint64_t)(link_lost_us(ls) / US_PER_MS / LOOKS);
    if (!uv_is_active((uv_handle_t *)&ls->silence))
        uv_timer_start(&ls->silence, on_silence, step_ms, step_ms > 0 ? step_ms : 1);
}
