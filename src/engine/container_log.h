// SPDX-License-Identifier: Apache-2.0
/* Container logs: the CRI line format ("2026-01-02T03:04:05.000000Z stdout F text"), rotated by size, read and
 * followed. */
#pragma once

#include "base/base.h"

struct container_log_query {
    int64_t tail;     /* last so many lines; -1: all */
    int64_t since_us; /* 0: from the beginning */
    bool timestamps;  /* keep the time in front of each line */
    bool out, err;    /* which streams */
};
/* Gives the lines that are there: `line` for each (is_err: standard error; text with its newline unless the line is
 * unfinished). Reads rotated files too. *ret_cursor (opaque, owned) lets the follower go on where it ended; NULL when
 * not wanted. Stops when `line` gives false. */
struct log_cursor;
int container_log_read(const char *log_path, const struct container_log_query *q,
                       bool (*line)(void *data, bool is_err, const char *text, size_t len), void *data,
                       struct log_cursor **ret_cursor, struct err *e);
/* What came since the cursor (across rotations). Use it when inotify on log_path's folder says so: log_cursor_fd is an
 * inotify descriptor to poll. */
int log_cursor_fd(const struct log_cursor *c);
int log_cursor_more(struct log_cursor *c, const struct container_log_query *q,
                    bool (*line)(void *data, bool is_err, const char *text, size_t len), void *data, struct err *e);
void log_cursor_free(struct log_cursor *c);

/* The writer's side (the keeper): splits bytes into lines (longer than 16 KiB: partial lines, mark P), stamps and
 * writes them, rotates at max_bytes keeping `files` old ones
 * (<path>.1 ...). Never blocks on a full disk: drops lines, counts them, says so once there is room. */
struct log_writer;
int log_writer_open(const char *path, int64_t max_bytes, int files, struct log_writer **ret, struct err *e);
void log_writer_bytes(struct log_writer *w, bool is_err, const char *data, size_t len, int64_t now_us);
void log_writer_close(struct log_writer *w);
