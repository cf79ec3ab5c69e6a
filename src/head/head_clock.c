// SPDX-License-Identifier: Apache-2.0
/* The floor's file: microseconds since 1970 as text. */
#include "head/head_clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "io/file.h"

#define STEP_US (3600 * US_PER_S)

static int64_t kept_us;

void head_clock_open(const char *dir)
{
    AUTO_FREE char *path = file_join(dir, "clock");
    AUTO_FREE char *text = NULL;
    if (file_read(path, 64, &text, NULL, NULL) < 0 || !str_to_i64(text, 0, INT64_MAX, &kept_us))
        return;
    if (clock_now_us() < kept_us)
        log_warn("this machine's clock stands before what it was: taken as it was last known");
    clock_correct_floor(kept_us);
}

void head_clock_keep(const char *dir)
{
    AUTO_FREE char *path = file_join(dir, "clock");
    int64_t now = clock_now_us();
    char text[32];
    struct err e = {0};
    if (now - kept_us < STEP_US)
        return;
    snprintf(text, sizeof(text), "%" PRId64, now);
    if (file_write(path, text, strlen(text), 0600, &e) < 0)
        log_warn("keep the time: %s", err_text(&e));
    else
        kept_us = now;
}
