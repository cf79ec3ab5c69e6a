// SPDX-License-Identifier: Apache-2.0
/* Answers: given on the loop, sent on the library's thread. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "http/http_server_private.h"

#define STREAM_BLOCK 1024 /* for old clients that get no chunks */

void http_reply_done(struct http_reply *a)
{
    mem_freep(&a->type);
    buf_done(&a->body);
    strv_done(&a->headers);
    mem_closep(&a->fd);
}

static struct MHD_Response *make_response(struct http_request *r)
{
    struct http_reply *a = &r->reply;
    struct stat st;
    switch (a->kind) {
    case HTTP_ANSWER_BODY: {
        size_t len = a->body.len;
        return mhd_library.MHD_create_response_from_buffer(len, buf_take(&a->body), MHD_RESPMEM_MUST_FREE);
    }
    case HTTP_ANSWER_FILE:
        if (fstat(a->fd, &st) < 0 || !S_ISREG(st.st_mode))
            return NULL;
        return mhd_library.MHD_create_response_from_fd64((uint64_t)st.st_size, take_fd(&a->fd));
    case HTTP_ANSWER_STREAM:
        return mhd_library.MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, http_stream_read, r, NULL);
    case HTTP_ANSWER_UPGRADE:
        return mhd_library.MHD_create_response_for_upgrade(http_on_upgrade, r);
    case HTTP_ANSWER_NONE:
        break;
    }
    return NULL;
}

static void add_headers(struct MHD_Response *response, const struct http_reply *a)
{
    const char *name = a->kind == HTTP_ANSWER_UPGRADE ? MHD_HTTP_HEADER_UPGRADE : MHD_HTTP_HEADER_CONTENT_TYPE;
    if (a->type)
        mhd_library.MHD_add_response_header(response, name, a->type);
    for (size_t i = 0; i + 1 < a->headers.n; i += 2)
        mhd_library.MHD_add_response_header(response, a->headers.v[i], a->headers.v[i + 1]);
}

enum MHD_Result http_answer_send(struct http_request *r, struct MHD_Connection *connection)
{
    pthread_mutex_lock(&r->server->lock);
    bool cut = r->cut;
    pthread_mutex_unlock(&r->server->lock);
    /* The reply was written before the connection was resumed, and is not written again. */
    struct MHD_Response *response = cut ? NULL : make_response(r);
    if (!response)
        return MHD_NO;
    add_headers(response, &r->reply);
    enum MHD_Result sent = mhd_library.MHD_queue_response(connection, (unsigned)r->reply.status, response);
    mhd_library.MHD_destroy_response(response);
    return sent;
}

enum MHD_Result http_refusal_send(struct http_request *r, struct MHD_Connection *connection)
{
    struct http_reply *a = &r->reply;
    a->kind = HTTP_ANSWER_BODY;
    a->status = r->refused;
    free(a->type); /* the library may ask again for the same request */
    a->type = mem_strdup("text/plain; charset=utf-8");
    buf_clear(&a->body);
    buf_adds(&a->body, r->refusal);
    return http_answer_send(r, connection);
}

void http_reply_give(struct http_request *r, struct http_reply *a)
{
    pthread_mutex_lock(&r->server->lock);
    r->reply = *a;
    pthread_mutex_unlock(&r->server->lock);
    r->answered = true;
    http_request_resume(r);
}

/* "Name: value" */
static void add_extra(struct strv *to, const char *const *headers)
{
    for (size_t i = 0; headers && headers[i]; i++) {
        const char *colon = strchr(headers[i], ':');
        if (!colon)
            continue;
        strv_take(to, mem_strndup(headers[i], (size_t)(colon - headers[i])));
        strv_add(to, colon + 1 + strspn(colon + 1, " "));
    }
}

void http_respond_with(struct http_request *r, int status, const char *type, const void *body, size_t len,
                       const char *const *headers)
{
    struct http_reply a = {.kind = HTTP_ANSWER_BODY, .status = status, .fd = -1, .type = mem_strdup(type)};
    buf_add(&a.body, body, len);
    add_extra(&a.headers, headers);
    http_reply_give(r, &a);
    http_request_unref(r);
}

void http_respond(struct http_request *r, int status, const char *type, const void *body, size_t len)
{
    http_respond_with(r, status, type, body, len, NULL);
}

void http_respond_file(struct http_request *r, int status, const char *type, int fd)
{
    struct http_reply a = {.kind = HTTP_ANSWER_FILE, .status = status, .fd = fd, .type = mem_strdup(type)};
    http_reply_give(r, &a);
    http_request_unref(r);
}
