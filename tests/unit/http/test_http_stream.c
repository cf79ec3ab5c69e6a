// SPDX-License-Identifier: Apache-2.0
/* Streams that come bit by bit: order, back-pressure, slow and leaving clients, stopping; over a Unix socket and TLS.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "http_bed.h"
#include "io/sock.h"

static void hang_up(struct http_conn **c)
{
    http_close(*c);
}
#define AUTO_CONN AUTO(hang_up)

static void say_one(struct bed *b)
{
    if (b->stream)
        http_stream_write(b->stream, "one\n", 4);
}

static void end_stream(struct bed *b)
{
    if (b->stream)
        http_stream_end(take_ptr(b->stream));
}

static void say_much(struct bed *b)
{
    static const char kilobyte[1024] = "much";
    for (int i = 0; i < 3 * 1024 && b->stream; i++)
        http_stream_write(b->stream, kilobyte, sizeof(kilobyte));
}

/* Gathers a stream and makes the server say more at certain points. */
struct listener {
    struct bed *bed;
    struct buf got;
    int step;
    size_t stop_at; /* hang up after so many bytes; 0: never */
};

static int listen_on(void *data, const void *bytes, size_t len)
{
    static void (*const steps[])(struct bed *) = {say_one, say_much, say_one, end_stream};
    struct listener *l = data;
    buf_add(&l->got, bytes, len);
    if (l->stop_at > 0 && l->got.len >= l->stop_at)
        return 1;
    /* Each step's text must have come whole before the next is asked for. */
    static const size_t due[] = {6, 10, 10 + 3 * 1024 * 1024, 14 + 3 * 1024 * 1024};
    if (l->step < 4 && l->got.len == due[l->step])
        bed_run(l->bed, steps[l->step++]);
    return 0;
}

static void follow_to_the_end(struct bed *b, struct http_conn *c)
{
    struct listener l = {.bed = b};
    struct err e = {0};
    int status = 0;
    assert_int_equal(http_follow(c, "GET", "/stream", listen_on, &l, &status, &e), 0);
    assert_int_equal(status, 200);
    assert_int_equal(l.got.len, 14 + 3 * 1024 * 1024);
    assert_memory_equal(l.got.data, "begun\none\nmuch", 14);
    assert_memory_equal(l.got.data + l.got.len - 4, "one\n", 4);
    buf_done(&l.got);
    /* The connection is good for more. */
    struct http_answer a;
    assert_int_equal(http_call(c, "GET", "/who", NULL, NULL, 0, &a, &e), 0);
    assert_int_equal(a.status, 201);
    http_answer_done(&a);
}

static void streams_in_order(void **state)
{
    struct bed *b = *state;
    AUTO_CONN struct http_conn *local = bed_connect(b);
    AUTO_CONN struct http_conn *tls = bed_connect_tls(b, NULL, &b->ca);
    follow_to_the_end(b, local);
    follow_to_the_end(b, tls);
    assert_int_equal(bed_count(b, &b->gone), 0); /* an ended stream is not gone */
    assert_true(bed_count(b, &b->drained) >= 2);
}

static void leave_early(struct bed *b, struct http_conn *c, int nth)
{
    struct listener l = {.bed = b, .stop_at = 6};
    int status;
    struct err e = {0};
    assert_int_equal(http_follow(c, "GET", "/stream", listen_on, &l, &status, &e), 1);
    buf_done(&l.got);
    http_close(c);
    bed_wait(b, &b->gone, nth); /* seen though nothing is written */
    bed_run(b, say_one);
}

static void sees_clients_leave(void **state)
{
    struct bed *b = *state;
    leave_early(b, bed_connect(b), 1);
    leave_early(b, bed_connect_tls(b, &b->client_id, &b->ca), 2);
    leave_early(b, bed_connect(b), 3);
    assert_int_equal(bed_count(b, &b->gone), 3);
}

static void measure(struct bed *b)
{
    b->queued = http_stream_queued(b->stream);
}

/* A client that does not read is cut off when it is too far behind, not before. */
static void cuts_off_the_slow(void **state)
{
    struct bed *b = *state;
    AUTO_CLOSE int fd = -1;
    static const char text[] = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_int_equal(sock_connect_unix(b->socket_path, &fd, NULL), 0);
    assert_int_equal(sock_send_fds(fd, text, strlen(text), NULL, 0), 0);
    bed_wait(b, &b->requests, 1);
    bed_run(b, say_much);
    bed_run(b, measure);
    assert_int_equal(bed_count(b, &b->gone), 0);
    assert_true(b->queued > 1024 * 1024 && b->queued <= 3 * 1024 * 1024 + 6);
    bed_run(b, say_much);
    bed_wait(b, &b->gone, 1);
    bed_run(b, say_one);
    char step[65536];
    size_t total = 0;
    ssize_t n;
    while ((n = read(fd, step, sizeof(step))) > 0)
        total += (size_t)n;
    assert_true(total < 3 * 1024 * 1024);
}

static void stop_within(struct bed *b)
{
    say_much(b);
    bed_stop_server(b);
    say_one(b); /* b->stream is NULL by now: gone was told */
}

static void stops_with_open_streams(void **state)
{
    struct bed *b = *state;
    struct pollfd p[3] = {{.fd = -1}};
    static const char text[] = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sock_connect_unix(b->socket_path, &p[i].fd, NULL), 0);
        assert_int_equal(sock_send_fds(p[i].fd, text, strlen(text), NULL, 0), 0);
        bed_wait(b, &b->requests, i + 1);
    }
    bed_run(b, stop_within);
    assert_int_equal(bed_count(b, &b->gone), 3);
    char step[65536];
    for (int i = 0; i < 3; i++) {
        while (read(p[i].fd, step, sizeof(step)) > 0) {
        }
        close(p[i].fd);
    }
}

static void answers_head_of_a_stream(void **state)
{
    struct bed *b = *state;
    AUTO_CONN struct http_conn *c = bed_connect(b);
    struct http_answer a;
    struct err e = {0};
    assert_int_equal(http_call(c, "HEAD", "/stream", NULL, NULL, 0, &a, &e), 0);
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body.len, 0);
    http_answer_done(&a);
    bed_wait(b, &b->gone, 1);
}

/* A client of HTTP/1.0 gets the stream without chunks, to the end of the connection. */
static void streams_to_old_clients(void **state)
{
    struct bed *b = *state;
    AUTO_CLOSE int fd = -1;
    static const char text[] = "GET /stream HTTP/1.0\r\n\r\n";
    AUTO_BUF struct buf got = {0};
    char step[4096];
    ssize_t n;
    assert_int_equal(sock_connect_unix(b->socket_path, &fd, NULL), 0);
    assert_int_equal(sock_send_fds(fd, text, strlen(text), NULL, 0), 0);
    bed_wait(b, &b->requests, 1);
    bed_run(b, say_one);
    bed_run(b, end_stream);
    while ((n = read(fd, step, sizeof(step))) > 0)
        buf_add(&got, step, (size_t)n);
    assert_true(str_ends(buf_str(&got), "\r\n\r\nbegun\none\n"));
}

/* A client that asks for one thing after another, leaves amid streams, and ends when nobody listens. */
struct client {
    struct bed *bed;
    uv_thread_t thread;
    unsigned seed;
    bool tls;
};

static int leave(void *data, const void *bytes, size_t len)
{
    return 1;
}

static int ask_something(struct client *c, struct http_conn *conn, const char *body)
{
    struct http_answer a = {0};
    int status, kind = rand_r(&c->seed) % 4;
    if (kind == 0)
        return http_follow(conn, "GET", "/stream", leave, NULL, &status, NULL);
    int r = kind == 1 ? http_call(conn, "POST", "/echo", "text/plain", body, 50000, &a, NULL)
                      : http_call(conn, "GET", kind == 2 ? "/who" : "/a/../b", NULL, NULL, 0, &a, NULL);
    http_answer_done(&a);
    return r;
}

static void be_a_client(void *data)
{
    struct client *c = data;
    const struct bed *b = c->bed;
    struct http_target t = {.unix_path = c->tls ? NULL : b->socket_path,
                            .host = "localhost",
                            .port = b->port,
                            .ca_pem = b->ca.cert_pem,
                            .me = &b->client_id};
    AUTO_FREE char *body = mem_alloc(50001);
    struct http_conn *conn = NULL;
    memset(body, 'b', 50000);
    while (http_open(&t, &conn, NULL) == 0) {
        for (int i = 0; i < 10 && ask_something(c, conn, body) >= 0; i++) {
        }
        http_close(take_ptr(conn));
    }
}

static void stops_while_busy(void **state)
{
    struct bed *b = *state;
    struct client clients[8];
    for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
        clients[i] = (struct client){.bed = b, .seed = (unsigned)i, .tls = i % 4 == 0};
        assert_int_equal(uv_thread_create(&clients[i].thread, be_a_client, &clients[i]), 0);
    }
    bed_wait(b, &b->requests, 600);
    bed_run(b, bed_stop_server);
    for (size_t i = 0; i < ARRAY_LEN(clients); i++)
        uv_thread_join(&clients[i].thread);
}

#define BED_TEST(fn) cmocka_unit_test_setup_teardown(fn, bed_up, bed_down)

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        BED_TEST(streams_in_order),        BED_TEST(sees_clients_leave),       BED_TEST(cuts_off_the_slow),
        BED_TEST(stops_with_open_streams), BED_TEST(answers_head_of_a_stream), BED_TEST(streams_to_old_clients),
        BED_TEST(stops_while_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
