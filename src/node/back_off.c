// SPDX-License-Identifier: Apache-2.0
/* The waits between tries. */
#include "node/back_off.h"

#define MINUTE_US        (60 * US_PER_S)
#define CONNECT_LEAST_US (100 * US_PER_MS)
#define CONNECT_MOST_US  (10 * US_PER_S)
#define DOUBLINGS_MOST   20

static int64_t doubled(int64_t least_us, int64_t times, int64_t most_us)
{
    if (times > DOUBLINGS_MOST)
        return most_us;
    int64_t us = least_us << times;
    return us < most_us ? us : most_us;
}

static void count(struct back_off *b, int64_t now_us)
{
    b->fails++;
    b->recent[2] = b->recent[1];
    b->recent[1] = b->recent[0];
    b->recent[0] = now_us;
    if (b->fails >= 3 && now_us - b->recent[2] <= MINUTE_US)
        b->looping = true;
}

int64_t back_off_next(struct back_off *b, int64_t now_us, int64_t ran_us)
{
    if (ran_us >= BACK_OFF_RESET_US)
        back_off_reset(b);
    count(b, now_us);
    return b->fails == 1 ? 0 : doubled(US_PER_S, b->fails - 2, BACK_OFF_MOST_US);
}

int64_t back_off_retry(struct back_off *b, int64_t now_us)
{
    count(b, now_us);
    return doubled(US_PER_S, b->fails - 1, BACK_OFF_MOST_US);
}

int64_t back_off_connect(struct back_off *b, uint16_t chance)
{
    int64_t us = doubled(CONNECT_LEAST_US, b->fails++, CONNECT_MOST_US);
    return us - us / 4 * chance / 65536;
}

void back_off_reset(struct back_off *b)
{
    *b = (struct back_off){0};
}
