// SPDX-License-Identifier: Apache-2.0
/* The frame of the table "ip sedge": its maps, its chains and the rules that never change while the configuration
 * stays.
 *
 * What is for a service's address goes through the chain "services", what is for an address of the host through
 * "ports"; both for packets that come in (prerouting) and for the host's own (output). A packet still for a service's
 * address after that has nobody to answer it and is refused. Our chains accept by default and drop only what comes from
 * our bridge: rules of others are theirs. */
#include "net/net_cidr.h"
#include "net/net_table.h"

static json_t *in_table(const char *verb, const char *what, const char *name_key, const char *name)
{
    return json_pack("{s:{s:{s:s, s:s, s:s}}}", verb, what, "family", "ip", "table", NET_TABLE, name_key, name);
}

static json_t *inner(json_t *command, const char *verb, const char *what)
{
    return json_object_get(json_object_get(command, verb), what);
}

/* "ipv4_addr inet_service" -> ["ipv4_addr", "inet_service"]; one word stays a string. */
static json_t *type_of(const char *words)
{
    AUTO_STRV struct strv parts = {0};
    strv_split(&parts, words, " ");
    if (parts.n == 1)
        return json_string(words);
    json_t *list = json_array();
    for (size_t i = 0; i < parts.n; i++)
        json_array_append_new(list, json_string(parts.v[i]));
    return list;
}

static const struct {
    const char *name, *key, *value; /* value NULL: a set */
} frame_maps[] = {
    {"service_tcp_addr", "ipv4_addr inet_service", "ipv4_addr"},
    {"service_tcp_port", "ipv4_addr inet_service", "inet_service"},
    {"service_tcp_many", "ipv4_addr inet_service", "verdict"},
    {"service_udp_addr", "ipv4_addr inet_service", "ipv4_addr"},
    {"service_udp_port", "ipv4_addr inet_service", "inet_service"},
    {"service_udp_many", "ipv4_addr inet_service", "verdict"},
    {"service_addr", "ipv4_addr", "ipv4_addr"},
    {"service_many", "ipv4_addr", "verdict"},
    {"hostport_tcp_addr", "ipv4_addr inet_service", "ipv4_addr"},
    {"hostport_tcp_port", "ipv4_addr inet_service", "inet_service"},
    {"hostport_udp_addr", "ipv4_addr inet_service", "ipv4_addr"},
    {"hostport_udp_port", "ipv4_addr inet_service", "inet_service"},
    {"port_tcp_addr", "inet_service", "ipv4_addr"},
    {"port_tcp_port", "inet_service", "inet_service"},
    {"port_udp_addr", "inet_service", "ipv4_addr"},
    {"port_udp_port", "inet_service", "inet_service"},
    {"hairpin", "ipv4_addr ipv4_addr", NULL},
};

static void add_maps(json_t *batch)
{
    for (size_t i = 0; i < ARRAY_LEN(frame_maps); i++) {
        const char *what = frame_maps[i].value != NULL ? "map" : "set";
        json_t *command = in_table("add", what, "name", frame_maps[i].name);
        json_object_set_new(inner(command, "add", what), "type", type_of(frame_maps[i].key));
        json_put_str(inner(command, "add", what), "map", frame_maps[i].value);
        json_array_append_new(batch, command);
    }
}

static const struct {
    const char *name, *type, *hook; /* type NULL: reached by a jump only */
    int priority;
} frame_chains[] = {
    {"services", NULL, NULL, 0},
    {"ports", NULL, NULL, 0},
    {"refuse", NULL, NULL, 0},
    {"guard", "filter", "prerouting", -300},
    {"prerouting", "nat", "prerouting", -100},
    {"output", "nat", "output", -100},
    {"forward", "filter", "forward", 0},
    {"output_refuse", "filter", "output", 0},
    {"postrouting", "nat", "postrouting", 100},
};

static void add_chains(json_t *batch)
{
    for (size_t i = 0; i < ARRAY_LEN(frame_chains); i++) {
        json_t *command = in_table("add", "chain", "name", frame_chains[i].name);
        json_t *chain = inner(command, "add", "chain");
        json_put_str(chain, "type", frame_chains[i].type);
        json_put_str(chain, "hook", frame_chains[i].hook);
        if (frame_chains[i].type != NULL) {
            json_put_int(chain, "prio", frame_chains[i].priority);
            json_put_str(chain, "policy", "accept");
        }
        json_array_append_new(batch, command);
    }
}

static json_t *field(const char *protocol, const char *name)
{
    return json_pack("{s:{s:s, s:s}}", "payload", "protocol", protocol, "field", name);
}

static json_t *meta(const char *key)
{
    return json_pack("{s:{s:s}}", "meta", "key", key);
}

static json_t *pair(json_t *a, json_t *b)
{
    return json_pack("{s:[o, o]}", "concat", a, b);
}

static json_t *match(const char *op, json_t *left, json_t *right)
{
    return json_pack("{s:{s:s, s:o, s:o}}", "match", "op", op, "left", left, "right", right);
}

static json_t *in_range(const char *op, const char *address_field, const char *cidr)
{
    struct net_cidr c = {0};
    (void)net_cidr_parse(cidr, &c, NULL); /* net_open has checked it */
    AUTO_FREE char *base = net_addr_text(c.base);
    return match(op, field("ip", address_field), json_pack("{s:{s:s, s:i}}", "prefix", "addr", base, "len", c.bits));
}

static json_t *link_is(const char *op, const char *which, const char *name)
{
    return match(op, meta(which), json_string(name));
}

static json_t *protocol_is(const char *protocol)
{
    return match("==", meta("l4proto"), json_string(protocol));
}

static json_t *plain(const char *verdict)
{
    return json_pack("{s:n}", verdict);
}

static json_t *to_chain(const char *chain)
{
    return json_pack("{s:{s:s}}", "goto", "target", chain);
}

/* Owns the expressions; NULL ones are left out. */
static void rule(json_t *batch, const char *chain, json_t *a, json_t *b, json_t *c)
{
    json_t *command = in_table("add", "rule", "chain", chain);
    json_object_set_new(inner(command, "add", "rule"), "expr", json_pack("[o*, o*, o*]", a, b, c));
    json_array_append_new(batch, command);
}

static json_t *look_up(json_t *key, const char *base, const char *suffix)
{
    AUTO_FREE char *map = mem_printf("@%s%s", base, suffix);
    return json_pack("{s:{s:o, s:s}}", "map", "key", key, "data", map);
}

static json_t *port_key(bool with_address)
{
    json_t *port = field("th", "dport");
    return with_address ? pair(field("ip", "daddr"), port) : port;
}

/* To the address and the port that the two maps "<base>_<protocol>_addr" and "..._port" hold; a packet that is in
 * neither goes on. */
static void translate(json_t *batch, const char *chain, const char *base, const char *protocol, bool with_address)
{
    AUTO_FREE char *maps = mem_printf("%s_%s", base, protocol);
    json_t *dnat =
        json_pack("{s:{s:s, s:o, s:o}}", "dnat", "family", "ip", "addr", look_up(port_key(with_address), maps, "_addr"),
                  "port", look_up(port_key(with_address), maps, "_port"));
    rule(batch, chain, protocol_is(protocol), dnat, NULL);
}

static json_t *lead_to(json_t *key, const char *map)
{
    return json_pack("{s:{s:o, s:s}}", "vmap", "key", key, "data", map);
}

static void add_translation(json_t *batch)
{
    for (size_t i = 0; i < ARRAY_LEN(net_table_protocols); i++) {
        const char *protocol = net_table_protocols[i];
        AUTO_FREE char *many = mem_printf("@service_%s_many", protocol);
        rule(batch, "services", protocol_is(protocol), lead_to(port_key(true), many), NULL);
        translate(batch, "services", "service", protocol, true);
        translate(batch, "ports", "hostport", protocol, true);
        translate(batch, "ports", "port", protocol, false);
    }
    rule(batch, "services", lead_to(field("ip", "daddr"), "@service_many"), NULL, NULL);
    rule(batch, "services",
         json_pack("{s:{s:s, s:o}}", "dnat", "family", "ip", "addr", look_up(field("ip", "daddr"), "service_addr", "")),
         NULL, NULL);
}

static void add_entries(json_t *batch, const struct net_config *c)
{
    static const char *const chains[] = {"prerouting", "output"};
    for (size_t i = 0; i < ARRAY_LEN(chains); i++) {
        json_t *type = json_pack("{s:{s:s, s:[s]}}", "fib", "result", "type", "flags", "daddr");
        rule(batch, chains[i], in_range("==", "daddr", c->service_cidr), to_chain("services"), NULL);
        rule(batch, chains[i], match("==", type, json_string("local")), to_chain("ports"), NULL);
    }
}

static void add_sources(json_t *batch, const struct net_config *c)
{
    rule(batch, "postrouting", in_range("==", "saddr", c->pod_cidr), link_is("!=", "oifname", c->bridge),
         plain("masquerade"));
    rule(batch, "postrouting", in_range("==", "saddr", "127.0.0.0/8"), link_is("==", "oifname", c->bridge),
         plain("masquerade"));
    json_t *translated = match("in", json_pack("{s:{s:s}}", "ct", "key", "status"), json_string("dnat"));
    json_t *itself = match("==", pair(field("ip", "saddr"), field("ip", "daddr")), json_string("@hairpin"));
    rule(batch, "postrouting", translated, itself, plain("masquerade"));
}

/* route_localnet on the bridge is for the host's own packets: pods must not reach what listens on the host's loopback,
 * nor speak in another's name. */
static void add_guard(json_t *batch, const struct net_config *c)
{
    rule(batch, "guard", link_is("==", "iifname", c->bridge), in_range("==", "daddr", "127.0.0.0/8"), plain("drop"));
    rule(batch, "guard", link_is("==", "iifname", c->bridge), in_range("!=", "saddr", c->pod_cidr), plain("drop"));
}

static void add_refusal(json_t *batch, const struct net_config *c)
{
    rule(batch, "forward", in_range("==", "daddr", c->service_cidr), to_chain("refuse"), NULL);
    rule(batch, "output_refuse", in_range("==", "daddr", c->service_cidr), to_chain("refuse"), NULL);
    rule(batch, "refuse", protocol_is("tcp"), json_pack("{s:{s:s}}", "reject", "type", "tcp reset"), NULL);
    rule(batch, "refuse", json_pack("{s:{s:s, s:s}}", "reject", "type", "icmp", "expr", "port-unreachable"), NULL,
         NULL);
}

json_t *net_table_frame(const struct net_config *c)
{
    json_t *batch = json_array();
    json_array_append_new(batch, json_pack("{s:{s:{s:s, s:s}}}", "create", "table", "family", "ip", "name", NET_TABLE));
    add_maps(batch);
    add_chains(batch);
    add_translation(batch);
    add_entries(batch, c);
    add_sources(batch, c);
    add_guard(batch, c);
    add_refusal(batch, c);
    return json_pack("{s:o}", "nftables", batch);
}
