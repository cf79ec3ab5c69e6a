// SPDX-License-Identifier: Apache-2.0
/* Errors that say what was tried on what; held in place, so that out-of-memory can be told too. */
#pragma once

struct err {
    int code;       /* a positive errno, 0 while nothing failed */
    char text[760]; /* one line for a person; cut with "..." when longer */
};

/* Sets `e` to `code` (a positive errno) and the text; `e` may be NULL. Returns -code. */
__attribute__((format(printf, 3, 4))) int err_set(struct err *e, int code, const char *fmt, ...);

/* Puts "<words>: " before the text that is there. Returns `r` as it is; does nothing when `r` >= 0 or `e` is NULL. */
__attribute__((format(printf, 3, 4))) int err_wrap(struct err *e, int r, const char *fmt, ...);

/* "words: strerror(code)" in one call. Returns -code. */
__attribute__((format(printf, 3, 4))) int err_errno(struct err *e, int code, const char *fmt, ...);

/* Empties it for use again. */
void err_clear(struct err *e);

/* The text, or a fall-back made from the code. Never NULL. */
const char *err_text(const struct err *e);
