// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "node/pod_hosts.h"

static void names_that_have_an_address(void **state)
{
    const struct host_name names[] = {{"db", "10.0.0.9"}, {"cache", NULL}, {"web", "10.0.0.7"}};
    AUTO_FREE char *text = pod_hosts_text("web", "10.0.0.2", names, ARRAY_LEN(names));
    assert_string_equal(
        text, "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n10.0.0.2\tweb\n10.0.0.9\tdb\n");
    AUTO_FREE char *none = pod_hosts_text("web", NULL, NULL, 0);
    assert_string_equal(none, "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\tweb\n");
}

static void servers_that_a_pod_can_reach(void **state)
{
    AUTO_FREE char *text = pod_resolv_text("# made by hand\nnameserver 127.0.0.53\nnameserver\t192.0.2.1\nsearch "
                                           "a.example b.example\noptions ndots:2\nsortlist x\nnameserver ::1\n");
    assert_string_equal(text, "nameserver\t192.0.2.1\nsearch a.example b.example\noptions ndots:2\n");
    assert_true(pod_resolv_usable("nameserver 192.0.2.1\n"));
    assert_false(pod_resolv_usable("nameserver 127.0.0.53\nsearch x\n"));
    assert_false(pod_resolv_usable(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_have_an_address),
        cmocka_unit_test(servers_that_a_pod_can_reach),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
