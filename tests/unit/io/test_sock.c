// SPDX-License-Identifier: Apache-2.0
/* Sockets: dead ones are replaced, living ones respected, descriptors passed whole or closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "io/sock.h"

static char folder[] = "/tmp/io-sock-XXXXXX";

static int make_folder(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    return file_remove_tree(folder, NULL);
}

static void listens_and_respects_the_living(void **state)
{
    AUTO_FREE char *path = file_join(folder, "s");
    struct err e = {0};
    struct stat st;
    AUTO_CLOSE int listening = -1, other = -1, client = -1;
    assert_int_equal(sock_connect_unix(path, &client, &e), -ENOENT);
    assert_int_equal(sock_listen_unix(path, 0666, &listening, &e), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0666);
    assert_true(fcntl(listening, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(sock_connect_unix(path, &client, &e), 0);
    assert_int_equal(sock_listen_unix(path, 0600, &other, &e), -EADDRINUSE);
    assert_int_equal(sock_listen_seqpacket(path, 0600, &other, &e), -EADDRINUSE);
    uid_t uid = 12345;
    assert_int_equal(sock_peer_uid(client, &uid), 0);
    assert_int_equal(uid, geteuid());
    close(take_fd(&listening));
    assert_int_equal(sock_listen_unix(path, 0600, &other, &e), 0); /* dead: replaced */
}

static void refuses_what_is_no_place(void **state)
{
    AUTO_FREE char *file = file_join(folder, "file");
    struct err e = {0};
    int fd = -1;
    assert_int_equal(file_write_fast(file, "x", 1, 0600, NULL), 0);
    assert_int_equal(sock_listen_unix(file, 0600, &fd, &e), -EEXIST);
    assert_true(file_exists(file));
    AUTO_FREE char *name = mem_alloc(121);
    memset(name, 'n', 120);
    AUTO_FREE char *path = file_join(folder, name);
    assert_int_equal(sock_listen_unix(path, 0600, &fd, &e), -ENAMETOOLONG);
    assert_int_equal(fd, -1);
}

static void passes_descriptors(void **state)
{
    int pair[2], pipes[2], got[SOCK_MAX_FDS];
    char text[16];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(sock_send_fds(pair[0], "hello", 5, pipes, 2), 0);
    size_t n = SOCK_MAX_FDS;
    assert_int_equal(sock_recv_fds(pair[1], text, sizeof(text), got, &n), 5);
    assert_int_equal(n, 2);
    assert_memory_equal(text, "hello", 5);
    assert_true(fcntl(got[0], F_GETFD) & FD_CLOEXEC);
    assert_int_equal(write(got[1], "x", 1), 1);
    assert_int_equal(read(pipes[0], text, 1), 1);
    close(got[0]);
    close(got[1]);
    /* No room for both: nothing is taken, nothing leaks. */
    int before = dup(0);
    close(before);
    assert_int_equal(sock_send_fds(pair[0], "hello", 5, pipes, 2), 0);
    n = 1;
    assert_int_equal(sock_recv_fds(pair[1], text, sizeof(text), got, &n), -EMSGSIZE);
    assert_int_equal(n, 0);
    int after = dup(0);
    assert_int_equal(before, after);
    close(after);
    assert_int_equal(sock_send_fds(pair[0], "a longer text than fits", 23, NULL, 0), 0);
    n = 0;
    assert_int_equal(sock_recv_fds(pair[1], text, sizeof(text), NULL, &n), -EMSGSIZE);
    close(pair[0]);
    n = SOCK_MAX_FDS;
    assert_int_equal(sock_recv_fds(pair[1], text, sizeof(text), got, &n), 0);
    assert_int_equal(sock_send_fds(pair[1], "x", 1, NULL, 0), -EPIPE); /* and no signal */
    close(pair[1]);
    close(pipes[0]);
    close(pipes[1]);
}

static void connects_over_tcp(void **state)
{
    struct err e = {0};
    AUTO_CLOSE int listening = -1, client = -1, second = -1;
    struct sockaddr_in a;
    socklen_t len = sizeof(a);
    assert_int_equal(sock_listen_tcp("127.0.0.1", 0, &listening, &e), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&a, &len), 0);
    uint16_t port = ntohs(a.sin_port);
    assert_int_equal(sock_connect_tcp("127.0.0.1", port, US_PER_S, &client, &e), 0);
    assert_false(fcntl(client, F_GETFL) & O_NONBLOCK);
    assert_int_equal(sock_listen_tcp("127.0.0.1", port, &second, &e), -EADDRINUSE);
    close(take_fd(&listening));
    assert_int_equal(sock_connect_tcp("127.0.0.1", port, US_PER_S, &second, &e), -ECONNREFUSED);
    assert_non_null(strstr(e.text, "127.0.0.1"));
    assert_int_equal(sock_listen_tcp("no.address", 0, &second, &e), -EINVAL);
    assert_int_equal(sock_listen_tcp("", 0, &second, &e), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listens_and_respects_the_living),
        cmocka_unit_test(refuses_what_is_no_place),
        cmocka_unit_test(passes_descriptors),
        cmocka_unit_test(connects_over_tcp),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
