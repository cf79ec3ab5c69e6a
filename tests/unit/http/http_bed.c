// SPDX-License-Identifier: Apache-2.0
/* Serves a few paths on a loop in a thread. */
#include "http_bed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "io/sock.h"

static void count(struct bed *b, int *counter)
{
    uv_mutex_lock(&b->lock);
    ++*counter;
    uv_cond_broadcast(&b->changed);
    uv_mutex_unlock(&b->lock);
}

int bed_count(struct bed *b, const int *counter)
{
    uv_mutex_lock(&b->lock);
    int value = *counter;
    uv_mutex_unlock(&b->lock);
    return value;
}

void bed_wait(struct bed *b, const int *counter, int value)
{
    uv_mutex_lock(&b->lock);
    while (*counter < value)
        if (uv_cond_timedwait(&b->changed, &b->lock, 60ULL * 1000 * 1000 * 1000) < 0) {
            uv_mutex_unlock(&b->lock);
            fail_msg("waited a minute in vain: %d where %d is to come", *counter, value);
        }
    uv_mutex_unlock(&b->lock);
}

static void on_gone(void *data)
{
    struct bed *b = data;
    b->stream = NULL;
    count(b, &b->gone);
}

static void on_drained(void *data)
{
    struct bed *b = data;
    count(b, &b->drained);
}

static void on_ready(void *data, int fd, const void *extra, size_t len)
{
    struct bed *b = data;
    uv_mutex_lock(&b->lock);
    b->raw_fd = fd;
    free(b->extra);
    b->extra = len > 0 ? mem_strndup(extra, len) : NULL;
    uv_mutex_unlock(&b->lock);
    count(b, &b->ready);
}

static void echo(struct bed *b, struct http_request *r)
{
    size_t len;
    const void *body = http_body(r, &len);
    const char *type = http_header(r, "content-TYPE");
    http_respond(r, 200, type ? type : "text/plain", body, len);
}

/* Who asks, as JSON. */
static void who(struct bed *b, struct http_request *r)
{
    AUTO_FREE char *cn = NULL;
    AUTO_FREE char *org = NULL;
    const char *pem = http_client_cert(r), *color = map_get(&http_request_path(r)->query, "color");
    if (pem)
        tls_subject(pem, &cn, &org, NULL);
    AUTO_FREE char *text = mem_printf("%s local=%d uid=%ld cn=%s color=%s", http_method(r), http_is_local(r),
                                      (long)(int32_t)http_peer_uid(r), cn ? cn : "-", color ? color : "-");
    static const char *const extra[] = {"X-One: 1", "X-Two: two words", NULL};
    http_respond_with(r, 201, "text/plain", text, strlen(text), extra);
}

static void spooled(struct bed *b, struct http_request *r)
{
    AUTO_FREE char *text = NULL;
    AUTO_FREE char *taken = file_join(b->folder, "taken");
    size_t len = 0;
    if (!http_spooled(r)) {
        http_respond(r, 500, NULL, NULL, 0);
        return;
    }
    if (map_has(&http_request_path(r)->query, "take"))
        rename(http_spooled(r), taken);
    int code = file_read(map_has(&http_request_path(r)->query, "take") ? taken : http_spooled(r), BED_MAX_SPOOL, &text,
                         &len, NULL);
    char digest[DIGEST_TEXT_SIZE] = "";
    if (code == 0)
        digest_of(text, len, digest);
    http_respond(r, code == 0 ? 200 : 500, "text/plain", digest, strlen(digest));
}

static void send_file(struct bed *b, struct http_request *r)
{
    AUTO_FREE char *path = file_join(b->folder, "file");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        http_respond(r, 404, NULL, NULL, 0);
    else
        http_respond_file(r, 200, "application/octet-stream", fd);
}

static void hold(struct bed *b, struct http_request *r)
{
    b->held = r;
}

static void stream(struct bed *b, struct http_request *r)
{
    b->stream = http_stream_begin(r, 200, "application/json", on_gone, b);
    http_stream_on_drain(b->stream, on_drained);
    http_stream_write(b->stream, "begun\n", 6);
}

void bed_upgrade(struct bed *b, struct http_request *r)
{
    http_upgrade(r, FRAME_PROTOCOL, on_ready, b);
}

static void handle(void *data, struct http_request *r)
{
    static const struct {
        const char *name;
        void (*answer)(struct bed *b, struct http_request *r);
    } routes[] = {{"echo", echo}, {"who", who},       {"spool", spooled},      {"file", send_file},
                  {"hold", hold}, {"stream", stream}, {"upgrade", bed_upgrade}};
    struct bed *b = data;
    const struct http_path *p = http_request_path(r);
    void (*answer)(struct bed * b, struct http_request * r) = NULL;
    for (size_t i = 0; i < ARRAY_LEN(routes) && p->parts.n > 0; i++)
        if (str_eq(routes[i].name, p->parts.v[0]))
            answer = routes[i].answer;
    if (answer)
        answer(b, r);
    else
        http_respond(r, 404, NULL, NULL, 0);
    count(b, &b->requests);
}

static bool wants_spool(void *data, const struct http_request *r)
{
    const struct strv *parts = &http_request_path(r)->parts;
    return str_eq(http_method(r), "PUT") && parts->n == 1 && str_eq(parts->v[0], "spool");
}

static void on_wake(uv_async_t *wake)
{
    struct bed *b = wake->data;
    uv_mutex_lock(&b->lock);
    void (*run)(struct bed *) = take_ptr(b->run);
    uv_mutex_unlock(&b->lock);
    if (!run)
        return;
    run(b);
    count(b, &b->done_calls);
}

void bed_run(struct bed *b, void (*run)(struct bed *b))
{
    int call = ++b->calls;
    uv_mutex_lock(&b->lock);
    b->run = run;
    uv_mutex_unlock(&b->lock);
    uv_async_send(&b->wake);
    bed_wait(b, &b->done_calls, call);
}

static void run_loop(void *data)
{
    uv_run(&((struct bed *)data)->loop, UV_RUN_DEFAULT);
}

static void issue(struct tls_identity *to, const char *name, const struct tls_identity *issuer, bool server)
{
    static const char *const names[] = {"localhost", "127.0.0.1", NULL};
    struct err e = {0};
    struct tls_request q = {.common_name = name,
                            .names = server ? names : NULL,
                            .ca = !issuer,
                            .server = server,
                            .client = issuer && !server,
                            .valid_us = 3600 * US_PER_S};
    assert_int_equal(tls_issue(&q, issuer, to, &e), 0);
}

static void start(struct bed *b)
{
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    struct err e = {0};
    struct http_listen listens[2] = {{.fd = -1}, {.fd = -1, .tls = &b->server_id, .client_ca = b->ca.cert_pem}};
    assert_int_equal(sock_listen_unix(b->socket_path, 0600, &listens[0].fd, &e), 0);
    assert_int_equal(sock_listen_tcp("127.0.0.1", 0, &listens[1].fd, &e), 0);
    assert_int_equal(getsockname(listens[1].fd, (struct sockaddr *)&address, &size), 0);
    b->port = ntohs(address.sin_port);
    AUTO_FREE char *spool = file_join(b->folder, "spool");
    struct http_options o = {.loop = &b->loop,
                             .listens = listens,
                             .n_listens = 2,
                             .max_body = BED_MAX_BODY,
                             .max_spool = BED_MAX_SPOOL,
                             .spool_dir = spool,
                             .spool = wants_spool,
                             .handle = handle,
                             .data = b};
    int r = http_server_start(&o, &b->server, &e);
    if (r < 0)
        fail_msg("%s", err_text(&e));
}

int bed_up(void **state)
{
    struct bed *b = mem_alloc(sizeof(*b));
    *state = b;
    strcpy(b->folder, "/tmp/http-bed-XXXXXX");
    if (!mkdtemp(b->folder))
        return -1;
    b->socket_path = file_join(b->folder, "api.sock");
    b->raw_fd = -1;
    issue(&b->ca, "bed-ca", NULL, false);
    issue(&b->other_ca, "other-ca", NULL, false);
    issue(&b->server_id, "bed", &b->ca, true);
    issue(&b->client_id, "anna", &b->ca, false);
    issue(&b->stranger_id, "anna", &b->other_ca, false);
    uv_loop_init(&b->loop);
    uv_mutex_init(&b->lock);
    uv_cond_init(&b->changed);
    uv_async_init(&b->loop, &b->wake, on_wake);
    b->wake.data = b;
    start(b);
    return uv_thread_create(&b->thread, run_loop, b);
}

void bed_stop_server(struct bed *b)
{
    http_server_stop(take_ptr(b->server));
}

static void end(struct bed *b)
{
    bed_stop_server(b);
    if (b->held)
        http_respond(take_ptr(b->held), 200, NULL, NULL, 0);
    uv_close((uv_handle_t *)&b->wake, NULL);
}

int bed_down(void **state)
{
    struct bed *b = *state;
    bed_run(b, end);
    uv_thread_join(&b->thread);
    int r = uv_loop_close(&b->loop);
    struct tls_identity *ids[] = {&b->ca, &b->other_ca, &b->server_id, &b->client_id, &b->stranger_id};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        tls_identity_done(ids[i]);
    mem_closep(&b->raw_fd);
    uv_cond_destroy(&b->changed);
    uv_mutex_destroy(&b->lock);
    file_remove_tree(b->folder, NULL);
    free(b->socket_path);
    free(b->extra);
    free(b);
    return r;
}

struct http_conn *bed_connect(struct bed *b)
{
    struct http_target t = {.unix_path = b->socket_path};
    struct http_conn *c = NULL;
    struct err e = {0};
    if (http_open(&t, &c, &e) < 0)
        fail_msg("%s", err_text(&e));
    return c;
}

struct http_conn *bed_connect_tls(struct bed *b, const struct tls_identity *me, const struct tls_identity *ca)
{
    struct http_target t = {.host = "localhost", .port = b->port, .ca_pem = ca->cert_pem, .me = me};
    struct http_conn *c = NULL;
    struct err e = {0};
    return http_open(&t, &c, &e) < 0 ? NULL : c;
}
