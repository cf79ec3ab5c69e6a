// SPDX-License-Identifier: Apache-2.0
/* Opens the network of a machine and takes it away: bridge, settings, the table's frame. */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "net/net_link.h"
#include "net/net_state.h"
#include "net/net_sysctl.h"

#define NFT_TIMEOUT_US (30 * US_PER_S)

/* One nft run to its end. *ret_exists: it failed because what it creates is there. */
static int run_nft(const json_t *batch, bool *ret_exists, struct err *e)
{
    static const char *const argv[] = {"nft", "-j", "-f", "-", NULL};
    AUTO_FREE char *text = json_dumps(batch, JSON_COMPACT);
    const struct child_options o = {
        .argv = argv, .input = text, .input_len = strlen(text), .timeout_us = NFT_TIMEOUT_US};
    struct child_result result = {0};
    int r = child_run(&o, &result, e);
    *ret_exists = false;
    if (r == 0 && result.exit_code != 0) {
        const char *words = buf_str(&result.err_out);
        *ret_exists = strstr(words, "File exists") != NULL;
        r = err_set(e, EIO, "write the table 'ip %s' with nft: %.*s", NET_TABLE, (int)strcspn(words, "\n"), words);
    }
    child_result_done(&result);
    return r;
}

static void copy_config(struct net_config *to, const struct net_config *from)
{
    *to = (struct net_config){.bridge = mem_strdup(from->bridge),
                              .pod_cidr = mem_strdup(from->pod_cidr),
                              .service_cidr = mem_strdup(from->service_cidr),
                              .run_dir = mem_strdup(from->run_dir),
                              .mtu = from->mtu};
}

static void free_text(const char *text)
{
    char *owned = (char *)(uintptr_t)text; /* the face shows it const: it is the caller's there, ours here */
    free(owned);
}

void net_state_free(struct net *n)
{
    netlink_close(&n->nl);
    map_done(&n->addresses);
    net_table_done(&n->in_force);
    net_table_done(&n->running);
    net_table_done(&n->wanted);
    free_text(n->config.bridge);
    free_text(n->config.pod_cidr);
    free_text(n->config.service_cidr);
    free_text(n->config.run_dir);
    free(n);
}

/* Fixed by the name, so that pods that outlive the bridge still know their neighbour. */
static void bridge_mac(const char *name, uint8_t ret[6])
{
    struct digest d;
    digest_init(&d);
    digest_add(&d, name, strlen(name));
    digest_bytes(&d, ret, 6);
    ret[0] = 0x0a; /* locally administered, one station */
}

static int check_bridge_name(const char *name, struct err *e)
{
    if (!str_empty(name) && strlen(name) < IF_NAMESIZE && strpbrk(name, "/: \t\n") == NULL && name[0] != '.')
        return 0;
    return err_set(e, EINVAL, "'%s' cannot be a bridge's name; use up to 15 letters and digits",
                   name != NULL ? name : "");
}

static int find_bridge(struct netlink *nl, const char *name, struct net_link *ret, struct err *e)
{
    int r = net_link_find(nl, name, ret, e);
    if (r == -ENODEV)
        return 0;
    if (r == 0 && !str_eq(ret->kind, "bridge"))
        return err_set(e, EEXIST, "the link '%s' is there and no bridge; give another name or remove it", name);
    return r;
}

static int make_bridge(struct net *n, struct net_link *l, struct err *e)
{
    uint8_t mac[6];
    bridge_mac(n->config.bridge, mac);
    int r = net_link_bridge(&n->nl, n->config.bridge, mac, n->config.mtu, e);
    return r < 0 ? r : net_link_find(&n->nl, n->config.bridge, l, e);
}

/* Settings before the link is up: IPv6 would make itself an address at once. The address before the route to services,
 * which takes it as source. */
static int dress_bridge(struct net *n, struct err *e)
{
    int r = net_sysctl_apply(n->config.run_dir, n->config.bridge, e);
    if (r == 0)
        r = net_link_up(&n->nl, n->bridge, e);
    if (r == 0)
        r = net_link_prune(&n->nl, n->bridge, n->gateway, &n->services, e);
    if (r == 0)
        r = net_link_addr(&n->nl, n->bridge, n->gateway, n->pods.bits, e);
    if (r == 0)
        r = net_link_route(&n->nl, n->bridge, &n->services, 0, e);
    return r;
}

static int open_bridge(struct net *n, struct err *e)
{
    struct net_link l = {0};
    int r = find_bridge(&n->nl, n->config.bridge, &l, e);
    if (r == 0)
        r = net_overlap_check(&n->nl, l.index, &n->config, e);
    if (r < 0)
        return r;
    (void)net_cidr_parse(n->config.pod_cidr, &n->pods, NULL); /* the check has parsed them too */
    (void)net_cidr_parse(n->config.service_cidr, &n->services, NULL);
    n->gateway = n->pods.base + 1;
    n->last = 1;
    if (l.index == 0)
        r = make_bridge(n, &l, e);
    n->bridge = l.index;
    if (r == 0)
        r = dress_bridge(n, e);
    return err_wrap(e, r, "set up the bridge '%s'", n->config.bridge);
}

/* A table from before stays as it is, so that its ports and services go on working until the first net_apply, which
 * writes it whole. */
static int open_table(const struct net *n, struct err *e)
{
    bool exists;
    AUTO_JSON json_t *frame = net_table_frame(&n->config);
    int r = run_nft(frame, &exists, e);
    return exists ? 0 : r;
}

static int open_all(struct net *n, struct err *e)
{
    AUTO_FREE char *folder = file_join(n->config.run_dir, "netns");
    int r = check_bridge_name(n->config.bridge, e);
    if (r == 0)
        r = file_mkdirs(folder, 0755, e);
    if (r == 0)
        r = netlink_open(&n->nl, e);
    if (r == 0)
        r = open_bridge(n, e);
    if (r == 0)
        r = net_pod_load(n, e);
    if (r == 0)
        r = open_table(n, e);
    return r;
}

int net_open(uv_loop_t *loop, const struct net_config *c, struct net **ret, struct err *e)
{
    struct net *n = mem_alloc(sizeof(*n));
    n->loop = loop;
    map_init(&n->addresses, free);
    copy_config(&n->config, c);
    int r = open_all(n, e);
    if (r < 0) {
        net_state_free(n);
        return err_wrap(e, r, "open the network");
    }
    net_apply_init(n);
    *ret = n;
    return 0;
}

void net_close(struct net *n)
{
    if (n != NULL)
        net_apply_close(n);
}

/* Links named as ours that hang on the bridge: those of pods whose files are lost. */
static int remove_ports(struct netlink *nl, int bridge, struct err *e)
{
    AUTO_STRV struct strv names = {0};
    int r = net_link_ports(nl, bridge, &names, e);
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        struct net_link l;
        if (!str_starts(names.v[i], "sdg"))
            continue;
        r = net_link_find(nl, names.v[i], &l, e);
        if (r == 0)
            r = net_link_delete(nl, l.index, e);
        r = r == -ENODEV ? 0 : r;
    }
    return r;
}

static int remove_bridge(struct netlink *nl, const char *name, struct err *e)
{
    struct net_link l = {0};
    int r = find_bridge(nl, name, &l, e);
    if (r < 0 || l.index == 0)
        return r;
    r = remove_ports(nl, l.index, e);
    return r < 0 ? r : net_link_delete(nl, l.index, e);
}

static int remove_pods(struct netlink *nl, const struct net_config *c, struct err *e)
{
    AUTO_STRV struct strv ids = {0};
    AUTO_FREE char *folder = file_join(c->run_dir, "netns");
    int r = net_pod_names(c, &ids, e);
    for (size_t i = 0; r == 0 && i < ids.n; i++)
        r = net_pod_remove(nl, c, ids.v[i], e);
    return r < 0 ? r : file_remove_tree(folder, e);
}

static int remove_table(struct err *e)
{
    bool unused;
    AUTO_JSON json_t *batch = net_table_remove();
    return run_nft(batch, &unused, e);
}

/* All steps are tried, whatever fails before: the first complaint is told. */
int net_cleanup(const struct net_config *c, struct err *e)
{
    AUTO_NETLINK struct netlink nl = {0};
    struct err later = {0};
    int r = check_bridge_name(c->bridge, e);
    if (r == 0)
        r = netlink_open(&nl, e);
    if (r < 0)
        return err_wrap(e, r, "take the network away");
    r = remove_pods(&nl, c, e);
    int r2 = remove_bridge(&nl, c->bridge, r < 0 ? &later : e);
    r = r < 0 ? r : r2;
    r2 = net_peers_remove(&nl, r < 0 ? &later : e);
    r = r < 0 ? r : r2;
    r2 = remove_table(r < 0 ? &later : e);
    r = r < 0 ? r : r2;
    r2 = net_sysctl_restore(c->run_dir, r < 0 ? &later : e);
    r = r < 0 ? r : r2;
    return err_wrap(e, r, "take the network away");
}
