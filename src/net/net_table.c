// SPDX-License-Identifier: Apache-2.0
/* What the table's maps shall hold, from ports and services, and the commands from one state to another.
 *
 * How it works. A service port with one pod, and a published port, are elements of two maps with the same key: one
 * gives the pod's address, the other its port (nft's JSON cannot declare a map of both). A service with several pods
 * gets a chain that draws one of them, and an element that leads to the chain. An update sends the difference only: at
 * a thousand services the whole table costs nft ten times as much. */
#include "net/net_table.h"

#include <errno.h>
#include <string.h>

#include "net/net_cidr.h"

const char *const net_table_protocols[2] = {"tcp", "udp"};

void net_table_done(struct net_table *t)
{
    json_decref(t->chains);
    json_decref(t->elems);
    *t = (struct net_table){0};
}

bool net_table_equal(const struct net_table *a, const struct net_table *b)
{
    return json_equal(a->chains, b->chains) && json_equal(a->elems, b->elems);
}

void net_table_move(struct net_table *to, struct net_table *from)
{
    net_table_done(to);
    *to = *from;
    *from = (struct net_table){0};
}

/* Owns key and value; value NULL: an element of a set. The first of two with one key stays. */
static void put_elem(struct net_table *t, const char *map, json_t *key, json_t *value)
{
    AUTO_FREE char *key_text =
        json_is_string(key) ? mem_strdup(json_string_value(key)) : json_dumps(key, JSON_ENCODE_ANY | JSON_COMPACT);
    AUTO_FREE char *name = mem_printf("%s %s", map, key_text);
    json_t *elem = json_pack("{s:s, s:o, s:o*}", "map", map, "key", key, "value", value);
    if (json_object_get(t->elems, name) != NULL)
        json_decref(elem);
    else
        json_object_set_new(t->elems, name, elem);
}

static json_t *key_of(const char *address, uint16_t port)
{
    if (address == NULL)
        return json_integer(port);
    return json_pack("{s:[s, i]}", "concat", address, port);
}

/* The two maps of a target: "<base>_<protocol>_addr" and "..._port". */
static void put_target(struct net_table *t, const char *base, bool udp, const char *address, uint16_t port,
                       const char *pod, uint16_t target)
{
    AUTO_FREE char *addr_map = mem_printf("%s_%s_addr", base, net_table_protocols[udp]);
    AUTO_FREE char *port_map = mem_printf("%s_%s_port", base, net_table_protocols[udp]);
    put_elem(t, addr_map, key_of(address, port), json_string(pod));
    put_elem(t, port_map, key_of(address, port), json_integer(target));
}

/* A pod that reaches itself through the host must see the host as source, else it would answer itself past the
 * translation. */
static void put_hairpin(struct net_table *t, const char *pod)
{
    put_elem(t, "hairpin", json_pack("{s:[s, s]}", "concat", pod, pod), NULL);
}

static json_t *draw_one(const struct strv *endpoints)
{
    json_t *set = json_array();
    for (size_t i = 0; i < endpoints->n; i++)
        json_array_append_new(set, json_pack("[i, s]", (int)i, endpoints->v[i]));
    return json_pack("{s:{s:{s:{s:s, s:i, s:i}}, s:{s:o}}}", "map", "key", "numgen", "mode", "random", "mod",
                     (int)endpoints->n, "offset", 0, "data", "set", set);
}

static json_t *go_to(const char *chain)
{
    return json_pack("{s:{s:s}}", "goto", "target", chain);
}

static void put_all_ports(struct net_table *t, const struct net_service *s)
{
    if (s->endpoints.n == 1) {
        put_elem(t, "service_addr", json_string(s->address), json_string(s->endpoints.v[0]));
        return;
    }
    AUTO_FREE char *chain = mem_printf("s_%s", s->address);
    json_object_set_new(t->chains, chain,
                        json_pack("[{s:{s:s, s:o}}]", "dnat", "family", "ip", "addr", draw_one(&s->endpoints)));
    put_elem(t, "service_many", json_string(s->address), go_to(chain));
}

static void put_one_port(struct net_table *t, const struct net_service *s, uint16_t port, uint16_t target, bool udp)
{
    const char *protocol = net_table_protocols[udp];
    if (s->endpoints.n == 1) {
        put_target(t, "service", udp, s->address, port, s->endpoints.v[0], target);
        return;
    }
    AUTO_FREE char *chain = mem_printf("s_%s_%s_%u", s->address, protocol, port);
    AUTO_FREE char *map = mem_printf("service_%s_many", protocol);
    json_t *match = json_pack("{s:{s:s, s:{s:{s:s}}, s:s}}", "match", "op", "==", "left", "meta", "key", "l4proto",
                              "right", protocol);
    json_t *dnat =
        json_pack("{s:{s:s, s:o, s:i}}", "dnat", "family", "ip", "addr", draw_one(&s->endpoints), "port", target);
    json_object_set_new(t->chains, chain, json_pack("[o, o]", match, dnat));
    put_elem(t, map, key_of(s->address, port), go_to(chain));
}

static int check_address(const char *text, const char *what, struct err *e)
{
    uint32_t unused;
    if (net_addr_parse(text, &unused))
        return 0;
    return err_set(e, EINVAL, "%s '%s' is no IPv4 address", what, text != NULL ? text : "");
}

static int put_service(struct net_table *t, const struct net_service *s, struct err *e)
{
    int r = check_address(s->address, "service address", e);
    for (size_t i = 0; r == 0 && i < s->endpoints.n; i++)
        r = check_address(s->endpoints.v[i], "pod address of a service", e);
    if (r < 0 || s->endpoints.n == 0)
        return r; /* nobody is ready: the table refuses connections to it */
    for (size_t i = 0; i < s->n_ports; i++)
        put_one_port(t, s, s->ports[i].port, s->ports[i].target, s->ports[i].udp);
    if (s->n_ports == 0)
        put_all_ports(t, s);
    for (size_t i = 0; i < s->endpoints.n; i++)
        put_hairpin(t, s->endpoints.v[i]);
    return 0;
}

static int put_port(struct net_table *t, const struct net_port *p, struct err *e)
{
    bool any = str_empty(p->host_ip);
    int r = any ? 0 : check_address(p->host_ip, "host address of a published port", e);
    if (r == 0)
        r = check_address(p->pod_ip, "pod address of a published port", e);
    if (r < 0)
        return r;
    any = any || str_eq(p->host_ip, "0.0.0.0");
    put_target(t, any ? "port" : "hostport", p->udp, any ? NULL : p->host_ip, p->host_port, p->pod_ip, p->pod_port);
    put_hairpin(t, p->pod_ip);
    return 0;
}

int net_table_make(const struct net_port *ports, size_t n_ports, const struct net_service *services, size_t n_services,
                   struct net_table *ret, struct err *e)
{
    int r = 0;
    *ret = (struct net_table){json_object(), json_object()};
    for (size_t i = 0; r == 0 && i < n_ports; i++)
        r = put_port(ret, &ports[i], e);
    for (size_t i = 0; r == 0 && i < n_services; i++)
        r = put_service(ret, &services[i], e);
    if (r < 0)
        net_table_done(ret);
    return r;
}

static json_t *chain_command(const char *verb, const char *chain)
{
    return json_pack("{s:{s:{s:s, s:s, s:s}}}", verb, "chain", "family", "ip", "table", NET_TABLE, "name", chain);
}

static void fill_chain(json_t *batch, const char *chain, json_t *expr)
{
    json_array_append_new(batch, json_pack("{s:{s:{s:s, s:s, s:s, s:O}}}", "add", "rule", "family", "ip", "table",
                                           NET_TABLE, "chain", chain, "expr", expr));
}

/* One command a map: nft's cost is by the command. */
static void elem_commands(json_t *batch, const char *verb, json_t *by_map)
{
    const char *map;
    json_t *list;
    json_object_foreach(by_map, map, list)
    {
        json_array_append_new(batch, json_pack("{s:{s:{s:s, s:s, s:s, s:O}}}", verb, "element", "family", "ip", "table",
                                               NET_TABLE, "name", map, "elem", list));
    }
}

static void by_map_add(json_t *by_map, const json_t *elem, bool with_value)
{
    const char *map = json_string_value(json_object_get(elem, "map"));
    json_t *key = json_object_get(elem, "key");
    json_t *value = json_object_get(elem, "value");
    json_t *list = json_object_get(by_map, map);
    if (list == NULL) {
        list = json_array();
        json_object_set_new(by_map, map, list);
    }
    if (with_value && value != NULL)
        json_array_append_new(list, json_pack("[O, O]", key, value));
    else
        json_array_append(list, key);
}

/* Elements of `a` that `b` lacks or has otherwise. */
static json_t *elems_beyond(json_t *a, const json_t *b, bool with_value)
{
    const char *name;
    json_t *elem;
    json_t *by_map = json_object();
    json_object_foreach(a, name, elem)
    {
        if (!json_equal(elem, json_object_get(b, name)))
            by_map_add(by_map, elem, with_value);
    }
    return by_map;
}

static void change_chains(json_t *batch, json_t *from, json_t *to)
{
    const char *name;
    json_t *expr;
    json_object_foreach(to, name, expr)
    {
        json_t *before = json_object_get(from, name);
        if (json_equal(expr, before))
            continue;
        json_array_append_new(batch, chain_command(before != NULL ? "flush" : "add", name));
        fill_chain(batch, name, expr);
    }
}

/* Order matters: an element may only lead to a chain that is there, and a chain may only go when no element leads to
 * it. */
static void change_commands(json_t *batch, const struct net_table *from, const struct net_table *to)
{
    const char *name;
    json_t *expr;
    AUTO_JSON json_t *gone = elems_beyond(from->elems, to->elems, false);
    AUTO_JSON json_t *come = elems_beyond(to->elems, from->elems, true);
    elem_commands(batch, "delete", gone);
    change_chains(batch, from->chains, to->chains);
    elem_commands(batch, "add", come);
    json_object_foreach(from->chains, name, expr)
    {
        if (json_object_get(to->chains, name) == NULL)
            json_array_append_new(batch, chain_command("delete", name));
    }
}

static json_t *as_batch(json_t *commands)
{
    return json_pack("{s:o}", "nftables", commands);
}

json_t *net_table_change(const struct net_table *from, const struct net_table *to)
{
    json_t *commands = json_array();
    change_commands(commands, from, to);
    return as_batch(commands);
}

static json_t *table_command(const char *verb)
{
    return json_pack("{s:{s:{s:s, s:s}}}", verb, "table", "family", "ip", "name", NET_TABLE);
}

/* Adding first makes the deletion work on a machine without the table. */
json_t *net_table_remove(void)
{
    return as_batch(json_pack("[o, o]", table_command("add"), table_command("delete")));
}

json_t *net_table_whole(const struct net_config *c, const struct net_table *to)
{
    AUTO_NET_TABLE struct net_table nothing = {json_object(), json_object()};
    json_t *batch = net_table_remove();
    json_t *commands = json_object_get(batch, "nftables");
    AUTO_JSON json_t *frame = net_table_frame(c);
    json_array_extend(commands, json_object_get(frame, "nftables"));
    change_commands(commands, &nothing, to);
    return batch;
}

json_t *net_ruleset(const struct net_config *c, const struct net_port *ports, size_t n_ports,
                    const struct net_service *services, size_t n_services)
{
    AUTO_NET_TABLE struct net_table t = {0};
    if (net_table_make(ports, n_ports, services, n_services, &t, NULL) < 0)
        return NULL;
    return net_table_whole(c, &t);
}
