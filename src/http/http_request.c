// SPDX-License-Identifier: Apache-2.0
/* Requests: made and ended on the library's thread, asked about on the loop. */
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "http/http_server_private.h"

#define HEAD_MAX (16 * 1024)

void http_request_ref(struct http_request *r)
{
    atomic_fetch_add(&r->refs, 1);
}

void http_request_unref(struct http_request *r)
{
    if (atomic_fetch_sub(&r->refs, 1) > 1)
        return;
    http_body_free(r);
    http_path_done(&r->path);
    http_reply_done(&r->reply);
    buf_done(&r->heads);
    if (r->stream)
        http_stream_free(r->stream);
    mem_closep(&r->handover.fd);
    buf_done(&r->handover.extra);
    char **owned[] = {&r->target, &r->method, &r->cert_pem, &r->refusal};
    for (size_t i = 0; i < ARRAY_LEN(owned); i++)
        mem_freep(owned[i]);
    http_server_unref(r->server);
    free(r);
}

void *http_on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct http_server *s = cls;
    struct http_request *r = mem_alloc(sizeof(*r));
    atomic_init(&r->refs, 1);
    atomic_fetch_add(&s->refs, 1);
    r->server = s;
    r->connection = connection;
    r->target = mem_strdup(uri);
    r->uid = (uid_t)-1;
    r->spool_fd = r->reply.fd = r->handover.fd = -1;
    pthread_mutex_lock(&s->lock);
    r->next = s->all;
    if (r->next)
        r->next->prev = r;
    s->all = r;
    pthread_mutex_unlock(&s->lock);
    return r;
}

void http_on_completed(void *cls, struct MHD_Connection *connection, void **context,
                       enum MHD_RequestTerminationCode code)
{
    struct http_request *r = *context;
    if (!r)
        return;
    *context = NULL;
    struct http_server *s = r->server;
    pthread_mutex_lock(&s->lock);
    if (r->prev)
        r->prev->next = r->next;
    else
        s->all = r->next;
    if (r->next)
        r->next->prev = r->prev;
    if (r->crossed)
        http_event_put(r, HTTP_FINISHED);
    pthread_mutex_unlock(&s->lock);
    http_request_unref(r);
}

/* Local is only who came by a Unix socket; nobody has a name by default. */
static struct http_peer *peer_new(struct http_server *s, struct MHD_Connection *connection)
{
    struct http_peer *p = mem_alloc(sizeof(*p));
    struct http_origin origin = {.uid = (uid_t)-1};
    const union MHD_ConnectionInfo *info =
        mhd_library.MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info && info->client_addr)
        memcpy(&origin, info->client_addr, sizeof(origin));
    p->local = origin.local;
    p->uid = origin.uid;
    p->cert_pem = origin.tls ? http_front_cert(s->front, origin.tls) : NULL;
    return p;
}

void http_on_connection(void *cls, struct MHD_Connection *connection, void **context,
                        enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = peer_new(cls, connection);
        return;
    }
    struct http_peer *p = *context;
    *context = NULL;
    http_front_left(((struct http_server *)cls)->front);
    if (p)
        free(p->cert_pem);
    free(p);
}

static void take_peer(struct http_request *r)
{
    const union MHD_ConnectionInfo *info =
        mhd_library.MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct http_peer *p = info ? info->socket_context : NULL;
    if (!p)
        return;
    r->local = p->local;
    r->uid = p->uid;
    r->cert_pem = mem_strdup(p->cert_pem);
}

static enum MHD_Result add_head(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct buf *heads = cls;
    buf_add(heads, key, strlen(key) + 1);
    buf_add(heads, value ? value : "", value ? strlen(value) + 1 : 1);
    return MHD_YES;
}

/* The head is there: notes what it says, and refuses at once what can be refused. */
static void begin(struct http_request *r, const char *method)
{
    struct err e = {0};
    const union MHD_ConnectionInfo *info =
        mhd_library.MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    r->begun = true;
    r->method = mem_strdup(method);
    mhd_library.MHD_get_connection_values(r->connection, MHD_HEADER_KIND, add_head, &r->heads);
    take_peer(r);
    if (info && info->header_size > HEAD_MAX)
        http_refuse(r, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "the request's head is larger than %d bytes",
                    HEAD_MAX);
    else if (http_path_parse(r->target, &r->path, &e) < 0)
        http_refuse(r, MHD_HTTP_BAD_REQUEST, "%s", err_text(&e));
    else
        http_body_begin(r);
}

/* Suspends the connection and gives the request to the loop. */
static void cross(struct http_request *r)
{
    struct http_server *s = r->server;
    mhd_library.MHD_suspend_connection(r->connection);
    pthread_mutex_lock(&s->lock);
    bool stopping = s->stopping;
    if (stopping) {
        r->cut = true;
    } else {
        r->suspended = true;
        r->crossed = true;
        http_request_ref(r); /* the loop's */
        http_event_put(r, HTTP_CAME);
    }
    pthread_mutex_unlock(&s->lock);
    if (stopping)
        mhd_library.MHD_resume_connection(r->connection);
}

enum MHD_Result http_on_access(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **context)
{
    struct http_request *r = *context;
    if (!r)
        return MHD_NO;
    if (!r->begun) {
        begin(r, method);
        return r->refused ? http_refusal_send(r, connection) : MHD_YES;
    }
    if (*upload_size > 0) {
        enum MHD_Result go_on = http_body_take(r, upload, *upload_size);
        *upload_size = 0;
        return go_on;
    }
    if (!r->crossed && !r->cut) {
        http_body_end(r);
        if (r->refused)
            return http_refusal_send(r, connection);
        cross(r);
        return MHD_YES;
    }
    return http_answer_send(r, connection);
}

const char *http_method(const struct http_request *r)
{
    return r->method;
}

const struct http_path *http_request_path(const struct http_request *r)
{
    return &r->path;
}

const char *http_header(const struct http_request *r, const char *name)
{
    for (size_t at = 0; at < r->heads.len;) {
        const char *key = r->heads.data + at, *value = key + strlen(key) + 1;
        if (strcasecmp(key, name) == 0)
            return value;
        at = (size_t)(value - r->heads.data) + strlen(value) + 1;
    }
    return NULL;
}

const void *http_body(const struct http_request *r, size_t *ret_len)
{
    *ret_len = r->body.len;
    return buf_str(&r->body);
}

const char *http_spooled(const struct http_request *r)
{
    return r->spool_path;
}

bool http_is_local(const struct http_request *r)
{
    return r->local;
}

uid_t http_peer_uid(const struct http_request *r)
{
    return r->uid;
}

const char *http_client_cert(const struct http_request *r)
{
    return r->cert_pem;
}
