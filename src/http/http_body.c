// SPDX-License-Identifier: Apache-2.0
/* Takes the bodies of requests in: into memory, or into files of the spool folder. On the library's thread. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "http/http_server_private.h"
#include "io/file.h"

#define SPOOL_PREFIX  "spool-"
#define IN_MEMORY_MAX (32U * 1024 * 1024) /* of all bodies at once */
#define DISCARD_MAX   (16U * 1024 * 1024) /* of a refused body, so that a client which sends first hears why */

void http_refuse(struct http_request *r, int status, const char *fmt, ...)
{
    char text[800];
    va_list args;
    if (r->refused)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    r->refused = status;
    r->refusal = mem_printf("%s\n", text);
    r->size = 0; /* from here on: bytes thrown away */
}

static size_t most(const struct http_request *r)
{
    return r->spool_path ? r->server->max_spool : r->server->max_body;
}

static void refuse_size(struct http_request *r)
{
    http_refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "the request's body is larger than %zu bytes", most(r));
}

static void open_spool(struct http_request *r)
{
    AUTO_FREE char *name = mem_printf(SPOOL_PREFIX "XXXXXX");
    AUTO_FREE char *path = file_join(r->server->spool_dir, name);
    r->spool_fd = mkostemp(path, O_CLOEXEC);
    if (r->spool_fd < 0) {
        log_error("make a file for a request's body in %s: %s", r->server->spool_dir, strerror(errno));
        http_refuse(r, MHD_HTTP_INTERNAL_SERVER_ERROR, "the server cannot keep the request's body: %s",
                    strerror(errno));
        return;
    }
    r->spool_path = take_ptr(path);
}

static bool wants_spool(const struct http_request *r)
{
    return r->server->spool && r->server->spool(r->server->data, r);
}

void http_body_begin(struct http_request *r)
{
    int64_t length;
    const char *text = http_header(r, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (wants_spool(r))
        open_spool(r);
    if (text && (!str_to_i64(text, 0, INT64_MAX, &length) || (uint64_t)length > most(r)))
        refuse_size(r);
}

/* Counts against what all bodies together may take. */
static bool reserve(struct http_request *r, size_t len)
{
    struct http_server *s = r->server;
    pthread_mutex_lock(&s->lock);
    bool fits = len <= IN_MEMORY_MAX - s->in_memory;
    s->in_memory += fits ? len : 0;
    pthread_mutex_unlock(&s->lock);
    return fits;
}

static void release(struct http_request *r)
{
    if (r->body.len == 0)
        return;
    pthread_mutex_lock(&r->server->lock);
    r->server->in_memory -= r->body.len;
    pthread_mutex_unlock(&r->server->lock);
    buf_done(&r->body);
}

static void keep(struct http_request *r, const char *bytes, size_t len)
{
    if (!reserve(r, len))
        http_refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "too many large requests at once; try again later");
    else
        buf_add(&r->body, bytes, len);
}

static void spool(struct http_request *r, const char *bytes, size_t len)
{
    int code = file_write_fd(r->spool_fd, bytes, len);
    if (code == 0)
        return;
    log_error("write a request's body to %s: %s", r->spool_path, strerror(-code));
    if (code == -ENOSPC || code == -EDQUOT)
        http_refuse(r, MHD_HTTP_INSUFFICIENT_STORAGE, "the server's disk is full: free some space on it");
    else
        http_refuse(r, MHD_HTTP_INTERNAL_SERVER_ERROR, "the server cannot keep the request's body: %s",
                    strerror(-code));
}

enum MHD_Result http_body_take(struct http_request *r, const char *bytes, size_t len)
{
    if (!r->refused && len > most(r) - r->size)
        refuse_size(r);
    r->size += len;
    if (r->refused) {
        http_body_free(r);
        return r->size > DISCARD_MAX ? MHD_NO : MHD_YES;
    }
    if (r->spool_path)
        spool(r, bytes, len);
    else
        keep(r, bytes, len);
    return MHD_YES;
}

void http_body_end(struct http_request *r)
{
    mem_closep(&r->spool_fd);
}

void http_body_free(struct http_request *r)
{
    release(r);
    mem_closep(&r->spool_fd);
    if (r->spool_path)
        unlink(r->spool_path); /* not there any more when the caller took it */
    mem_freep(&r->spool_path);
}

int http_spool_sweep(const char *folder, struct err *e)
{
    AUTO_STRV struct strv names = {0};
    int r = file_mkdirs(folder, 0700, e);
    if (r == 0)
        r = file_list(folder, &names, e);
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        AUTO_FREE char *path = file_join(folder, names.v[i]);
        if (str_starts(names.v[i], SPOOL_PREFIX) && unlink(path) < 0)
            r = err_errno(e, errno, "remove %s, left from before", path);
    }
    return r;
}
