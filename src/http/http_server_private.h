// SPDX-License-Identifier: Apache-2.0
/* The server's inside: how a request passes between the library's threads and the caller's loop. Private to the server.
 *
 * A request has two sides. The library's thread makes it (uri seen), gathers its body, suspends the connection and puts
 * the request in the queue; the loop takes it out, answers, and resumes the connection; the library's thread sends the
 * answer and says that it is finished. Each side holds a reference while it may still touch the request.
 *
 * Two rules keep this free of races:
 *   - Only the loop resumes a connection that was given to it, and a suspended connection is never closed by the
 *     library. So the connection pointer is good as long as `suspended` is set.
 *   - No function of the library that takes its own locks is called with the server's lock held: the library calls back
 *     (a request has finished) with a lock of its own held. */
#pragma once

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "http/http_front.h"
#include "http/http_server.h"
#include "base/lazy.h"

#define MHD_FUNCTIONS(X)                                                                                               \
    X(MHD_add_connection)                                                                                              \
    X(MHD_add_response_header)                                                                                         \
    X(MHD_create_response_from_buffer)                                                                                 \
    X(MHD_create_response_from_callback)                                                                               \
    X(MHD_create_response_from_fd64)                                                                                   \
    X(MHD_create_response_for_upgrade)                                                                                 \
    X(MHD_destroy_response)                                                                                            \
    X(MHD_get_connection_info)                                                                                         \
    X(MHD_get_connection_values)                                                                                       \
    X(MHD_queue_response)                                                                                              \
    X(MHD_resume_connection)                                                                                           \
    X(MHD_start_daemon)                                                                                                \
    X(MHD_stop_daemon)                                                                                                 \
    X(MHD_suspend_connection)                                                                                          \
    X(MHD_upgrade_action)

struct mhd_library {
    MHD_FUNCTIONS(LAZY_MEMBER)
};
extern struct mhd_library mhd_library;
int mhd_library_open(struct err *e);

struct http_server {
    atomic_int refs;
    uv_loop_t *loop;
    uv_async_t *async;
    struct http_front *front;
    struct MHD_Daemon *daemon;
    pthread_t starter;
    char *complaint; /* what the library logged last on the thread that starts it */
    size_t max_body, max_spool;
    char *spool_dir;
    bool (*spool)(void *data, const struct http_request *r);
    http_handler handle;
    void *data;
    bool stopped; /* the loop's own */

    pthread_mutex_t lock; /* for what follows, and where a request says so */
    bool stopping;
    struct http_request *all;                     /* those that the library's threads still know */
    struct http_request *queue_head, *queue_tail; /* those with events for the loop */
    size_t in_memory;                             /* bytes of all bodies */
};

/* What a connection is, told once for all its requests. */
struct http_peer {
    bool local;
    uid_t uid;
    char *cert_pem;
};

/* Events for the loop, as bits. */
enum {
    HTTP_CAME = 1,     /* the request is whole */
    HTTP_DRAINED = 2,  /* the stream's queue fell empty */
    HTTP_UPGRADED = 4, /* the connection can be handed over */
    HTTP_FINISHED = 8, /* the library has let go of it, in peace or not */
};

enum http_answer_kind { HTTP_ANSWER_NONE, HTTP_ANSWER_BODY, HTTP_ANSWER_FILE, HTTP_ANSWER_STREAM, HTTP_ANSWER_UPGRADE };

struct http_reply {
    enum http_answer_kind kind;
    int status, fd;
    char *type; /* or NULL; of an upgrade: the protocol */
    struct buf body;
    struct strv headers; /* name, value, name, value */
};

/* What a stream adds to its request. */
struct http_stream {
    struct http_request *request;
    /* under the server's lock */
    struct buf queue;
    size_t taken; /* bytes at the front of the queue that the library has */
    bool ended, waiting_for_drain;
    /* the loop's own */
    void (*gone)(void *data);
    void (*drained)(void *data);
    void *data;
    bool over;                /* ended by the caller, or told that it is gone */
    struct http_watch *watch; /* of the client's leaving */
};

struct http_handover {
    void (*ready)(void *data, int fd, const void *extra, size_t len);
    void *data;
    int fd; /* -1: none came yet */
    struct buf extra;
};

struct http_request {
    atomic_int refs;
    struct http_server *server; /* holds a reference */
    struct MHD_Connection *connection;

    /* Written by the library's thread until the request crosses, only read afterwards. */
    char *target, *method, *cert_pem, *spool_path;
    struct http_path path;
    struct buf heads; /* name NUL value NUL ... */
    struct buf body;
    int spool_fd;
    size_t size; /* of the body */
    bool local, begun, crossed;
    uid_t uid;
    int refused;   /* status that the server itself answers with, or 0 */
    char *refusal; /* its text */

    /* under the server's lock */
    struct http_request *prev, *next, *next_queued;
    bool queued, suspended, cut;
    unsigned events;
    struct http_reply reply;
    struct http_handover handover;

    /* the loop's own */
    bool answered;
    struct http_stream *stream;
};

/* http_server.c */
void http_server_unref(struct http_server *s);
/* Adds events for the loop. The lock is held. */
void http_event_put(struct http_request *r, unsigned events);
/* Lets the library go on with a connection when it waits. On the loop, without the lock. */
void http_request_resume(struct http_request *r);

/* http_request.c; the first four are the library's callbacks: `cls` is the server. */
void *http_on_uri(void *cls, const char *uri, struct MHD_Connection *connection);
enum MHD_Result http_on_access(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **context);
void http_on_completed(void *cls, struct MHD_Connection *connection, void **context,
                       enum MHD_RequestTerminationCode code);
void http_on_connection(void *cls, struct MHD_Connection *connection, void **context,
                        enum MHD_ConnectionNotificationCode code);
void http_request_ref(struct http_request *r);
void http_request_unref(struct http_request *r);

/* http_body.c: takes a request's body in, on the library's thread. */
void http_body_begin(struct http_request *r);
/* MHD_NO: the client sends on and on though it was refused. */
enum MHD_Result http_body_take(struct http_request *r, const char *bytes, size_t len);
void http_body_end(struct http_request *r);
void http_body_free(struct http_request *r);
__attribute__((format(printf, 3, 4))) void http_refuse(struct http_request *r, int status, const char *fmt, ...);
/* Removes what an earlier run left in the spool folder. */
int http_spool_sweep(const char *folder, struct err *e);

/* http_answer.c: gives the library the reply, on its thread. */
enum MHD_Result http_answer_send(struct http_request *r, struct MHD_Connection *connection);
enum MHD_Result http_refusal_send(struct http_request *r, struct MHD_Connection *connection);
void http_reply_done(struct http_reply *a);
/* Gives the reply over to the library's thread; the caller's side of the request ends unless `keep`. */
void http_reply_give(struct http_request *r, struct http_reply *a);

/* http_stream.c */
ssize_t http_stream_read(void *cls, uint64_t pos, char *to, size_t max); /* the library's callback */
void http_stream_event(struct http_request *r, unsigned events);         /* on the loop */
void http_stream_free(struct http_stream *s);

/* http_upgrade.c */
void http_on_upgrade(void *cls, struct MHD_Connection *connection, void *context, const char *extra, size_t extra_size,
                     MHD_socket sock, struct MHD_UpgradeResponseHandle *handle);
void http_upgrade_event(struct http_request *r, unsigned events); /* on the loop */
