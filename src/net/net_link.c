// SPDX-License-Identifier: Apache-2.0
/* Links, addresses and routes by rtnetlink. */
#include "net/net_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>

#define DUMP_TRIES 5

static struct ifinfomsg *begin_link(struct netlink_msg *m, uint16_t type, uint16_t flags, int index)
{
    struct ifinfomsg *info = netlink_begin(m, type, flags, sizeof(*info));
    info->ifi_family = AF_UNSPEC;
    info->ifi_index = index;
    return info;
}

static void read_linkinfo(const struct nlattr *info, struct net_link *l)
{
    struct nlattr *attr;
    mnl_attr_for_each_nested(attr, info)
    {
        if (mnl_attr_get_type(attr) == IFLA_INFO_KIND && mnl_attr_validate(attr, MNL_TYPE_STRING) >= 0)
            strncpy(l->kind, mnl_attr_get_str(attr), sizeof(l->kind) - 1);
    }
}

static int read_link(const struct nlmsghdr *h, void *data)
{
    struct net_link *l = data;
    const struct ifinfomsg *info = mnl_nlmsg_get_payload(h);
    struct nlattr *attr;
    l->index = info->ifi_index;
    mnl_attr_for_each(attr, h, sizeof(*info))
    {
        if (mnl_attr_get_type(attr) == IFLA_MASTER)
            l->master = (int)mnl_attr_get_u32(attr);
        else if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
            read_linkinfo(attr, l);
    }
    return MNL_CB_OK;
}

int net_link_find(struct netlink *nl, const char *name, struct net_link *ret, struct err *e)
{
    struct netlink_msg m;
    *ret = (struct net_link){0};
    begin_link(&m, RTM_GETLINK, 0, 0);
    mnl_attr_put_strz(&m.h, IFLA_IFNAME, name);
    return netlink_get(nl, &m, read_link, ret, e);
}

int net_link_bridge(struct netlink *nl, const char *name, const uint8_t mac[6], int mtu, struct err *e)
{
    struct netlink_msg m;
    begin_link(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
    mnl_attr_put_strz(&m.h, IFLA_IFNAME, name);
    /* Without a fixed address the bridge takes that of a port, and another when the port goes: pods' neighbour would
     * change. */
    mnl_attr_put(&m.h, IFLA_ADDRESS, 6, mac);
    if (mtu > 0)
        mnl_attr_put_u32(&m.h, IFLA_MTU, (uint32_t)mtu);
    struct nlattr *info = mnl_attr_nest_start(&m.h, IFLA_LINKINFO);
    mnl_attr_put_strz(&m.h, IFLA_INFO_KIND, "bridge");
    struct nlattr *data = mnl_attr_nest_start(&m.h, IFLA_INFO_DATA);
    mnl_attr_put_u32(&m.h, IFLA_BR_FORWARD_DELAY, 0); /* a port carries traffic as soon as it is there */
    mnl_attr_nest_end(&m.h, data);
    mnl_attr_nest_end(&m.h, info);
    return netlink_request(nl, &m, e);
}

static void put_peer(struct netlink_msg *m, const struct net_veth *v)
{
    struct nlattr *peer = mnl_attr_nest_start(&m->h, VETH_INFO_PEER);
    struct ifinfomsg *info = mnl_nlmsg_get_payload_tail(&m->h);
    memset(info, 0, sizeof(*info));
    m->h.nlmsg_len += MNL_ALIGN(sizeof(*info));
    mnl_attr_put_strz(&m->h, IFLA_IFNAME, "eth0");
    mnl_attr_put(&m->h, IFLA_ADDRESS, 6, v->peer_mac);
    mnl_attr_put_u32(&m->h, IFLA_NET_NS_FD, (uint32_t)v->peer_ns);
    if (v->mtu > 0)
        mnl_attr_put_u32(&m->h, IFLA_MTU, (uint32_t)v->mtu);
    mnl_attr_nest_end(&m->h, peer);
}

int net_link_veth(struct netlink *nl, const struct net_veth *v, struct err *e)
{
    struct netlink_msg m;
    begin_link(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
    mnl_attr_put_strz(&m.h, IFLA_IFNAME, v->name);
    mnl_attr_put_u32(&m.h, IFLA_MASTER, (uint32_t)v->bridge);
    if (v->mtu > 0)
        mnl_attr_put_u32(&m.h, IFLA_MTU, (uint32_t)v->mtu);
    struct nlattr *info = mnl_attr_nest_start(&m.h, IFLA_LINKINFO);
    mnl_attr_put_strz(&m.h, IFLA_INFO_KIND, "veth");
    struct nlattr *data = mnl_attr_nest_start(&m.h, IFLA_INFO_DATA);
    put_peer(&m, v);
    mnl_attr_nest_end(&m.h, data);
    mnl_attr_nest_end(&m.h, info);
    return netlink_request(nl, &m, e);
}

/* The kernel raises a link before it reads how its IPv6 addresses are made: so this is asked before net_link_up. */
static int no_ipv6_address(struct netlink *nl, int index, struct err *e)
{
    struct netlink_msg m;
    begin_link(&m, RTM_SETLINK, 0, index);
    struct nlattr *spec = mnl_attr_nest_start(&m.h, IFLA_AF_SPEC);
    struct nlattr *inet6 = mnl_attr_nest_start(&m.h, AF_INET6);
    mnl_attr_put_u8(&m.h, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
    mnl_attr_nest_end(&m.h, inet6);
    mnl_attr_nest_end(&m.h, spec);
    int r = netlink_request(nl, &m, e);
    return r == -EAFNOSUPPORT ? 0 : r; /* a kernel without IPv6, or with it switched off */
}

int net_link_port(struct netlink *nl, int index, struct err *e)
{
    struct netlink_msg m;
    begin_link(&m, RTM_NEWLINK, 0, index);
    struct nlattr *info = mnl_attr_nest_start(&m.h, IFLA_LINKINFO);
    mnl_attr_put_strz(&m.h, IFLA_INFO_SLAVE_KIND, "bridge");
    struct nlattr *data = mnl_attr_nest_start(&m.h, IFLA_INFO_SLAVE_DATA);
    /* With br_netfilter, a packet whose target we translate is bridged rather than routed: a pod that reaches itself by
     * its service comes out of the port where it went in. */
    mnl_attr_put_u8(&m.h, IFLA_BRPORT_MODE, 1);
    mnl_attr_nest_end(&m.h, data);
    mnl_attr_nest_end(&m.h, info);
    int r = netlink_request(nl, &m, e);
    return r < 0 ? r : no_ipv6_address(nl, index, e);
}

static int switch_link(struct netlink *nl, int index, unsigned flags, struct err *e)
{
    struct netlink_msg m;
    struct ifinfomsg *info = begin_link(&m, RTM_NEWLINK, 0, index);
    info->ifi_flags = flags;
    info->ifi_change = IFF_UP;
    return netlink_request(nl, &m, e);
}

int net_link_up(struct netlink *nl, int index, struct err *e)
{
    return switch_link(nl, index, IFF_UP, e);
}

int net_link_down(struct netlink *nl, int index, struct err *e)
{
    return switch_link(nl, index, 0, e);
}

int net_link_delete(struct netlink *nl, int index, struct err *e)
{
    struct netlink_msg m;
    begin_link(&m, RTM_DELLINK, 0, index);
    int r = netlink_request(nl, &m, e);
    return r == -ENODEV ? 0 : r;
}

int net_link_addr(struct netlink *nl, int index, uint32_t address, int bits, struct err *e)
{
    struct netlink_msg m;
    struct ifaddrmsg *info = netlink_begin(&m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*info));
    info->ifa_family = AF_INET;
    info->ifa_prefixlen = (uint8_t)bits;
    info->ifa_scope = RT_SCOPE_UNIVERSE;
    info->ifa_index = (uint32_t)index;
    mnl_attr_put_u32(&m.h, IFA_LOCAL, htonl(address));
    mnl_attr_put_u32(&m.h, IFA_ADDRESS, htonl(address));
    int r = netlink_request(nl, &m, e);
    return r == -EEXIST ? 0 : r;
}

int net_link_route(struct netlink *nl, int index, const struct net_cidr *to, uint32_t gateway, struct err *e)
{
    struct netlink_msg m;
    struct rtmsg *info = netlink_begin(&m, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*info));
    info->rtm_family = AF_INET;
    info->rtm_dst_len = (uint8_t)to->bits;
    info->rtm_table = RT_TABLE_MAIN;
    info->rtm_protocol = NET_ROUTE_PROTOCOL;
    info->rtm_scope = gateway != 0 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
    info->rtm_type = RTN_UNICAST;
    if (to->bits > 0)
        mnl_attr_put_u32(&m.h, RTA_DST, htonl(to->base));
    if (gateway != 0)
        mnl_attr_put_u32(&m.h, RTA_GATEWAY, htonl(gateway));
    mnl_attr_put_u32(&m.h, RTA_OIF, (uint32_t)index);
    return netlink_request(nl, &m, e);
}

/* Messages that delete what a dump showed, kept until the dump is over: sending while reading would mix two answers. */
struct prune {
    int index;
    uint32_t keep;
    const struct net_cidr *to;
    struct netlink_msg *msgs;
    size_t n;
};

static void prune_add(struct prune *p, const struct nlmsghdr *h, uint16_t type)
{
    if (h->nlmsg_len > sizeof(struct netlink_msg))
        return;
    p->msgs = mem_push(p->msgs, p->n, sizeof(*p->msgs));
    struct netlink_msg *m = &p->msgs[p->n++];
    memset(m, 0, sizeof(*m));
    memcpy(m->bytes, h, h->nlmsg_len);
    m->h.nlmsg_type = type;
    m->h.nlmsg_flags = NLM_F_REQUEST;
}

static int prune_addr(const struct nlmsghdr *h, void *data)
{
    struct prune *p = data;
    const struct ifaddrmsg *info = mnl_nlmsg_get_payload(h);
    struct nlattr *attr;
    uint32_t local = 0;
    mnl_attr_for_each(attr, h, sizeof(*info))
    {
        if (mnl_attr_get_type(attr) == IFA_LOCAL)
            local = ntohl(mnl_attr_get_u32(attr));
    }
    if ((int)info->ifa_index == p->index && info->ifa_family == AF_INET && local != p->keep)
        prune_add(p, h, RTM_DELADDR);
    return MNL_CB_OK;
}

static int prune_route(const struct nlmsghdr *h, void *data)
{
    struct prune *p = data;
    const struct rtmsg *info = mnl_nlmsg_get_payload(h);
    struct nlattr *attr;
    struct net_cidr dst = {.bits = info->rtm_dst_len};
    int oif = 0;
    mnl_attr_for_each(attr, h, sizeof(*info))
    {
        if (mnl_attr_get_type(attr) == RTA_OIF)
            oif = (int)mnl_attr_get_u32(attr);
        else if (mnl_attr_get_type(attr) == RTA_DST)
            dst.base = ntohl(mnl_attr_get_u32(attr));
    }
    bool wanted = dst.bits == p->to->bits && dst.base == p->to->base;
    if (oif == p->index && info->rtm_protocol == NET_ROUTE_PROTOCOL && !wanted)
        prune_add(p, h, RTM_DELROUTE);
    return MNL_CB_OK;
}

static int prune_send(struct netlink *nl, struct prune *p, struct err *e)
{
    for (size_t i = 0; i < p->n; i++) {
        int r = netlink_request(nl, &p->msgs[i], e);
        if (r < 0 && r != -EADDRNOTAVAIL && r != -ESRCH)
            return r;
    }
    return 0;
}

int net_link_prune(struct netlink *nl, int index, uint32_t keep, const struct net_cidr *to, struct err *e)
{
    struct prune p = {.index = index, .keep = keep, .to = to};
    struct netlink_msg m;
    struct ifaddrmsg *addr = netlink_begin(&m, RTM_GETADDR, 0, sizeof(*addr));
    addr->ifa_family = AF_INET;
    int r = netlink_dump(nl, &m, prune_addr, &p, e);
    if (r == 0) {
        struct rtmsg *route = netlink_begin(&m, RTM_GETROUTE, 0, sizeof(*route));
        route->rtm_family = AF_INET;
        r = netlink_dump(nl, &m, prune_route, &p, e);
    }
    if (r == 0)
        r = prune_send(nl, &p, e);
    free(p.msgs);
    return r;
}

struct ports {
    int master;
    struct strv *names;
};

static int collect_port(const struct nlmsghdr *h, void *data)
{
    struct ports *p = data;
    struct net_link l = {0};
    struct nlattr *attr;
    read_link(h, &l);
    mnl_attr_for_each(attr, h, sizeof(struct ifinfomsg))
    {
        if (l.master == p->master && mnl_attr_get_type(attr) == IFLA_IFNAME)
            strv_add(p->names, mnl_attr_get_str(attr));
    }
    return MNL_CB_OK;
}

int net_link_ports(struct netlink *nl, int master, struct strv *ret, struct err *e)
{
    struct ports p = {.master = master, .names = ret};
    int r = -EAGAIN;
    for (int tries = 0; tries < DUMP_TRIES && r == -EAGAIN; tries++) {
        struct netlink_msg m;
        strv_done(ret);
        begin_link(&m, RTM_GETLINK, 0, 0);
        r = netlink_dump(nl, &m, collect_port, &p, e);
    }
    return r;
}
