// SPDX-License-Identifier: Apache-2.0
/* The nftables batches: what ports and services become, and changes from one table to another, carried out on a picture
 * of the kernel's table that is as strict as the kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "net/net_table.h"

static const struct net_config config = {
    .bridge = "sedge0", .pod_cidr = "10.88.0.0/16", .service_cidr = "10.89.0.0/16"};

/* What the kernel would hold: map or set -> key -> value (true in sets), chain -> list of rules. */
struct picture {
    json_t *maps, *chains;
    bool there;
};

static void picture_done(struct picture *p)
{
    json_decref(p->maps);
    json_decref(p->chains);
    *p = (struct picture){0};
}

static char *key_text(const json_t *key)
{
    return json_dumps(key, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
}

/* Does any element lead to the chain? */
static bool led_to(const struct picture *p, const char *chain)
{
    const char *map, *key;
    json_t *elems, *value;
    json_object_foreach(p->maps, map, elems) json_object_foreach(
        elems, key, value) if (str_eq(json_str(json_object_get(value, "goto"), "target", NULL), chain)) return true;
    return false;
}

static void do_table(struct picture *p, const char *verb)
{
    assert_true(!str_eq(verb, "create") || !p->there);
    if (str_eq(verb, "delete"))
        picture_done(p);
    if (str_eq(verb, "delete") || p->there)
        return;
    *p = (struct picture){json_object(), json_object(), true};
}

static void do_chain(struct picture *p, const char *verb, const json_t *v)
{
    const char *name = json_str(v, "name", "");
    bool there = json_object_get(p->chains, name) != NULL;
    if (there == str_eq(verb, "add"))
        fail_msg("%s chain %s: it is%s there", verb, name, there ? "" : " not");
    if (str_eq(verb, "delete") && led_to(p, name))
        fail_msg("delete chain %s: an element leads to it", name);
    if (str_eq(verb, "delete"))
        json_object_del(p->chains, name);
    else
        json_object_set_new(p->chains, name, json_array());
}

static void do_rule(struct picture *p, const char *verb, const json_t *v)
{
    json_t *rules = json_object_get(p->chains, json_str(v, "chain", ""));
    assert_string_equal(verb, "add");
    if (!rules)
        fail_msg("add rule: chain %s is not there", json_str(v, "chain", ""));
    json_array_append(rules, json_object_get(v, "expr"));
}

static void add_element(struct picture *p, json_t *map, json_t *elem, bool pairs)
{
    AUTO_FREE char *key = key_text(pairs ? json_array_get(elem, 0) : elem);
    json_t *value = pairs ? json_array_get(elem, 1) : json_true();
    const char *chain = json_str(json_object_get(value, "goto"), "target", NULL);
    if (json_object_get(map, key))
        fail_msg("add element %s: it is there", key);
    if (chain && !json_object_get(p->chains, chain))
        fail_msg("add element %s: chain %s is not there", key, chain);
    json_object_set(map, key, value);
}

static void do_element(struct picture *p, const char *verb, const json_t *v)
{
    const char *name = json_str(v, "name", "");
    json_t *map = json_object_get(p->maps, name), *list = json_object_get(v, "elem");
    if (!map)
        fail_msg("%s element: map %s is not there", verb, name);
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (str_eq(verb, "add")) {
            add_element(p, map, json_array_get(list, i), !str_eq(name, "hairpin"));
            continue;
        }
        AUTO_FREE char *key = key_text(json_array_get(list, i));
        if (json_object_del(map, key) < 0)
            fail_msg("delete element %s of %s: it is not there", key, name);
    }
}

static void do_map(struct picture *p, const char *verb, const json_t *v)
{
    assert_string_equal(verb, "add");
    json_object_set_new(p->maps, json_str(v, "name", ""), json_object());
}

static void carry_out(struct picture *p, const json_t *batch)
{
    const json_t *commands = json_object_get(batch, "nftables");
    assert_true(json_is_array(commands));
    for (size_t i = 0; i < json_array_size(commands); i++) {
        json_t *command = json_array_get(commands, i);
        const char *verb = json_object_iter_key(json_object_iter(command));
        json_t *what = json_object_iter_value(json_object_iter(command));
        const char *kind = json_object_iter_key(json_object_iter(what));
        const json_t *v = json_object_iter_value(json_object_iter(what));
        assert_int_equal(json_object_size(command) + json_object_size(what), 2);
        if (str_eq(kind, "table"))
            do_table(p, verb);
        else if (str_eq(kind, "chain"))
            do_chain(p, verb, v);
        else if (str_eq(kind, "rule"))
            do_rule(p, verb, v);
        else if (str_eq(kind, "element"))
            do_element(p, verb, v);
        else if (str_eq(kind, "map") || str_eq(kind, "set"))
            do_map(p, verb, v);
        else
            fail_msg("%s %s", verb, kind);
    }
}

static void assert_same(const struct picture *a, const struct picture *b)
{
    AUTO_FREE char *maps_a = json_text(a->maps), *maps_b = json_text(b->maps), *chains_a = json_text(a->chains),
                   *chains_b = json_text(b->chains);
    assert_string_equal(maps_a, maps_b);
    assert_string_equal(chains_a, chains_b);
}

static const json_t *value_at(const struct picture *p, const char *map, const char *key)
{
    return json_object_get(json_object_get(p->maps, map), key);
}

static void assert_value(const struct picture *p, const char *map, const char *key, const char *want)
{
    AUTO_FREE char *got = key_text(value_at(p, map, key));
    if (!str_eq(got, want))
        fail_msg("%s %s is %s", map, key, got ? got : "not there");
}

/* A service from words: address, endpoints, ports ("80" or "80:8080" or "53u"). */
static struct net_service service(const char *address, const char *endpoints, const char *ports)
{
    struct net_service s = {.address = mem_strdup(address)};
    AUTO_STRV struct strv words = {0};
    strv_split(&s.endpoints, endpoints, " ");
    strv_split(&words, ports, " ");
    s.ports = mem_array(words.n + 1, sizeof(*s.ports));
    for (size_t i = 0; i < words.n; i++) {
        const char *colon = strchr(words.v[i], ':');
        s.ports[i].port = (uint16_t)atoi(words.v[i]);
        s.ports[i].target = (uint16_t)atoi(colon ? colon + 1 : words.v[i]);
        s.ports[i].udp = str_ends(words.v[i], "u");
    }
    s.n_ports = words.n;
    return s;
}

static void service_done(struct net_service *s)
{
    free(s->address);
    strv_done(&s->endpoints);
    free(s->ports);
}

static void make(struct picture *p, const struct net_port *ports, size_t n_ports, const struct net_service *services,
                 size_t n_services)
{
    AUTO_JSON json_t *batch = net_ruleset(&config, ports, n_ports, services, n_services);
    assert_non_null(batch);
    carry_out(p, batch);
}

static void ports_become_elements(void **state)
{
    char any[] = "0.0.0.0", own[] = "192.0.2.1", pod[] = "10.88.0.2";
    const struct net_port ports[] = {
        {.host_port = 8080, .pod_port = 80, .pod_ip = pod},
        {.host_ip = any, .host_port = 53, .pod_port = 5353, .udp = true, .pod_ip = pod},
        {.host_ip = own, .host_port = 8443, .pod_port = 443, .pod_ip = pod},
        {.host_port = 8080, .pod_port = 81, .pod_ip = pod}, /* the first of two stays */
    };
    AUTO(picture_done)
    struct picture p = {0};
    make(&p, ports, ARRAY_LEN(ports), NULL, 0);
    assert_value(&p, "port_tcp_addr", "8080", "\"10.88.0.2\"");
    assert_value(&p, "port_tcp_port", "8080", "80");
    assert_value(&p, "port_udp_port", "53", "5353");
    assert_value(&p, "hostport_tcp_addr", "{\"concat\":[\"192.0.2.1\",8443]}", "\"10.88.0.2\"");
    assert_value(&p, "hairpin", "{\"concat\":[\"10.88.0.2\",\"10.88.0.2\"]}", "true");
}

static void services_become_elements_or_chains(void **state)
{
    struct net_service s[] = {service("10.89.0.1", "10.88.0.2", "80:8080 53u"),
                              service("10.89.0.2", "10.88.0.2 10.88.0.3", "80"), service("10.89.0.3", "10.88.0.4", ""),
                              service("10.89.0.4", "10.88.0.4 10.88.0.5", ""), service("10.89.0.5", "", "80")};
    AUTO(picture_done)
    struct picture p = {0};
    make(&p, NULL, 0, s, ARRAY_LEN(s));
    assert_value(&p, "service_tcp_addr", "{\"concat\":[\"10.89.0.1\",80]}", "\"10.88.0.2\"");
    assert_value(&p, "service_tcp_port", "{\"concat\":[\"10.89.0.1\",80]}", "8080");
    assert_value(&p, "service_udp_port", "{\"concat\":[\"10.89.0.1\",53]}", "53");
    assert_value(&p, "service_tcp_many", "{\"concat\":[\"10.89.0.2\",80]}",
                 "{\"goto\":{\"target\":\"s_10.89.0.2_tcp_80\"}}");
    assert_value(&p, "service_addr", "\"10.89.0.3\"", "\"10.88.0.4\"");
    assert_value(&p, "service_many", "\"10.89.0.4\"", "{\"goto\":{\"target\":\"s_10.89.0.4\"}}");
    AUTO_FREE char *chain = json_text(json_object_get(p.chains, "s_10.89.0.2_tcp_80"));
    assert_non_null(strstr(chain, "\"mod\":2"));
    assert_non_null(strstr(chain, "[0,\"10.88.0.2\"],[1,\"10.88.0.3\"]"));
    AUTO_FREE char *maps = json_text(p.maps);
    assert_null(strstr(maps, "10.89.0.5")); /* nobody is ready: refused by the frame */
    for (size_t i = 0; i < ARRAY_LEN(s); i++)
        service_done(&s[i]);
}

static void bad_addresses_are_refused(void **state)
{
    static const struct {
        const char *address, *endpoint, *words;
    } bad[] = {{"localhost", "10.88.0.2", "service address 'localhost' is no IPv4 address"},
               {"10.89.0.1", "pod; flush ruleset", "pod address of a service"},
               {"", "10.88.0.2", "''"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct net_service s = service(bad[i].address, "", "80");
        struct net_table t;
        struct err e = {0};
        strv_add(&s.endpoints, bad[i].endpoint);
        assert_int_equal(net_table_make(NULL, 0, &s, 1, &t, &e), -EINVAL);
        assert_true(t.chains == NULL && t.elems == NULL);
        if (!strstr(e.text, bad[i].words))
            fail_msg("'%s' does not say '%s'", e.text, bad[i].words);
        service_done(&s);
    }
    char host[] = "here";
    const struct net_port port = {.host_ip = host, .host_port = 1, .pod_port = 1};
    struct net_table t;
    struct err e = {0};
    assert_int_equal(net_table_make(&port, 1, NULL, 0, &t, &e), -EINVAL);
    assert_null(net_ruleset(&config, &port, 1, NULL, 0));
}

static size_t commands(const json_t *batch)
{
    return json_array_size(json_object_get(batch, "nftables"));
}

static void a_change_says_only_what_differs(void **state)
{
    struct net_service s[300], one;
    struct net_table a, b;
    for (int i = 0; i < 300; i++) {
        AUTO_FREE char *address = mem_printf("10.89.%d.%d", i / 200, i % 200 + 1);
        s[i] = service(address, "10.88.0.2 10.88.0.3", "80");
    }
    assert_int_equal(net_table_make(NULL, 0, s, 300, &a, NULL), 0);
    one = s[150];
    s[150] = service("10.89.0.151", "10.88.0.2 10.88.0.3 10.88.0.4", "80");
    assert_int_equal(net_table_make(NULL, 0, s, 300, &b, NULL), 0);
    AUTO_JSON json_t *change = net_table_change(&a, &b), *nothing = net_table_change(&b, &b);
    assert_false(net_table_equal(&a, &b));
    assert_int_equal(commands(nothing), 0);
    assert_int_equal(commands(change), 3); /* the chain emptied and filled, and one hairpin */
    AUTO_FREE char *text = json_text(change);
    assert_true(strlen(text) < 1000);
    net_table_done(&a);
    net_table_done(&b);
    service_done(&one);
    for (int i = 0; i < 300; i++)
        service_done(&s[i]);
}

/* ---- random ---- */

static uint64_t seed = 1;

static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(seed >> 33) % below;
}

static void draw_table(struct net_table *ret)
{
    struct net_port ports[6] = {0};
    struct net_service services[6] = {0};
    static char pods[4][16] = {"10.88.0.2", "10.88.0.3", "10.88.0.4", "10.88.0.5"};
    static char own[] = "192.0.2.1";
    size_t n_ports = draw(6), n_services = draw(6);
    for (size_t i = 0; i < n_ports; i++)
        ports[i] = (struct net_port){.host_ip = draw(3) ? NULL : own,
                                     .host_port = (uint16_t)(80 + draw(3)),
                                     .pod_port = (uint16_t)(1 + draw(2)),
                                     .udp = draw(2),
                                     .pod_ip = pods[draw(4)]};
    for (size_t i = 0; i < n_services; i++) {
        static const char *const all_ports[] = {"", "80", "80:1 81", "53u", "80 80:2 53u"};
        static const char *const endpoints[] = {"", "10.88.0.2", "10.88.0.3", "10.88.0.2 10.88.0.3",
                                                "10.88.0.4 10.88.0.2 10.88.0.5"};
        AUTO_FREE char *address = mem_printf("10.89.0.%zu", i + 1);
        services[i] = service(address, endpoints[draw(5)], all_ports[draw(5)]);
    }
    assert_int_equal(net_table_make(ports, n_ports, services, n_services, ret, NULL), 0);
    for (size_t i = 0; i < n_services; i++)
        service_done(&services[i]);
}

static void any_change_leads_to_the_wanted_table(void **state)
{
    AUTO_NET_TABLE struct net_table now = {0};
    AUTO(picture_done)
    struct picture p = {0};
    draw_table(&now);
    AUTO_JSON json_t *first = net_table_whole(&config, &now);
    carry_out(&p, first);
    for (int i = 0; i < 1000; i++) {
        struct net_table next;
        AUTO(picture_done)
        struct picture want = {0};
        draw_table(&next);
        AUTO_JSON json_t *change = net_table_change(&now, &next), *whole = net_table_whole(&config, &next);
        carry_out(&p, change);
        carry_out(&want, whole);
        assert_same(&p, &want);
        net_table_move(&now, &next);
    }
}

static void the_whole_replaces_what_stood_and_the_end_leaves_nothing(void **state)
{
    AUTO_NET_TABLE struct net_table t = {0};
    AUTO(picture_done)
    struct picture p = {0}, fresh = {0};
    draw_table(&t);
    AUTO_JSON json_t *whole = net_table_whole(&config, &t), *frame = net_table_frame(&config),
                     *gone = net_table_remove();
    carry_out(&fresh, frame);
    carry_out(&p, whole);
    carry_out(&p, whole);
    carry_out(&p, gone);
    assert_false(p.there);
    carry_out(&p, gone); /* also when it is absent */
    assert_false(p.there);
    assert_true(json_object_size(fresh.maps) == 17 && json_object_get(fresh.chains, "guard"));
}

static void the_frame_knows_the_configuration(void **state)
{
    AUTO_JSON json_t *frame = net_table_frame(&config);
    AUTO_FREE char *text = json_text(frame);
    assert_non_null(strstr(text, "\"prefix\":{\"addr\":\"10.88.0.0\",\"len\":16}"));
    assert_non_null(strstr(text, "\"prefix\":{\"addr\":\"10.89.0.0\",\"len\":16}"));
    assert_non_null(strstr(text, "\"prefix\":{\"addr\":\"127.0.0.0\",\"len\":8}"));
    assert_non_null(strstr(text, "\"sedge0\""));
    assert_null(strstr(text, "\"policy\":\"drop\"")); /* rules of others are theirs */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_become_elements),
        cmocka_unit_test(services_become_elements_or_chains),
        cmocka_unit_test(bad_addresses_are_refused),
        cmocka_unit_test(a_change_says_only_what_differs),
        cmocka_unit_test(any_change_leads_to_the_wanted_table),
        cmocka_unit_test(the_whole_replaces_what_stood_and_the_end_leaves_nothing),
        cmocka_unit_test(the_frame_knows_the_configuration),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
