// SPDX-License-Identifier: Apache-2.0
/* How long to wait before something is tried again. Pure: the clock is passed in. */
#pragma once

#include "base/base.h"

/* Zeroed: nothing failed yet. */
struct back_off {
    int64_t fails;     /* in a row */
    int64_t recent[3]; /* when the last three failures were, newest first; 0: none */
    bool looping;      /* three within a minute; until it went well for long */
};
#define BACK_OFF_MOST_US  (300 * US_PER_S)
#define BACK_OFF_RESET_US (600 * US_PER_S)

/* A failure at now_us after it had gone well for ran_us. Gives the wait in microseconds: none the first time, then 1,
 * 2, 4 .. 300 s. What went well for ten minutes begins anew. */
int64_t back_off_next(struct back_off *b, int64_t now_us, int64_t ran_us);
/* The same without the free first time: 1, 2, 4 .. 300 s. */
int64_t back_off_retry(struct back_off *b, int64_t now_us);
/* For connections: 100 ms doubling to 10 s, of which up to a quarter is taken off by chance (0 to 65535), so that many
 * do not come at once. */
int64_t back_off_connect(struct back_off *b, uint16_t chance);
void back_off_reset(struct back_off *b);
