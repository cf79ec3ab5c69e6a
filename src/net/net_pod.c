// SPDX-License-Identifier: Apache-2.0
/* A pod's part of the network: its namespace, its link to the bridge, its address.
 *
 * How it works. Order makes it heal after a kill at any point: first the file with the address, then the pinned
 * namespace, then the link, then what lies on the link. Each step finds what a run before it left and goes on from
 * there; taking away goes the other way round. The address file is thus the oldest trace of a pod: where it is, and
 * only where it or a pin is, there may be more. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "net/net_link.h"
#include "net/net_state.h"
#include "net/netns.h"

#define POD_ID_MAX 200
#define IP_SUFFIX  ".ip"

char *net_pod_path(const struct net_config *c, const char *pod_id, const char *suffix)
{
    return mem_printf("%s/netns/%s%s", c->run_dir, pod_id, suffix);
}

void net_pod_host_end(const char *pod_id, char ret[NET_HOST_END_SIZE])
{
    char text[DIGEST_TEXT_SIZE];
    digest_of(pod_id, strlen(pod_id), text);
    memcpy(ret, "sdg", 3);
    memcpy(ret + 3, text + strlen("sha256:"), 11);
    ret[14] = '\0';
}

static int check_pod_id(const char *id, struct err *e)
{
    if (!str_empty(id) && strlen(id) <= POD_ID_MAX && id[0] != '.' && strchr(id, '/') == NULL &&
        !str_ends(id, IP_SUFFIX))
        return 0;
    return err_set(e, EINVAL, "'%s' cannot be a pod's id: it becomes a file name", id != NULL ? id : "");
}

int net_pod_names(const struct net_config *c, struct strv *ret, struct err *e)
{
    AUTO_FREE char *folder = file_join(c->run_dir, "netns");
    AUTO_STRV struct strv files = {0};
    struct map seen = {0};
    int r = file_list(folder, &files, e);
    if (r == -ENOENT)
        return 0;
    for (size_t i = 0; r == 0 && i < files.n; i++) {
        size_t len = strlen(files.v[i]);
        AUTO_FREE char *id = mem_strndup(files.v[i], str_ends(files.v[i], IP_SUFFIX) ? len - strlen(IP_SUFFIX) : len);
        if (check_pod_id(id, NULL) == 0 && !map_has(&seen, id)) {
            map_set(&seen, id, ret);
            strv_add(ret, id);
        }
    }
    map_done(&seen);
    strv_sort(ret);
    return r;
}

/* The address recorded for a pod; NULL when there is none, or half a line. The caller frees. */
static char *read_address(const struct net_config *c, const char *pod_id)
{
    AUTO_FREE char *path = net_pod_path(c, pod_id, IP_SUFFIX);
    AUTO_FREE char *text = NULL;
    size_t len;
    uint32_t unused;
    if (file_read(path, 64, &text, &len, NULL) < 0)
        return NULL;
    text[strcspn(text, "\n")] = '\0';
    return net_addr_parse(text, &unused) ? take_ptr(text) : NULL;
}

/* Temporary files of a process that was killed while it wrote. */
static void sweep(const struct net_config *c)
{
    AUTO_FREE char *folder = file_join(c->run_dir, "netns");
    AUTO_STRV struct strv files = {0};
    (void)file_list(folder, &files, NULL);
    for (size_t i = 0; i < files.n; i++) {
        AUTO_FREE char *path = file_join(folder, files.v[i]);
        if (files.v[i][0] == '.')
            (void)unlink(path);
    }
}

int net_pod_load(struct net *n, struct err *e)
{
    sweep(&n->config);
    AUTO_STRV struct strv ids = {0};
    int r = net_pod_names(&n->config, &ids, e);
    for (size_t i = 0; i < ids.n; i++) {
        char *address = read_address(&n->config, ids.v[i]);
        uint32_t at;
        if (address == NULL)
            continue;
        /* Goes on behind the highest one given out: an address just freed is not given again at once. */
        if (net_addr_parse(address, &at) && net_cidr_has(&n->pods, at) && at - n->pods.base > n->last)
            n->last = at - n->pods.base;
        map_set(&n->addresses, ids.v[i], address);
    }
    return r;
}

static const char *owner_of(const struct net *n, const char *address)
{
    for (size_t i = 0; i < n->addresses.n; i++) {
        if (str_eq(n->addresses.items[i].value, address))
            return n->addresses.items[i].key;
    }
    return NULL;
}

static int choose_free(struct net *n, char **ret, struct err *e)
{
    AUTO_STRV struct strv taken = {0};
    strv_take(&taken, net_addr_text(n->gateway));
    for (size_t i = 0; i < n->addresses.n; i++)
        strv_add(&taken, n->addresses.items[i].value);
    *ret = net_cidr_free(&n->pods, &taken, &n->last);
    if (*ret != NULL)
        return 0;
    return err_set(e, ENOSPC, "all addresses of %s are in use; remove pods, or give this node a wider range",
                   n->config.pod_cidr);
}

static int take_given(struct net *n, const char *pod_id, const char *address, char **ret, struct err *e)
{
    uint32_t at;
    const char *owner = owner_of(n, address);
    if (!net_addr_parse(address, &at) || !net_cidr_has(&n->pods, at) || at == n->gateway)
        return err_set(e, EADDRNOTAVAIL, "'%s' is no pod's address of this node; choose one of %s", address,
                       n->config.pod_cidr);
    if (owner != NULL && !str_eq(owner, pod_id))
        return err_set(e, EADDRINUSE, "the address %s belongs to pod '%s'", address, owner);
    *ret = mem_strdup(address);
    return 0;
}

/* The address this attachment shall have: that of before when the pod has a namespace already. */
static int settle_address(struct net *n, const char *pod_id, const char *address, bool pinned, char **ret,
                          struct err *e)
{
    const char *before = map_get(&n->addresses, pod_id);
    if (pinned && before != NULL && !str_empty(address) && !str_eq(address, before))
        return err_set(e, EEXIST, "it has the address %s already; detach it first to give it %s", before, address);
    if (!str_empty(address))
        return take_given(n, pod_id, address, ret, e);
    if (before != NULL && take_given(n, pod_id, before, ret, NULL) == 0)
        return 0;
    if (pinned && before != NULL)
        return err_set(e, EADDRNOTAVAIL, "its address %s is outside of %s; detach it first", before,
                       n->config.pod_cidr);
    return choose_free(n, ret, e);
}

static int record_address(struct net *n, const char *pod_id, const char *address, struct err *e)
{
    if (str_eq(map_get(&n->addresses, pod_id), address))
        return 0;
    AUTO_FREE char *path = net_pod_path(&n->config, pod_id, IP_SUFFIX);
    int r = file_write_fast(path, address, strlen(address), 0644, e);
    if (r == 0)
        map_set(&n->addresses, pod_id, mem_strdup(address));
    return r;
}

/* What an attachment works with. */
struct joint {
    struct net *n; /* weak */
    uint32_t address;
    char host_end[NET_HOST_END_SIZE];
    int ns;
    struct netlink inside;
};

/* The hardware address follows from the address: a neighbour entry of the host stays right when the address goes to
 * another pod. */
static void mac_of(uint32_t address, uint8_t ret[6])
{
    const uint8_t mac[6] = {
        0x0a, 0x5d, (uint8_t)(address >> 24), (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};
    memcpy(ret, mac, sizeof(mac));
}

/* Finds both ends, or none: half a link is taken away (its other end hung in a namespace that is gone or was replaced).
 */
static int find_ends(struct joint *j, struct net_link *outer, struct net_link *eth0, struct err *e)
{
    int r = net_link_find(&j->n->nl, j->host_end, outer, e);
    if (r < 0 && r != -ENODEV)
        return r;
    int ri = net_link_find(&j->inside, "eth0", eth0, e);
    if (ri < 0 && ri != -ENODEV)
        return ri;
    bool whole = outer->index != 0 && eth0->index != 0 && outer->master == j->n->bridge;
    if (whole)
        return 0;
    r = outer->index != 0 ? net_link_delete(&j->n->nl, outer->index, e) : 0;
    if (r == 0 && eth0->index != 0)
        r = net_link_delete(&j->inside, eth0->index, e); /* went with its other end, when they were a pair */
    outer->index = eth0->index = 0;
    return r;
}

static int make_ends(struct joint *j, struct net_link *outer, struct net_link *eth0, struct err *e)
{
    struct net_veth v = {.name = j->host_end, .bridge = j->n->bridge, .peer_ns = j->ns, .mtu = j->n->config.mtu};
    mac_of(j->address, v.peer_mac);
    int r = net_link_veth(&j->n->nl, &v, e);
    if (r == 0)
        r = net_link_find(&j->n->nl, j->host_end, outer, e);
    if (r == 0)
        r = net_link_find(&j->inside, "eth0", eth0, e);
    return r;
}

static int dress_inside(struct joint *j, int eth0, struct err *e)
{
    const struct net_cidr gateway = {j->n->gateway, 32};
    const struct net_cidr everywhere = {0, 0};
    struct net_link lo;
    int r = net_link_find(&j->inside, "lo", &lo, e);
    if (r == 0)
        r = net_link_up(&j->inside, lo.index, e);
    if (r == 0)
        r = net_link_up(&j->inside, eth0, e);
    if (r == 0)
        r = net_link_addr(&j->inside, eth0, j->address, 32, e);
    if (r == 0)
        r = net_link_route(&j->inside, eth0, &gateway, 0, e);
    if (r == 0)
        r = net_link_route(&j->inside, eth0, &everywhere, j->n->gateway, e);
    return r;
}

static int connect_pod(struct joint *j, struct err *e)
{
    struct net_link outer = {0};
    struct net_link eth0 = {0};
    int r = find_ends(j, &outer, &eth0, e);
    if (r == 0 && outer.index == 0)
        r = make_ends(j, &outer, &eth0, e);
    if (r == 0)
        r = net_link_port(&j->n->nl, outer.index, e);
    if (r == 0)
        r = net_link_up(&j->n->nl, outer.index, e);
    if (r == 0)
        r = dress_inside(j, eth0.index, e);
    return err_wrap(e, r, "connect its namespace to the bridge '%s'", j->n->config.bridge);
}

static int attach_at(struct net *n, const char *pod_id, const char *path, const char *address, struct err *e)
{
    struct joint j = {.n = n, .ns = -1};
    bool made = false;
    (void)net_addr_parse(address, &j.address);
    net_pod_host_end(pod_id, j.host_end);
    int r = netns_pin(path, &j.ns, &j.inside, &made, e);
    if (r == 0)
        r = connect_pod(&j, e);
    netlink_close(&j.inside);
    mem_closep(&j.ns);
    if (r < 0 && made)
        (void)net_pod_remove(&n->nl, &n->config, pod_id, NULL);
    return r;
}

int net_attach(struct net *n, const char *pod_id, const char *address, char **ret_netns, char **ret_ip, struct err *e)
{
    AUTO_FREE char *ip = NULL;
    int r = check_pod_id(pod_id, e);
    if (r < 0)
        return r;
    AUTO_FREE char *path = net_pod_path(&n->config, pod_id, "");
    bool pinned = netns_pinned(path);
    r = settle_address(n, pod_id, address, pinned, &ip, e);
    if (r == 0)
        r = record_address(n, pod_id, ip, e);
    if (r == 0)
        r = attach_at(n, pod_id, path, ip, e);
    if (r < 0) {
        if (!pinned && net_pod_remove(&n->nl, &n->config, pod_id, NULL) == 0)
            (void)map_del(&n->addresses, pod_id);
        return err_wrap(e, r, "attach pod '%s' to the network", pod_id);
    }
    *ret_netns = take_ptr(path);
    *ret_ip = take_ptr(ip);
    return 0;
}

/* Deleting the link here would wait for the kernel some 25 ms. With its namespace it goes by itself, soon after the
 * last process of the pod; switched off, it can no longer answer for an address that the next pod may have. */
static int cut_off(struct netlink *nl, const char *pod_id, struct err *e)
{
    char host_end[NET_HOST_END_SIZE];
    struct net_link l;
    net_pod_host_end(pod_id, host_end);
    int r = net_link_find(nl, host_end, &l, e);
    if (r == 0)
        r = net_link_down(nl, l.index, e);
    return r == -ENODEV ? 0 : r;
}

int net_pod_remove(struct netlink *nl, const struct net_config *c, const char *pod_id, struct err *e)
{
    AUTO_FREE char *pin = net_pod_path(c, pod_id, "");
    AUTO_FREE char *file = net_pod_path(c, pod_id, IP_SUFFIX);
    int r = cut_off(nl, pod_id, e);
    if (r == 0)
        r = netns_unpin(pin, e);
    if (r == 0 && unlink(file) < 0 && errno != ENOENT)
        r = err_errno(e, errno, "remove '%s'", file);
    return r;
}

int net_detach(struct net *n, const char *pod_id, struct err *e)
{
    int r = check_pod_id(pod_id, e);
    if (r == 0)
        r = net_pod_remove(&n->nl, &n->config, pod_id, e);
    if (r < 0)
        return err_wrap(e, r, "detach pod '%s' from the network", pod_id);
    (void)map_del(&n->addresses, pod_id);
    return 0;
}

int net_list(struct net *n, struct strv *ret_pod_ids, struct err *e)
{
    return net_pod_names(&n->config, ret_pod_ids, e);
}
