// SPDX-License-Identifier: Apache-2.0
/* Requests and answers over a Unix socket and over TLS; who asks; bodies large, spooled and too large. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http_bed.h"
#include "io/file.h"
#include "io/sock.h"

static void hang_up(struct http_conn **c)
{
    http_close(*c);
}
#define AUTO_CONN AUTO(hang_up)

/* One call; gives the status, and the body when `body` is not NULL. */
static int ask(struct http_conn *c, const char *method, const char *path, const void *data, size_t len, char **body)
{
    struct http_answer a;
    struct err e = {0};
    int r = http_call(c, method, path, data ? "text/plain" : NULL, data, len, &a, &e);
    if (r < 0)
        fail_msg("%s", err_text(&e));
    if (body) {
        free(*body);
        *body = buf_take(&a.body);
    }
    http_answer_done(&a);
    return a.status;
}

static void answers_locally(void **state)
{
    struct bed *b = *state;
    AUTO_CONN struct http_conn *c = bed_connect(b);
    AUTO_FREE char *body = NULL;
    AUTO_FREE char *expect = mem_printf("GET local=1 uid=%d cn=- color=dark blue", (int)geteuid());
    for (int i = 0; i < 3; i++) { /* on one connection */
        assert_int_equal(ask(c, "GET", "/who?color=dark+blue", NULL, 0, &body), 201);
        assert_string_equal(body, expect);
    }
    assert_int_equal(ask(c, "GET", "/nowhere", NULL, 0, &body), 404);
    assert_string_equal(body, "");
    assert_int_equal(ask(c, "HEAD", "/who", NULL, 0, &body), 201);
    assert_string_equal(body, "");
    assert_int_equal(ask(c, "DELETE", "/echo", NULL, 0, &body), 200);
}

static void knows_clients_by_certificate(void **state)
{
    struct bed *b = *state;
    AUTO_FREE char *body = NULL;
    AUTO_CONN struct http_conn *known = bed_connect_tls(b, &b->client_id, &b->ca);
    assert_non_null(known);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask(known, "GET", "/who", NULL, 0, &body), 201);
        assert_string_equal(body, "GET local=0 uid=-1 cn=anna color=-");
    }
    AUTO_CONN struct http_conn *bare = bed_connect_tls(b, NULL, &b->ca);
    assert_non_null(bare);
    assert_int_equal(ask(bare, "GET", "/who", NULL, 0, &body), 201);
    assert_string_equal(body, "GET local=0 uid=-1 cn=- color=-");
    AUTO_CONN struct http_conn *stranger = bed_connect_tls(b, &b->stranger_id, &b->ca);
    assert_non_null(stranger);
    assert_int_equal(ask(stranger, "GET", "/who", NULL, 0, &body), 201);
    assert_string_equal(body, "GET local=0 uid=-1 cn=- color=-");
    /* A server's certificate of the right CA makes no client. */
    AUTO_CONN struct http_conn *server = bed_connect_tls(b, &b->server_id, &b->ca);
    assert_non_null(server);
    assert_int_equal(ask(server, "GET", "/who", NULL, 0, &body), 201);
    assert_string_equal(body, "GET local=0 uid=-1 cn=- color=-");
    assert_null(bed_connect_tls(b, &b->client_id, &b->other_ca)); /* the client refuses the server */
}

/* Bytes that differ everywhere. */
static char *pattern(size_t len)
{
    char *bytes = mem_alloc(len + 1);
    uint32_t v = 1;
    for (size_t i = 0; i < len; i++) {
        v = v * 1664525 + 1013904223;
        bytes[i] = (char)('a' + (v >> 24) % 26);
    }
    return bytes;
}

static void echoes(struct http_conn *c)
{
    static const size_t sizes[] = {0, 1, 1000, 20000, BED_MAX_BODY - 1, BED_MAX_BODY};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        AUTO_FREE char *bytes = pattern(sizes[i]);
        AUTO_FREE char *body = NULL;
        assert_int_equal(ask(c, "POST", "/echo", bytes, sizes[i], &body), 200);
        assert_string_equal(body, bytes);
    }
}

static void takes_bodies(void **state)
{
    struct bed *b = *state;
    AUTO_CONN struct http_conn *local = bed_connect(b);
    AUTO_CONN struct http_conn *tls = bed_connect_tls(b, &b->client_id, &b->ca);
    echoes(local);
    echoes(tls);
}

static void refuses_large_bodies(struct http_conn *c, struct bed *b)
{
    AUTO_FREE char *bytes = pattern(BED_MAX_BODY + 1);
    AUTO_FREE char *body = NULL;
    assert_int_equal(ask(c, "POST", "/echo", bytes, BED_MAX_BODY + 1, &body), 413);
    assert_non_null(strstr(body, "larger than 262144 bytes"));
    /* And without a length told before. */
    AUTO_FREE char *path = file_join(b->folder, "large");
    assert_int_equal(file_write_fast(path, bytes, BED_MAX_BODY + 1, 0600, NULL), 0);
    AUTO_CLOSE int fd = open(path, O_RDONLY);
    struct http_answer a;
    struct err e = {0};
    assert_int_equal(http_call_fd(c, "POST", "/echo", "text/plain", fd, &a, &e), 0);
    assert_int_equal(a.status, 413);
    http_answer_done(&a);
    assert_int_equal(ask(c, "POST", "/echo", "x", 1, &body), 200);
}

static void refuses_what_is_too_large(void **state)
{
    struct bed *b = *state;
    AUTO_CONN struct http_conn *local = bed_connect(b);
    AUTO_CONN struct http_conn *tls = bed_connect_tls(b, NULL, &b->ca);
    int before = bed_count(b, &b->requests);
    refuses_large_bodies(local, b);
    refuses_large_bodies(tls, b);
    bed_wait(b, &b->requests, before + 2);
    assert_int_equal(bed_count(b, &b->requests), before + 2); /* what was refused never came to the handler */
}

static void spools(struct bed *b, struct http_conn *c, size_t len, bool chunked, const char *target)
{
    AUTO_FREE char *bytes = pattern(len);
    char digest[DIGEST_TEXT_SIZE];
    AUTO_FREE char *body = NULL;
    digest_of(bytes, len, digest);
    if (!chunked) {
        assert_int_equal(ask(c, "PUT", target, bytes, len, &body), 200);
        assert_string_equal(body, digest);
        return;
    }
    AUTO_FREE char *path = file_join(b->folder, "source");
    assert_int_equal(file_write_fast(path, bytes, len, 0600, NULL), 0);
    AUTO_CLOSE int fd = open(path, O_RDONLY);
    struct http_answer a;
    struct err e = {0};
    assert_int_equal(http_call_fd(c, "PUT", target, "text/plain", fd, &a, &e), 0);
    assert_int_equal(a.status, 200);
    assert_string_equal(buf_str(&a.body), digest);
    http_answer_done(&a);
}

static int left_in_spool(struct bed *b)
{
    AUTO_FREE char *path = file_join(b->folder, "spool");
    AUTO_STRV struct strv names = {0};
    assert_int_equal(file_list(path, &names, NULL), 0);
    return (int)names.n;
}

static void spools_to_files(void **state)
{
    struct bed *b = *state;
    AUTO_CONN struct http_conn *local = bed_connect(b);
    AUTO_CONN struct http_conn *tls = bed_connect_tls(b, NULL, &b->ca);
    AUTO_FREE char *taken = file_join(b->folder, "taken");
    AUTO_FREE char *body = NULL;
    spools(b, local, BED_MAX_BODY * 4, false, "/spool");
    spools(b, local, BED_MAX_SPOOL, true, "/spool");
    spools(b, tls, BED_MAX_BODY * 4, true, "/spool");
    spools(b, tls, BED_MAX_SPOOL, false, "/spool");
    spools(b, tls, 0, false, "/spool");
    AUTO_FREE char *bytes = pattern(BED_MAX_SPOOL + 1);
    assert_int_equal(ask(local, "PUT", "/spool", bytes, BED_MAX_SPOOL + 1, &body), 413);
    spools(b, local, 5000, false, "/spool?take=1");
    assert_true(file_exists(taken));
    bed_run(b, bed_stop_server); /* all requests are through then */
    assert_int_equal(left_in_spool(b), 0);
    assert_true(file_exists(taken));
}

static void sends_files(void **state)
{
    struct bed *b = *state;
    AUTO_FREE char *bytes = pattern(3000000);
    AUTO_FREE char *path = file_join(b->folder, "file");
    assert_int_equal(file_write_fast(path, bytes, 3000000, 0600, NULL), 0);
    AUTO_CONN struct http_conn *local = bed_connect(b);
    AUTO_CONN struct http_conn *tls = bed_connect_tls(b, NULL, &b->ca);
    AUTO_FREE char *body = NULL;
    assert_int_equal(ask(local, "GET", "/file", NULL, 0, &body), 200);
    assert_string_equal(body, bytes);
    assert_int_equal(ask(tls, "GET", "/file", NULL, 0, &body), 200);
    assert_string_equal(body, bytes);
}

/* Sends text as it is and gives the status of the answer, 0 when the connection was closed without. */
static int ask_raw(struct bed *b, const char *text, size_t len)
{
    AUTO_CLOSE int fd = -1;
    char answer[4096];
    struct err e = {0};
    struct http_head h;
    assert_int_equal(sock_connect_unix(b->socket_path, &fd, &e), 0);
    if (sock_send_fds(fd, text, len, NULL, 0) < 0)
        return 0;
    ssize_t n = read(fd, answer, sizeof(answer));
    return n > 0 && http_head_parse(answer, (size_t)n, &h) > 0 ? h.status : 0;
}

static void refuses_malformed_requests(void **state)
{
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        {"GET /who HTTP/1.1\r\nHost: x\r\n\r\n", 201},
        {"GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET who HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /who HTTP/1.1\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413},
        {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n", 413},
    };
    struct bed *b = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int status = ask_raw(b, cases[i].text, strlen(cases[i].text));
        if (status != cases[i].status)
            fail_msg("%d where %d is expected for: %s", status, cases[i].status, cases[i].text);
    }
}

static int ask_with_head_of(struct bed *b, size_t size)
{
    AUTO_BUF struct buf text = {0};
    buf_adds(&text, "GET /who HTTP/1.1\r\nHost: x\r\n");
    for (int i = 0; text.len < size; i++) /* many fields of a kilobyte */
        buf_addf(&text, "X-%d: %01000d\r\n", i, i);
    buf_adds(&text, "\r\n");
    return ask_raw(b, text.data, text.len);
}

static void limits_heads(void **state)
{
    struct bed *b = *state;
    assert_int_equal(ask_with_head_of(b, 14 * 1024), 201);
    assert_int_equal(ask_with_head_of(b, 18 * 1024), 431);
    int status = ask_with_head_of(b, 100 * 1024);
    assert_true(status == 431 || status == 0);
    assert_int_equal(ask_with_head_of(b, 1000), 201);
}

static void respond_held(struct bed *b)
{
    http_respond(take_ptr(b->held), 200, "text/plain", "late", 4);
}

static void serves_others_while_one_waits(void **state)
{
    struct bed *b = *state;
    AUTO_CLOSE int waiting = -1;
    struct err e = {0};
    char answer[1000] = "";
    assert_int_equal(sock_connect_unix(b->socket_path, &waiting, &e), 0);
    static const char text[] = "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_int_equal(sock_send_fds(waiting, text, strlen(text), NULL, 0), 0);
    bed_wait(b, &b->requests, 1);
    AUTO_CONN struct http_conn *c = bed_connect(b);
    assert_int_equal(ask(c, "GET", "/who", NULL, 0, NULL), 201);
    bed_run(b, respond_held);
    assert_true(read(waiting, answer, sizeof(answer) - 1) > 0);
    assert_non_null(strstr(answer, "200 OK"));
}

/* The answer to a client that has left goes nowhere and hurts nobody. */
static void outlives_clients(void **state)
{
    struct bed *b = *state;
    static const char text[] = "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n";
    for (int i = 0; i < 5; i++) {
        int fd = -1;
        assert_int_equal(sock_connect_unix(b->socket_path, &fd, NULL), 0);
        assert_int_equal(sock_send_fds(fd, text, strlen(text), NULL, 0), 0);
        bed_wait(b, &b->requests, i + 1);
        close(fd);
        bed_run(b, respond_held);
    }
    /* Nor does one that leaves in the middle of its body. */
    for (int i = 0; i < 5; i++) {
        static const char part[] = "PUT /spool HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc";
        int fd = -1;
        assert_int_equal(sock_connect_unix(b->socket_path, &fd, NULL), 0);
        assert_int_equal(sock_send_fds(fd, part, strlen(part), NULL, 0), 0);
        close(fd);
    }
    AUTO_CONN struct http_conn *c = bed_connect(b);
    assert_int_equal(ask(c, "GET", "/who", NULL, 0, NULL), 201);
    bed_run(b, bed_stop_server);
    assert_int_equal(left_in_spool(b), 0);
}

static void stops_with_a_request_waiting(void **state)
{
    struct bed *b = *state;
    AUTO_CLOSE int fd = -1;
    static const char text[] = "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    char answer[100];
    assert_int_equal(sock_connect_unix(b->socket_path, &fd, NULL), 0);
    assert_int_equal(sock_send_fds(fd, text, strlen(text), NULL, 0), 0);
    bed_wait(b, &b->requests, 1);
    bed_run(b, bed_stop_server);
    assert_true(read(fd, answer, sizeof(answer)) <= 0);
    size_t len;
    assert_string_equal(http_body(b->held, &len), "abc"); /* still good */
    bed_run(b, respond_held);
}

/* More than there is room for are sent away; when they are gone there is room again. */
static void limits_connections(void **state)
{
    struct bed *b = *state;
    struct rlimit limit;
    struct pollfd p[600];
    size_t closed = 0;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 2 * ARRAY_LEN(p) + 100) {
        print_message("skipped: the limit of open files is too low for %zu connections\n", ARRAY_LEN(p));
        skip();
    }
    for (size_t i = 0; i < ARRAY_LEN(p); i++) {
        p[i] = (struct pollfd){.fd = -1, .events = POLLIN};
        assert_int_equal(sock_connect_unix(b->socket_path, &p[i].fd, NULL), 0);
    }
    /* They came in order, so the last one is turned away; then all that are to be have been. */
    assert_int_equal(poll(&p[ARRAY_LEN(p) - 1], 1, 20000), 1);
    for (size_t i = 0; i < ARRAY_LEN(p); i++)
        closed += poll(&p[i], 1, 0) > 0;
    assert_int_equal(closed, ARRAY_LEN(p) - 500);
    for (size_t i = 0; i < ARRAY_LEN(p); i++)
        close(p[i].fd);
    int status = 0;
    for (int i = 0; i < 20000 && status != 201; i++) {
        usleep(1000);
        status = ask_with_head_of(b, 1);
    }
    assert_int_equal(status, 201);
}

/* A crowd that connects and never shakes hands locks nobody out. */
static void serves_tls_beside_a_silent_crowd(void **state)
{
    struct bed *b = *state;
    int crowd[520];
    struct err e = {0};
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 2 * ARRAY_LEN(crowd) + 100) {
        print_message("skipped: the limit of open files is too low for %zu connections\n", ARRAY_LEN(crowd));
        skip();
    }
    for (size_t i = 0; i < ARRAY_LEN(crowd); i++)
        assert_int_equal(sock_connect_tcp("127.0.0.1", b->port, 20 * US_PER_S, &crowd[i], &e), 0);
    AUTO_CONN struct http_conn *c = bed_connect_tls(b, &b->client_id, &b->ca);
    assert_non_null(c);
    assert_int_equal(ask(c, "GET", "/who", NULL, 0, NULL), 201);
    for (size_t i = 0; i < ARRAY_LEN(crowd); i++)
        close(crowd[i]);
}

static void tells_why_it_cannot_start(void **state)
{
    struct bed *b = *state;
    struct err e = {0};
    struct tls_identity wrong = {.cert_pem = b->server_id.cert_pem, .key_pem = b->ca.cert_pem};
    struct http_listen listen = {.fd = -1, .tls = &wrong};
    assert_int_equal(sock_listen_tcp("127.0.0.1", 0, &listen.fd, &e), 0);
    uv_loop_t loop;
    uv_loop_init(&loop);
    struct http_options o = {.loop = &loop, .listens = &listen, .n_listens = 1};
    struct http_server *s = NULL;
    assert_int_equal(http_server_start(&o, &s, &e), -EINVAL);
    assert_null(s);
    assert_non_null(strstr(err_text(&e), "start to serve HTTP: read the certificates to serve with: "));
    assert_int_equal(fcntl(listen.fd, F_GETFD), -1); /* it was the server's */
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

#define BED_TEST(fn) cmocka_unit_test_setup_teardown(fn, bed_up, bed_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(answers_locally),
        BED_TEST(knows_clients_by_certificate),
        BED_TEST(takes_bodies),
        BED_TEST(refuses_what_is_too_large),
        BED_TEST(spools_to_files),
        BED_TEST(sends_files),
        BED_TEST(refuses_malformed_requests),
        BED_TEST(limits_heads),
        BED_TEST(serves_others_while_one_waits),
        BED_TEST(outlives_clients),
        BED_TEST(stops_with_a_request_waiting),
        BED_TEST(limits_connections),
        BED_TEST(serves_tls_beside_a_silent_crowd),
        BED_TEST(tells_why_it_cannot_start),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
