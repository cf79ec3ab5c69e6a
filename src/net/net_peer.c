// SPDX-License-Identifier: Apache-2.0
/* Routes to the pods of other nodes, each by its node's address: ours are known by their protocol number and a gateway. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "net/net_link.h"
#include "net/net_state.h"

#define DUMP_TRIES 5

/* Ours that are there, by what they lead to. */
struct known {
    struct map gateways; /* "10.128.0.0/20" -> owned text of the gateway */
};

static int see_route(const struct nlmsghdr *h, void *data)
{
    struct known *k = data;
    const struct rtmsg *info = mnl_nlmsg_get_payload(h);
    struct nlattr *attr;
    uint32_t to = 0, gateway = 0;
    if (info->rtm_family != AF_INET || info->rtm_table != RT_TABLE_MAIN || info->rtm_protocol != NET_ROUTE_PROTOCOL)
        return MNL_CB_OK;
    mnl_attr_for_each(attr, h, sizeof(*info))
    {
        if (mnl_attr_get_type(attr) == RTA_DST)
            to = ntohl(mnl_attr_get_u32(attr));
        else if (mnl_attr_get_type(attr) == RTA_GATEWAY)
            gateway = ntohl(mnl_attr_get_u32(attr));
    }
    if (gateway == 0)
        return MNL_CB_OK; /* to services, by the bridge */
    AUTO_FREE char *base = net_addr_text(to);
    AUTO_FREE char *range = mem_printf("%s/%u", base, info->rtm_dst_len);
    map_set(&k->gateways, range, net_addr_text(gateway));
    return MNL_CB_OK;
}

static int look(struct netlink *nl, struct known *k, struct err *e)
{
    int r = -EAGAIN;
    for (int tries = 0; tries < DUMP_TRIES && r == -EAGAIN; tries++) {
        struct netlink_msg m;
        struct rtmsg *route = netlink_begin(&m, RTM_GETROUTE, 0, sizeof(*route));
        route->rtm_family = AF_INET;
        r = netlink_dump(nl, &m, see_route, k, e);
    }
    return r;
}

static int change(struct netlink *nl, uint16_t type, uint16_t flags, const char *range, const char *gateway, struct err *e)
{
    struct net_cidr to;
    uint32_t by = 0;
    struct netlink_msg m;
    struct rtmsg *info = netlink_begin(&m, type, flags, sizeof(*info));
    int r = net_cidr_parse(range, &to, e);
    if (r == 0 && !net_addr_parse(gateway, &by))
        r = err_set(e, EINVAL, "'%s' is no IPv4 address", gateway);
    if (r < 0)
        return r;
    info->rtm_family = AF_INET;
    info->rtm_dst_len = (uint8_t)to.bits;
    info->rtm_table = RT_TABLE_MAIN;
    info->rtm_protocol = NET_ROUTE_PROTOCOL;
    info->rtm_scope = type == RTM_NEWROUTE ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE;
    info->rtm_type = RTN_UNICAST;
    mnl_attr_put_u32(&m.h, RTA_DST, htonl(to.base));
    mnl_attr_put_u32(&m.h, RTA_GATEWAY, htonl(by));
    r = netlink_request(nl, &m, e);
    return r == -ESRCH ? 0 : r;
}

/* Those that are no peer's any more. */
static int drop_old(struct netlink *nl, const struct known *k, const struct map *wanted, struct err *e)
{
    int r = 0;
    for (size_t i = 0; i < k->gateways.n && r == 0; i++) {
        const char *range = k->gateways.items[i].key, *gateway = k->gateways.items[i].value;
        if (!map_get(wanted, range))
            r = change(nl, RTM_DELROUTE, 0, range, gateway, e);
    }
    return r;
}

/* A peer that cannot be reached now (no link leads there) is told, the others have their routes. */
static int add_new(struct netlink *nl, const struct known *k, const struct map *wanted, struct err *e)
{
    int first = 0;
    for (size_t i = 0; i < wanted->n; i++) {
        const char *range = wanted->items[i].key, *gateway = wanted->items[i].value;
        struct err *to = first < 0 ? NULL : e;
        if (str_eq(map_get(&k->gateways, range), gateway))
            continue;
        int r = change(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, range, gateway, to);
        if (r < 0 && first == 0)
            first = err_wrap(e, r, "route the pods at %s by %s", range, gateway);
    }
    return first;
}

int net_peers(struct net *n, const struct net_peer *peers, size_t n_peers, struct err *e)
{
    AUTO_MAP struct map wanted = {0};
    struct known k = {0};
    map_init(&k.gateways, free);
    for (size_t i = 0; i < n_peers; i++)
        map_set(&wanted, peers[i].pod_cidr, (void *)(uintptr_t)peers[i].address);
    int r = look(&n->nl, &k, e);
    if (r == 0)
        r = drop_old(&n->nl, &k, &wanted, e);
    if (r == 0)
        r = add_new(&n->nl, &k, &wanted, e);
    map_done(&k.gateways);
    return r;
}

int net_peers_remove(struct netlink *nl, struct err *e)
{
    AUTO_MAP struct map nobody = {0};
    struct known k = {0};
    map_init(&k.gateways, free);
    int r = look(nl, &k, e);
    if (r == 0)
        r = drop_old(nl, &k, &nobody, e);
    map_done(&k.gateways);
    return r;
}
