// SPDX-License-Identifier: Apache-2.0
/* Time as int64_t microseconds, from a clock that tests can turn. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define US_PER_MS 1000LL
#define US_PER_S 1000000LL

int64_t clock_now_us(void);  /* since 1970, wall clock */
int64_t clock_mono_us(void); /* monotonic, for durations */

/* RFC 3339 in UTC. Seconds ("2026-01-02T03:04:05Z") or microseconds ("...05.000006Z"). ret needs 32 bytes. */
char *clock_rfc3339(int64_t us, char *ret, size_t size);
char *clock_rfc3339_us(int64_t us, char *ret, size_t size);
/* 0 or -EINVAL. Takes Z and offsets, with or without fraction. */
int clock_parse_rfc3339(const char *s, int64_t *ret_us);
/* "5s", "3m20s", "2h", "4d": a duration for people, at most two units. */
char *clock_age(int64_t us, char *ret, size_t size);

/* Sets what clock_now_us of this process tells, without touching the machine's clock: for boards without a clock chip, whose time others know. */
void clock_correct(int64_t now_us);
/* The same, but only forward: time is at least this. */
void clock_correct_floor(int64_t floor_us);

/* Tests only: from here on both clocks stand that much later (earlier when negative) than the machine's; adds up. */
void clock_turn(int64_t by_us);
