// SPDX-License-Identifier: Apache-2.0
/* Reserved host ports, in a network namespace of their own: held, given back, refused with the holder's name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net.h"

static bool alone;

static int set_up(void **state)
{
    struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    alone = unshare(CLONE_NEWNET) == 0;
    AUTO_CLOSE int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return alone && ioctl(fd, SIOCSIFFLAGS, &up) < 0 ? -1 : 0;
}

static void need_namespace(void)
{
    if (alone)
        return;
    print_message("# skipped: needs the right to make a network namespace\n");
    skip();
}

static int listen_at(int family, const char *address, uint16_t port, int type)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = {.any.sa_family = (sa_family_t)family};
    int on = 1, fd = socket(family, type | SOCK_CLOEXEC, 0);
    if (family == AF_INET) {
        at.v4.sin_port = htons(port);
        inet_pton(family, address, &at.v4.sin_addr);
    } else {
        at.v6.sin6_port = htons(port);
        inet_pton(family, address, &at.v6.sin6_addr);
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(bind(fd, &at.any, family == AF_INET ? sizeof(at.v4) : sizeof(at.v6)), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(fd, 5), 0);
    return fd;
}

static void assert_taken(const char *ip, uint16_t port, bool udp, const char *words)
{
    int fd = -1;
    struct err e = {0};
    AUTO_FREE char *self = mem_printf("(process %d) holds it", getpid());
    assert_int_equal(net_port_reserve(ip, port, udp, &fd, &e), -EADDRINUSE);
    assert_int_equal(fd, -1);
    if (!strstr(e.text, words) || !strstr(e.text, self))
        fail_msg("'%s' does not say '%s' and '%s'", e.text, words, self);
}

static void a_port_is_held_until_it_is_closed(void **state)
{
    need_namespace();
    struct err e = {0};
    int first = -1, again = -1, other = -1;
    assert_int_equal(net_port_reserve(NULL, 8080, false, &first, &e), 0);
    assert_taken(NULL, 8080, false, "reserve port 8080/tcp of the host (all addresses)");
    assert_taken("127.0.0.1", 8080, false, "reserve port 8080/tcp of the host (127.0.0.1)");
    assert_int_equal(net_port_reserve("", 8080, true, &other, &e), 0); /* udp is another port */
    close(first);
    assert_int_equal(net_port_reserve(NULL, 8080, false, &again, &e), 0);
    close(again);
    close(other);
}

static void addresses_are_apart(void **state)
{
    need_namespace();
    struct err e = {0};
    int one = -1, two = -1;
    assert_int_equal(net_port_reserve("127.0.0.1", 81, false, &one, &e), 0);
    assert_int_equal(net_port_reserve("127.0.0.2", 81, false, &two, &e), 0);
    close(one);
    close(two);
}

static void whoever_holds_it_is_named(void **state)
{
    static const struct {
        int family, type;
        const char *address;
        uint16_t port;
    } holders[] = {{AF_INET, SOCK_STREAM, "0.0.0.0", 90},
                   {AF_INET, SOCK_STREAM, "127.0.0.1", 91},
                   {AF_INET6, SOCK_STREAM, "::", 92},
                   {AF_INET, SOCK_DGRAM, "0.0.0.0", 93}};
    need_namespace();
    for (size_t i = 0; i < ARRAY_LEN(holders); i++) {
        AUTO_CLOSE int fd = listen_at(holders[i].family, holders[i].address, holders[i].port, holders[i].type);
        assert_taken(NULL, holders[i].port, holders[i].type == SOCK_DGRAM, "'test_net_port'");
    }
}

static void dying_connections_are_in_nobodys_way(void **state)
{
    need_namespace();
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(94), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct err e = {0};
    int server = listen_at(AF_INET, "127.0.0.1", 94, SOCK_STREAM),
        client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&at, sizeof(at)), 0);
    int served = accept(server, NULL, NULL), fd = -1;
    close(served); /* the server's side ends first, and lingers */
    close(client);
    close(server);
    assert_int_equal(net_port_reserve(NULL, 94, false, &fd, &e), 0);
    close(fd);
}

static void nonsense_is_refused(void **state)
{
    need_namespace();
    struct err e = {0};
    int fd = -1;
    assert_int_equal(net_port_reserve(NULL, 0, false, &fd, &e), -EINVAL);
    assert_int_equal(net_port_reserve("localhost", 80, false, &fd, &e), -EINVAL);
    assert_int_equal(net_port_reserve("203.0.113.9", 80, false, &fd, &e), -EADDRNOTAVAIL);
    assert_non_null(strstr(e.text, "203.0.113.9 is no address of this host"));
    assert_int_equal(fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_port_is_held_until_it_is_closed),
        cmocka_unit_test(addresses_are_apart),
        cmocka_unit_test(whoever_holds_it_is_named),
        cmocka_unit_test(dying_connections_are_in_nobodys_way),
        cmocka_unit_test(nonsense_is_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, NULL);
}
