// SPDX-License-Identifier: Apache-2.0
/* Whether ranges that we would take are in use on the machine: by its addresses and its routes. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "net/net_link.h"
#include "net/net_state.h"

#define DUMP_TRIES 5
/* Ranges this wide are default routes in disguise (VPNs route 0.0.0.0/1 and 128.0.0.0/1): everything overlaps with
 * them. */
#define WIDEST_BITS 2

struct clash {
    struct net_cidr wanted[2];
    int bridge;
    bool found;
    struct net_cidr with;
    size_t which;
    int link;
    bool route;
};

static int note(struct clash *k, const struct net_cidr *c, int link, bool route)
{
    for (size_t i = 0; i < ARRAY_LEN(k->wanted); i++) {
        if (!net_cidr_overlap(&k->wanted[i], c))
            continue;
        k->found = true;
        k->with = *c;
        k->which = i;
        k->link = link;
        k->route = route;
        return MNL_CB_STOP;
    }
    return MNL_CB_OK;
}

static int see_addr(const struct nlmsghdr *h, void *data)
{
    struct clash *k = data;
    const struct ifaddrmsg *info = mnl_nlmsg_get_payload(h);
    struct net_cidr c = {.bits = info->ifa_prefixlen};
    struct nlattr *attr;
    if (info->ifa_family != AF_INET || (int)info->ifa_index == k->bridge)
        return MNL_CB_OK;
    mnl_attr_for_each(attr, h, sizeof(*info))
    {
        if (mnl_attr_get_type(attr) == IFA_ADDRESS)
            c.base = ntohl(mnl_attr_get_u32(attr)) & net_cidr_mask(c.bits);
    }
    return note(k, &c, (int)info->ifa_index, false);
}

static int see_route(const struct nlmsghdr *h, void *data)
{
    struct clash *k = data;
    const struct rtmsg *info = mnl_nlmsg_get_payload(h);
    struct net_cidr c = {.bits = info->rtm_dst_len};
    struct nlattr *attr;
    int oif = 0;
    mnl_attr_for_each(attr, h, sizeof(*info))
    {
        if (mnl_attr_get_type(attr) == RTA_DST)
            c.base = ntohl(mnl_attr_get_u32(attr));
        else if (mnl_attr_get_type(attr) == RTA_OIF)
            oif = (int)mnl_attr_get_u32(attr);
    }
    /* The local table only repeats the addresses. */
    bool ours = info->rtm_protocol == NET_ROUTE_PROTOCOL; /* to other nodes, or of a run that was broken */
    bool skip = ours || info->rtm_family != AF_INET || info->rtm_table == RT_TABLE_LOCAL || c.bits < WIDEST_BITS ||
                (oif != 0 && oif == k->bridge);
    return skip ? MNL_CB_OK : note(k, &c, oif, true);
}

static int look(struct netlink *nl, struct clash *k, struct err *e)
{
    struct netlink_msg m;
    struct ifaddrmsg *addr = netlink_begin(&m, RTM_GETADDR, 0, sizeof(*addr));
    addr->ifa_family = AF_INET;
    int r = netlink_dump(nl, &m, see_addr, k, e);
    if (r < 0 || k->found)
        return r;
    struct rtmsg *route = netlink_begin(&m, RTM_GETROUTE, 0, sizeof(*route));
    route->rtm_family = AF_INET;
    return netlink_dump(nl, &m, see_route, k, e);
}

static int explain(const struct clash *k, const struct net_config *c, struct err *e)
{
    char link[IF_NAMESIZE] = "?";
    AUTO_FREE char *base = net_addr_text(k->with.base);
    (void)if_indextoname((unsigned)k->link, link);
    return err_set(e, EADDRINUSE, "take the range %s for %s: this machine has %s %s/%d at '%s'; choose another range",
                   k->which == 0 ? c->pod_cidr : c->service_cidr, k->which == 0 ? "pods" : "services",
                   k->route ? "a route to" : "the network", base, k->with.bits, link);
}

static int check_config(const struct net_config *c, struct clash *k, struct err *e)
{
    int r = net_cidr_parse(c->pod_cidr, &k->wanted[0], e);
    if (r == 0)
        r = net_cidr_parse(c->service_cidr, &k->wanted[1], e);
    if (r < 0)
        return r;
    if (k->wanted[0].bits > 29 || k->wanted[0].bits < WIDEST_BITS || k->wanted[1].bits < WIDEST_BITS)
        return err_set(e, EINVAL, "the range %s for pods must be from /2 to /29, %s for services at least /2",
                       c->pod_cidr, c->service_cidr);
    if (net_cidr_overlap(&k->wanted[0], &k->wanted[1]))
        return err_set(e, EINVAL, "the ranges %s for pods and %s for services overlap; choose two apart", c->pod_cidr,
                       c->service_cidr);
    return 0;
}

int net_overlap_check(struct netlink *nl, int bridge, const struct net_config *c, struct err *e)
{
    struct clash k = {.bridge = bridge};
    int r = check_config(c, &k, e);
    if (r < 0)
        return r;
    r = -EAGAIN;
    for (int tries = 0; tries < DUMP_TRIES && r == -EAGAIN; tries++)
        r = look(nl, &k, e);
    if (r < 0)
        return err_wrap(e, r, "look through the machine's addresses and routes");
    return k.found ? explain(&k, c, e) : 0;
}

int net_cidr_choose(const struct net_config *candidates, size_t n, size_t *ret, struct err *e)
{
    AUTO_NETLINK struct netlink nl = {0};
    int r = netlink_open(&nl, e);
    if (r < 0)
        return r;
    r = err_set(e, EADDRINUSE, "choose ranges for pods and services: no candidate is given");
    for (size_t i = 0; i < n; i++) {
        struct net_link bridge;
        if (net_link_find(&nl, candidates[i].bridge, &bridge, NULL) < 0)
            bridge.index = 0;
        r = net_overlap_check(&nl, bridge.index, &candidates[i], e);
        if (r == 0)
            *ret = i;
        if (r != -EADDRINUSE)
            return r;
    }
    return err_wrap(e, r, "none of %zu candidates is free", n);
}
