// SPDX-License-Identifier: Apache-2.0
/* Feeds bytes to the container log's reader as files, and to its writer as a container's output.
 *
 * The first byte chooses: even, the rest is the log and (behind the first 0x1e) the older one; odd, the rest is
 * output, written in pieces, which must come back byte by byte. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "engine/container_log.h"
#include "fuzz_must.h"
#include "io/file.h"

static char folder[] = "/tmp/fuzz-log-XXXXXX";

static void remove_folder(void)
{
    file_remove_tree(folder, NULL);
}

static void make_folder(void)
{
    static bool made;
    if (made)
        return;
    must(mkdtemp(folder) != NULL, "a folder can be made");
    (void)atexit(remove_folder);
    made = true;
}

static void put(const char *name, const void *data, size_t len)
{
    AUTO_FREE char *path = file_join(folder, name);
    AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0 && file_write_fd(fd, data, len) == 0, "a file can be written");
}

struct got {
    struct buf text[2];
    size_t pieces;
};

static bool take(void *data, bool is_err, const char *text, size_t len)
{
    struct got *g = data;
    buf_add(&g->text[is_err], text, len);
    g->pieces++;
    return true;
}

static void read_all(const struct container_log_query *q, struct got *ret)
{
    AUTO_FREE char *path = file_join(folder, "log");
    struct err e = {0};
    *ret = (struct got){0};
    must(container_log_read(path, q, take, ret, NULL, &e) == 0, "what is there can be read");
}

static void got_done(struct got *g)
{
    buf_done(&g->text[0]);
    buf_done(&g->text[1]);
}

static bool ends_with(const struct buf *whole, const struct buf *end)
{
    return end->len == 0 ||
           (end->len <= whole->len && memcmp(whole->data + whole->len - end->len, end->data, end->len) == 0);
}

static void feed_reader(const uint8_t *data, size_t size)
{
    const uint8_t *cut = size > 0 ? memchr(data, 0x1e, size) : NULL;
    size_t n = cut ? (size_t)(cut - data) : size;
    put("log", data, n);
    put("log.1", cut ? cut + 1 : data, cut ? size - n - 1 : 0);
    AUTO(got_done)
    struct got all, tail, timed, none;
    read_all(&(struct container_log_query){.tail = -1, .out = true, .err = true}, &all);
    read_all(&(struct container_log_query){.tail = 2, .out = true, .err = true}, &tail);
    read_all(&(struct container_log_query){.tail = -1, .since_us = 1767323045000006, .timestamps = true, .out = true},
             &timed);
    read_all(&(struct container_log_query){.tail = 0, .out = true, .err = true}, &none);
    must(none.pieces == 0, "a tail of nothing gives nothing");
    must(timed.text[1].len == 0, "a stream that is not wanted is not given");
    for (size_t i = 0; i < 2; i++)
        must(ends_with(&all.text[i], &tail.text[i]), "a tail is the end of the whole");
}

static void feed_writer(const uint8_t *data, size_t size)
{
    AUTO_FREE char *path = file_join(folder, "log");
    struct log_writer *w;
    struct err e = {0};
    put("log", "", 0);
    must(log_writer_open(path, 1 << 30, 1, &w, &e) == 0, "a log can be opened");
    for (size_t at = 0; at < size;) {
        size_t n = 1 + data[at] % 61U; /* pieces as reads would give them */
        n = n > size - at ? size - at : n;
        log_writer_bytes(w, false, (const char *)data + at, n, 1767323045000006);
        at += n;
    }
    log_writer_close(w);
    put("log.1", "", 0);
    AUTO(got_done)
    struct got all;
    read_all(&(struct container_log_query){.tail = -1, .out = true, .err = true}, &all);
    must(all.text[0].len == size && (size == 0 || memcmp(all.text[0].data, data, size) == 0),
         "output comes back as it was");
    must(all.text[1].len == 0, "and on its own stream");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_folder();
    if (size > 0 && data[0] % 2 == 1)
        feed_writer(data + 1, size - 1);
    else if (size > 0)
        feed_reader(data + 1, size - 1);
    return 0;
}
