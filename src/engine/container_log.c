// SPDX-License-Identifier: Apache-2.0
/* The log's writer: bytes become stamped lines, files are rotated, a full disk loses lines but never blocks.
 *
 * A chunk of bytes becomes one write(2). An unfinished line waits in memory (and nothing else does, so that a container
 * at rest costs only this struct); at 16 KiB it is written as a partial line. What a failed write left half done is cut
 * off. */
#include "engine/container_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/log_private.h"

struct log_writer {
    char *path;
    int fd;
    int files;
    int64_t max_bytes, size;
    int64_t dropped; /* lines lost since the last that could be written */
    struct log_rest {
        struct buf text;
        int64_t since_us;
    } rest[2]; /* of standard output and standard error */
};

static int open_file(struct log_writer *w, struct err *e)
{
    struct stat st;
    w->fd = open(w->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (w->fd < 0 || fstat(w->fd, &st) < 0)
        return err_errno(e, errno, "open log %s", w->path);
    w->size = st.st_size;
    return 0;
}

int log_writer_open(const char *path, int64_t max_bytes, int files, struct log_writer **ret, struct err *e)
{
    struct log_writer *w = mem_alloc(sizeof(*w));
    w->path = mem_strdup(path);
    w->fd = -1;
    w->max_bytes = max_bytes;
    w->files = files;
    int r = open_file(w, e);
    if (r < 0)
        log_writer_close(w);
    else
        *ret = w;
    return r;
}

static void rotate(struct log_writer *w)
{
    for (int i = w->files; i > 0; i--) {
        AUTO_FREE char *to = mem_printf("%s.%d", w->path, i);
        AUTO_FREE char *from = i > 1 ? mem_printf("%s.%d", w->path, i - 1) : mem_strdup(w->path);
        rename(from, to);
    }
    if (w->files <= 0)
        unlink(w->path);
    mem_closep(&w->fd);
    open_file(w, NULL); /* when it fails, the next write tries again */
}

/* All or nothing. */
static bool put(struct log_writer *w, const struct buf *lines)
{
    if (w->fd < 0 && open_file(w, NULL) < 0)
        return false;
    size_t done = 0;
    while (done < lines->len) {
        ssize_t n = write(w->fd, lines->data + done, lines->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (done > 0 && ftruncate(w->fd, w->size) < 0)
                w->size += (int64_t)done;
            return false;
        }
        done += (size_t)n;
    }
    w->size += (int64_t)done;
    return true;
}

static void add_line(struct buf *to, bool is_err, char mark, const char *a, size_t a_len, const char *b, size_t b_len,
                     int64_t now_us)
{
    char time[32];
    buf_addf(to, "%s %s %c ", clock_rfc3339_us(now_us, time, sizeof(time)), is_err ? "stderr" : "stdout", mark);
    if (a_len > 0)
        buf_add(to, a, a_len);
    if (b_len > 0)
        buf_add(to, b, b_len);
    buf_addc(to, '\n');
}

/* What is written with the first lines that find room again: the count, in front of them. */
static void add_loss(const struct log_writer *w, struct buf *to, int64_t now_us)
{
    char text[96];
    int len = snprintf(text, sizeof(text), "sedge: %lld lines of output were lost here: the log's disk was full",
                       (long long)w->dropped);
    add_line(to, true, 'F', text, (size_t)len, NULL, 0, now_us);
}

/* Writes ready lines; where there is no room they are counted, and the count is told with the first lines that can be
 * written: in one piece, for a note alone might find room again and again. */
static void put_lines(struct log_writer *w, struct buf *lines, int64_t n, int64_t now_us)
{
    AUTO_BUF struct buf noted = {0};
    const struct buf *all = lines;
    if (n == 0)
        return;
    if (w->dropped > 0) {
        add_loss(w, &noted, now_us);
        buf_add(&noted, lines->data, lines->len);
        all = &noted;
    }
    if (w->size > 0 && w->max_bytes > 0 && w->size + (int64_t)all->len > w->max_bytes)
        rotate(w);
    w->dropped = put(w, all) ? 0 : w->dropped + n;
}

/* Takes the unfinished line's beginning out of memory and writes it with what is there of the rest. */
static void end_line(struct log_rest *rest, struct buf *lines, bool is_err, char mark, const char *data, size_t len,
                     int64_t now_us)
{
    add_line(lines, is_err, mark, buf_str(&rest->text), rest->text.len, data, len,
             rest->text.len > 0 ? rest->since_us : now_us);
    buf_done(&rest->text);
}

static void keep_rest(struct log_rest *rest, const char *data, size_t len, int64_t now_us)
{
    if (len == 0)
        return;
    if (rest->text.len == 0)
        rest->since_us = now_us;
    buf_add(&rest->text, data, len);
}

void log_writer_bytes(struct log_writer *w, bool is_err, const char *data, size_t len, int64_t now_us)
{
    struct log_rest *rest = &w->rest[is_err];
    AUTO_BUF struct buf lines = {0};
    int64_t n = 0;
    while (len > 0) {
        const char *newline = memchr(data, '\n', len);
        size_t piece = newline ? (size_t)(newline - data) : len;
        size_t room = LOG_LINE_BYTES - rest->text.len;
        bool full = piece > room || (!newline && piece == room);
        if (full)
            piece = room;
        else if (!newline)
            break;
        end_line(rest, &lines, is_err, full ? 'P' : 'F', data, piece, now_us);
        n++;
        data += full ? piece : piece + 1;
        len -= full ? piece : piece + 1;
    }
    keep_rest(rest, data, len, now_us);
    put_lines(w, &lines, n, now_us);
}

void log_writer_close(struct log_writer *w)
{
    if (!w)
        return;
    for (int i = 0; i < 2; i++) {
        AUTO_BUF struct buf lines = {0};
        if (w->rest[i].text.len > 0) {
            end_line(&w->rest[i], &lines, i == 1, 'P', NULL, 0, w->rest[i].since_us);
            put_lines(w, &lines, 1, clock_now_us());
        }
    }
    mem_closep(&w->fd);
    free(w->path);
    free(w);
}
