// SPDX-License-Identifier: Apache-2.0
/* Gets blobs: into a file that may hold their beginning, hashed on the way, going on where a transfer broke. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/image_disk.h"
#include "image/registry_private.h"
#include "io/file.h"

#define TRIES_WITHOUT_PROGRESS 5
#define CHECK_DISK_EVERY       (4LL * 1024 * 1024)

struct download {
    int fd;
    int64_t at, size, checked;
    int64_t asked; /* where this request was asked to begin */
    bool begun;    /* this request's first bytes came */
    struct digest digest;
    void (*progress)(void *data, int64_t bytes);
    void *data;
    struct err *e;
};

static int start_over(struct download *d)
{
    digest_init(&d->digest);
    d->at = d->checked = 0;
    return ftruncate(d->fd, 0) < 0 || lseek(d->fd, 0, SEEK_SET) < 0 ? err_errno(d->e, errno, "empty the download") : 0;
}

/* Where the bytes of a 206 begin; -1: it does not say. */
static int64_t range_start(const struct http_get_reply *reply)
{
    static const char unit[] = "bytes ";
    int64_t start;
    AUTO_FREE char *range = http_get_header(reply, "Content-Range");
    if (!range || !str_starts(range, unit))
        return -1;
    char *from = range + strlen(unit);
    from[strspn(from, "0123456789")] = '\0';
    return str_to_i64(from, 0, INT64_MAX, &start) ? start : -1;
}

/* The first bytes of an answer: a server that knows no ranges sends all from the start. */
static int begin(struct download *d, const struct http_get_reply *reply)
{
    d->begun = true;
    int64_t start = reply->status == 206 ? range_start(reply) : -1;
    if (start >= 0 && start != d->asked)
        return err_set(d->e, EBADMSG, "the registry sent another part than the one asked for");
    return reply->status == 200 && d->at > 0 ? start_over(d) : 0;
}

static int take_bytes(void *data, const struct http_get_reply *reply, const void *bytes, size_t len)
{
    struct download *d = data;
    int r = d->begun ? 0 : begin(d, reply);
    if (r == 0 && (int64_t)len > d->size - d->at)
        r = err_set(d->e, EBADMSG, "the registry sends more than the %lld bytes announced", (long long)d->size);
    if (r == 0 && (d->checked == 0 || d->at - d->checked >= CHECK_DISK_EVERY)) {
        d->checked = d->at + 1;
        r = image_disk_check(d->fd, d->e);
    }
    if (r < 0)
        return r;
    r = file_write_fd(d->fd, bytes, len);
    if (r < 0)
        return err_errno(d->e, -r, "write the download");
    digest_add(&d->digest, bytes, len);
    d->at += (int64_t)len;
    if (d->progress)
        d->progress(d->data, d->at);
    return 0;
}

/* What a broken transfer left counts, but is hashed again: the digest is of all. */
static int take_up(struct download *d)
{
    enum { SIZE = 256 * 1024 };
    AUTO_FREE char *chunk = mem_alloc(SIZE);
    struct stat st;
    if (fstat(d->fd, &st) < 0 || lseek(d->fd, 0, SEEK_SET) < 0)
        return err_errno(d->e, errno, "open the download");
    if (st.st_size > d->size)
        return start_over(d);
    for (;;) {
        ssize_t n = read(d->fd, chunk, SIZE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(d->e, errno, "read the download");
        if (n == 0)
            return 0;
        digest_add(&d->digest, chunk, (size_t)n);
        d->at += n;
    }
}

/* One request. 0: go on looking at what came; -EAGAIN: it broke; else final. */
static int fetch_once(struct registry *r, const char *path, const char *digest, struct download *d, struct err *e)
{
    struct http_get_reply reply = {0};
    struct http_get_request q = {.from = d->at, .sink = take_bytes, .data = d};
    d->asked = d->at;
    d->begun = false;
    int k = registry_get(r, path, &q, &reply, e);
    if (k == -ECANCELED)
        k = -(e && e->code ? e->code : EIO);
    else if (k == 0 && reply.status == 416)
        k = start_over(d) < 0 ? -EIO : -EAGAIN;
    else if (k == 0 && (reply.status >= 500 || reply.status == 429))
        k = registry_refused(r, digest, &reply, e) < 0 ? -EAGAIN : 0;
    else if (k == 0 && reply.status != 200 && reply.status != 206)
        k = registry_refused(r, digest, &reply, e);
    else if (k < 0 && reply.again)
        k = -EAGAIN;
    else if (k == 0 && d->at < d->size) /* the end came early, politely */
        k = err_set(e, ENETUNREACH, "the transfer ended early") < 0 ? -EAGAIN : 0;
    http_get_reply_done(&reply);
    return k;
}

static int fetch_all(struct registry *r, const char *digest, struct download *d, struct err *e)
{
    AUTO_FREE char *path = mem_printf("%s/blobs/%s", r->repository, digest);
    int idle = 0;
    while (d->at < d->size) {
        int64_t before = d->at;
        int k = fetch_once(r, path, digest, d, e);
        if (k == -EAGAIN) {
            idle = d->at > before ? 0 : idle + 1;
            if (idle >= TRIES_WITHOUT_PROGRESS)
                return e && e->code ? -e->code : -ENETUNREACH;
            registry_wait(idle);
        } else if (k < 0) {
            return k;
        }
    }
    err_clear(e);
    return 0;
}

/* All is there: is it the right thing? */
static int judge(struct download *d, const char *digest)
{
    char have[DIGEST_TEXT_SIZE];
    digest_text(&d->digest, have);
    if (str_eq(have, digest))
        return 0;
    (void)start_over(d);
    return err_set(d->e, EBADMSG, "%s came with digest %s; the registry or the way to it is broken, try again", digest,
                   have);
}

int registry_blob(struct registry *r, const char *digest, int64_t size, int fd,
                  void (*progress)(void *data, int64_t bytes), void *data, struct err *e)
{
    struct err own = {0};
    struct download d = {.fd = fd, .size = size, .progress = progress, .data = data, .e = e ? e : &own};
    digest_init(&d.digest);
    int k = take_up(&d);
    bool resumed = d.at > 0;
    if (k == 0)
        k = fetch_all(r, digest, &d, d.e);
    if (k == 0)
        k = judge(&d, digest);
    if (k == -EBADMSG && resumed) { /* the beginning may have been the bad part: once more from the start */
        err_clear(d.e);
        k = start_over(&d);
        if (k == 0)
            k = fetch_all(r, digest, &d, d.e);
        if (k == 0)
            k = judge(&d, digest);
    }
    if (k == -EBADMSG)
        (void)start_over(&d);
    return k;
}
