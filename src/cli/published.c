// SPDX-License-Identifier: Apache-2.0
/* Published ports as addresses. */
#include "cli/published.h"

#include <string.h>

#include "cli/names.h"

/* Well-known ports of what is no web server: an address without "http://" in front. */
static const int64_t other_ports[] = {21,   22,   25,   53,   110,  143,  389,  993,  1433, 1521,  1883, 2181,
                                      3306, 5432, 5671, 5672, 5683, 6379, 8883, 9042, 9092, 11211, 27017};

static const char *scheme_of(int64_t port, bool udp)
{
    for (size_t i = 0; i < ARRAY_LEN(other_ports); i++)
        if (port == other_ports[i])
            return "";
    return udp ? "" : port == 443 || port == 8443 ? "https://" : "http://";
}

/* The node's address as others reach it; "localhost" when it has none. */
static const char *host_of(const json_t *nodes, const char *name)
{
    size_t i, k;
    json_t *node, *address;
    json_array_foreach(nodes, i, node)
    {
        if (!str_eq(name_of(node), name))
            continue;
        json_array_foreach(json_at(node, "status", "addresses", NULL), k, address)
        {
            if (str_eq(json_str(address, "type", ""), "InternalIP"))
                return json_str(address, "address", "localhost");
        }
    }
    return "localhost";
}

static void add(struct published **all, size_t *n, const char *component, char *address)
{
    for (size_t i = 0; i < *n; i++)
        if (str_eq((*all)[i].address, address)) {
            free(address);
            return;
        }
    *all = mem_push(*all, *n, sizeof(**all));
    (*all)[(*n)++] = (struct published){mem_strdup(component), address};
}

static void add_port(struct published **all, size_t *n, const json_t *pod, const json_t *port, const json_t *nodes)
{
    int64_t host_port = json_int(port, "hostPort", 0);
    bool udp = str_eq(json_str(port, "protocol", "TCP"), "UDP");
    const char *ip = json_str(port, "hostIP", "");
    if (host_port <= 0)
        return;
    const char *host =
        ip[0] && !str_eq(ip, "0.0.0.0") ? ip : host_of(nodes, json_str(json_object_get(pod, "spec"), "nodeName", ""));
    bool six = strchr(host, ':') != NULL;
    add(all, n, label_of(pod, LABEL_COMPONENT),
        mem_printf("%s%s%s%s:%lld%s", scheme_of(json_int(port, "containerPort", 0), udp), six ? "[" : "", host,
                   six ? "]" : "", (long long)host_port, udp ? "/udp" : ""));
}

void published_find(const json_t *pods, const json_t *nodes, struct published **ret, size_t *ret_n)
{
    size_t i, k, m;
    json_t *pod, *container, *port;
    *ret = NULL;
    *ret_n = 0;
    json_array_foreach(pods, i, pod)
    {
        if (json_at(pod, "metadata", "deletionTimestamp", NULL))
            continue;
        json_array_foreach(json_at(pod, "spec", "containers", NULL), k, container)
        {
            json_array_foreach(json_object_get(container, "ports"), m, port) add_port(ret, ret_n, pod, port, nodes);
        }
    }
}

void published_free(struct published *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(p[i].component);
        free(p[i].address);
    }
    free(p);
}
