// SPDX-License-Identifier: Apache-2.0
/* Upgraded connections: bytes both ways, early ones too, either side leaving, stopping; over a Unix socket and TLS. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "http_bed.h"
#include "io/sock.h"

#define BULK (2 * 1024 * 1024)

static void hang_up(struct http_conn **c)
{
    http_close(*c);
}
#define AUTO_CONN AUTO(hang_up)

static int upgrade(struct http_conn *c, const char *path)
{
    struct http_answer a;
    struct err e = {0};
    int r = http_ask_upgrade(c, "POST", path, FRAME_PROTOCOL, "{}", 2, &a, &e);
    if (r < 0)
        r = a.status;
    http_answer_done(&a);
    return r;
}

/* The server's end, blocking so that a thread can work on it. */
static int server_end(struct bed *b, int nth)
{
    bed_wait(b, &b->ready, nth);
    int fd = take_fd(&b->raw_fd);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}

static void fill(char *bytes, size_t len, unsigned seed)
{
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)((i * 31 + (i >> 9) + seed) & 0xff);
}

/* Sends all back what comes, until the end, then closes. */
static void echo_thread(void *data)
{
    int fd = *(int *)data;
    char step[10000];
    ssize_t n;
    while ((n = read(fd, step, sizeof(step))) > 0)
        if (sock_send_fds(fd, step, (size_t)n, NULL, 0) < 0)
            break;
    close(fd);
}

struct sending {
    struct http_conn *conn;
    const char *bytes;
    size_t len;
    int result;
};

static void read_all(struct http_conn *c, char *to, size_t len)
{
    for (size_t got = 0; got < len;) {
        ssize_t n = http_raw_read(c, to + got, len - got);
        assert_true(n > 0);
        got += (size_t)n;
    }
}

/* In steps, each read back before the next: one connection is not for two threads. */
static void passes(struct bed *b, struct http_conn *c, int nth)
{
    assert_int_equal(upgrade(c, "/upgrade"), 0);
    int fd = server_end(b, nth);
    uv_thread_t thread;
    assert_int_equal(uv_thread_create(&thread, echo_thread, &fd), 0);
    AUTO_FREE char *sent = mem_alloc(BULK);
    AUTO_FREE char *got = mem_alloc(BULK);
    static const size_t steps[] = {1, 5, 1000, 70000, 100000};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        fill(sent, steps[i], (unsigned)i);
        assert_int_equal(http_raw_write(c, sent, steps[i]), 0);
        read_all(c, got, steps[i]);
        assert_memory_equal(got, sent, steps[i]);
    }
    http_close(c); /* the thread sees the end */
    uv_thread_join(&thread);
}

static void passes_bytes_both_ways(void **state)
{
    struct bed *b = *state;
    passes(b, bed_connect(b), 1);
    passes(b, bed_connect_tls(b, &b->client_id, &b->ca), 2);
}

static void send_thread(void *data)
{
    int fd = *(int *)data;
    AUTO_FREE char *bytes = mem_alloc(BULK);
    fill(bytes, BULK, 7);
    sock_send_fds(fd, bytes, BULK, NULL, 0);
    close(fd); /* at once: all of it must arrive none the less */
}

static void bulk_down(struct bed *b, struct http_conn *c, int nth)
{
    AUTO_FREE char *expect = mem_alloc(BULK);
    AUTO_FREE char *got = mem_alloc(BULK);
    fill(expect, BULK, 7);
    assert_int_equal(upgrade(c, "/upgrade"), 0);
    int fd = server_end(b, nth);
    uv_thread_t thread;
    assert_int_equal(uv_thread_create(&thread, send_thread, &fd), 0);
    read_all(c, got, BULK);
    assert_memory_equal(got, expect, BULK);
    assert_true(http_raw_read(c, got, 1) <= 0);
    uv_thread_join(&thread);
    http_close(c);
}

static void take_thread(void *data)
{
    struct sending *s = data;
    s->result = http_raw_write(s->conn, s->bytes, s->len);
    http_close(s->conn);
}

static void bulk_up(struct bed *b, struct http_conn *c, int nth)
{
    AUTO_FREE char *bytes = mem_alloc(BULK);
    AUTO_FREE char *got = mem_alloc(BULK);
    fill(bytes, BULK, 9);
    assert_int_equal(upgrade(c, "/upgrade"), 0);
    AUTO_CLOSE int fd = server_end(b, nth);
    struct sending s = {c, bytes, BULK, -1};
    uv_thread_t thread;
    assert_int_equal(uv_thread_create(&thread, take_thread, &s), 0);
    size_t total = 0;
    ssize_t n;
    while (total < BULK && (n = read(fd, got + total, BULK - total)) > 0)
        total += (size_t)n;
    assert_int_equal(total, BULK);
    assert_int_equal(read(fd, got, 1), 0);
    uv_thread_join(&thread);
    assert_int_equal(s.result, 0);
    assert_int_equal(memcmp(got + 1, bytes + 1, BULK - 1), 0);
}

static void passes_bulk(void **state)
{
    struct bed *b = *state;
    bulk_down(b, bed_connect(b), 1);
    bulk_down(b, bed_connect_tls(b, NULL, &b->ca), 2);
    bulk_up(b, bed_connect(b), 3);
    bulk_up(b, bed_connect_tls(b, NULL, &b->ca), 4);
}

static void sees_ends(struct bed *b, struct http_conn *c, int nth)
{
    char byte;
    assert_int_equal(upgrade(c, "/upgrade"), 0);
    int fd = server_end(b, nth);
    close(fd); /* the server's user is done */
    assert_true(http_raw_read(c, &byte, 1) <= 0);
    http_close(c);
}

static void the_server_closes(void **state)
{
    struct bed *b = *state;
    for (int i = 0; i < 3; i++) {
        sees_ends(b, bed_connect(b), 2 * i + 1);
        sees_ends(b, bed_connect_tls(b, NULL, &b->ca), 2 * i + 2);
    }
}

/* The client leaves while nothing is under way: the server's user sees it, over TLS too. */
static void the_client_leaves(void **state)
{
    struct bed *b = *state;
    struct http_conn *conns[] = {bed_connect(b), bed_connect_tls(b, NULL, &b->ca)};
    for (int i = 0; i < 2; i++) {
        char byte;
        assert_int_equal(upgrade(conns[i], "/upgrade"), 0);
        AUTO_CLOSE int fd = server_end(b, i + 1);
        assert_int_equal(http_raw_write(conns[i], "x", 1), 0);
        http_close(conns[i]);
        assert_int_equal(read(fd, &byte, 1), 1);
        assert_int_equal(read(fd, &byte, 1), 0);
    }
}

static void takes_early_bytes(void **state)
{
    struct bed *b = *state;
    AUTO_CLOSE int fd = -1;
    char answer[1000] = "";
    static const char text[] = "GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                               "Upgrade: " FRAME_PROTOCOL "\r\n\r\nearly bird";
    assert_int_equal(sock_connect_unix(b->socket_path, &fd, NULL), 0);
    assert_int_equal(sock_send_fds(fd, text, strlen(text), NULL, 0), 0);
    __attribute__((unused)) AUTO_CLOSE int end = server_end(b, 1);
    assert_string_equal(b->extra, "early bird");
    assert_true(read(fd, answer, sizeof(answer) - 1) > 0);
    assert_non_null(strstr(answer, "101 "));
}

static void close_raw(struct bed *b)
{
    mem_closep(&b->raw_fd);
}

static void stops_with_upgraded_connections(void **state)
{
    struct bed *b = *state;
    char byte;
    AUTO_CONN struct http_conn *local = bed_connect(b);
    AUTO_CONN struct http_conn *tls = bed_connect_tls(b, NULL, &b->ca);
    assert_int_equal(upgrade(local, "/upgrade"), 0);
    AUTO_CLOSE int plain = server_end(b, 1);
    assert_int_equal(upgrade(tls, "/upgrade"), 0);
    AUTO_CLOSE int crypted = server_end(b, 2);
    bed_run(b, bed_stop_server);
    assert_true(http_raw_read(tls, &byte, 1) <= 0);
    assert_true(read(crypted, &byte, 1) <= 0);
    /* A plain connection was given away wholly. */
    assert_int_equal(http_raw_write(local, "y", 1), 0);
    assert_int_equal(read(plain, &byte, 1), 1);
}

static void upgrade_held(struct bed *b)
{
    bed_upgrade(b, take_ptr(b->held));
}

static void tells_that_an_upgrade_failed(void **state)
{
    struct bed *b = *state;
    static const char text[] = "GET /hold HTTP/1.1\r\nHost: x\r\nUpgrade: " FRAME_PROTOCOL "\r\n\r\n";
    static const char old[] = "GET /hold HTTP/1.0\r\n\r\n";
    int fd = -1;
    /* By a client too old. */
    assert_int_equal(sock_connect_unix(b->socket_path, &fd, NULL), 0);
    assert_int_equal(sock_send_fds(fd, old, strlen(old), NULL, 0), 0);
    bed_wait(b, &b->requests, 1);
    bed_run(b, upgrade_held);
    bed_wait(b, &b->ready, 1);
    assert_int_equal(b->raw_fd, -1);
    close(fd);
    /* By the server's end. */
    assert_int_equal(sock_connect_unix(b->socket_path, &fd, NULL), 0);
    assert_int_equal(sock_send_fds(fd, text, strlen(text), NULL, 0), 0);
    bed_wait(b, &b->requests, 2);
    bed_run(b, bed_stop_server);
    bed_run(b, upgrade_held);
    assert_int_equal(bed_count(b, &b->ready), 2);
    assert_int_equal(b->raw_fd, -1);
    close(fd);
    bed_run(b, close_raw);
}

#define BED_TEST(fn) cmocka_unit_test_setup_teardown(fn, bed_up, bed_down)

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        BED_TEST(passes_bytes_both_ways),
        BED_TEST(passes_bulk),
        BED_TEST(the_server_closes),
        BED_TEST(the_client_leaves),
        BED_TEST(takes_early_bytes),
        BED_TEST(stops_with_upgraded_connections),
        BED_TEST(tells_that_an_upgrade_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
