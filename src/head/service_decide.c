// SPDX-License-Identifier: Apache-2.0
/* Addresses of services from a range, and endpoints from pods. */
#include "head/service_decide.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static int parse_range(const char *cidr, uint32_t *ret_first, uint32_t *ret_size, struct err *e)
{
    const char *slash = strchr(cidr ? cidr : "", '/');
    AUTO_FREE char *address = slash ? mem_strndup(cidr, (size_t)(slash - cidr)) : NULL;
    struct in_addr in;
    int64_t bits;
    if (!slash || inet_pton(AF_INET, address, &in) != 1 || !str_to_i64(slash + 1, 1, 30, &bits))
        return err_set(e, EINVAL, "'%s' is no range of IPv4 addresses for services; write it as 10.89.0.0/16",
                       cidr ? cidr : "");
    *ret_size = 1U << (32 - (unsigned)bits);
    *ret_first = ntohl(in.s_addr) & ~(*ret_size - 1);
    return 0;
}

/* Spreads names over the range, so that an address seldom goes to another name soon. */
static uint32_t spread(const char *name, uint32_t size)
{
    uint32_t hash = 2166136261U;
    for (const unsigned char *p = (const unsigned char *)name; *p; p++)
        hash = (hash ^ *p) * 16777619U;
    return hash % size;
}

int service_address(const char *cidr, const char *name, const struct map *taken, char **ret, struct err *e)
{
    uint32_t first = 0, size = 0;
    int r = parse_range(cidr, &first, &size, e);
    if (r < 0)
        return r;
    uint32_t usable = size - 2, start = spread(name, usable);
    for (uint32_t i = 0; i < usable; i++) {
        struct in_addr in = {.s_addr = htonl(first + 1 + (start + i) % usable)};
        char text[INET_ADDRSTRLEN];
        inet_ntop(AF_INET, &in, text, sizeof(text));
        if (map_has(taken, text))
            continue;
        *ret = mem_strdup(text);
        return 0;
    }
    return err_set(e, ENOSPC, "all %u addresses of %s are taken by services; delete some", usable, cidr);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(object_name(*(const json_t *const *)a), object_name(*(const json_t *const *)b));
}

static json_t *endpoint(const json_t *pod, const char *ip)
{
    return json_pack("{s:s, s:s, s:s, s:b}", "ip", ip, "pod", object_name(pod), "node",
                     json_str(json_object_get(pod, "spec"), "nodeName", ""), "ready", 1);
}

static json_t *endpoints(const json_t *service, const struct object_list *pods)
{
    struct object_list behind = {0};
    const json_t *selector = json_at(service, "spec", "selector", NULL);
    json_t *out = json_array();
    for (size_t i = 0; i < pods->n; i++)
        if (object_matches(pods->v[i], selector) && object_pod_serves(pods->v[i]))
            object_list_add(&behind, pods->v[i]);
    if (behind.n > 1)
        qsort(behind.v, behind.n, sizeof(*behind.v), by_name);
    for (size_t i = 0; i < behind.n; i++) {
        const char *ip = json_str(json_object_get(behind.v[i], "status"), "podIP", "");
        if (ip[0])
            json_array_append_new(out, endpoint(behind.v[i], ip));
    }
    object_list_done(&behind);
    return out;
}

/* Are those its endpoints already? */
static bool says(const json_t *service, const json_t *endpoints)
{
    const json_t *is = json_at(service, "status", "endpoints", NULL);
    return is ? json_equal(endpoints, is) : json_array_size(endpoints) == 0;
}

bool service_is_settled(const json_t *service, const struct object_list *pods)
{
    AUTO_JSON json_t *now = endpoints(service, pods);
    return !str_empty(json_str(json_object_get(service, "spec"), "clusterIP", "")) && says(service, now);
}

static void give_address(const json_t *service, const char *cidr, const struct map *taken, struct changes *ret)
{
    AUTO_FREE char *name = mem_printf("%s/%s", object_namespace(service), object_name(service));
    AUTO_FREE char *address = NULL;
    struct err e = {0};
    if (service_address(cidr, name, taken, &address, &e) < 0) {
        changes_event(ret, service, true, "NoAddress", "%s", err_text(&e));
        return;
    }
    json_t *copy = json_deep_copy(service);
    json_t *spec = json_object_get(copy, "spec");
    json_put_str(spec, "clusterIP", address);
    json_object_set_new(spec, "clusterIPs", json_pack("[s]", address));
    changes_spec(ret, "Service", copy);
}

void service_decide(const json_t *service, const struct object_list *pods, const char *cidr, const struct map *taken,
                    struct changes *ret)
{
    if (object_is_deleting(service))
        return;
    if (str_empty(json_str(json_object_get(service, "spec"), "clusterIP", "")))
        give_address(service, cidr, taken, ret);
    AUTO_JSON json_t *now = endpoints(service, pods);
    if (says(service, now))
        return;
    json_t *copy = json_deep_copy(service);
    json_t *status = json_object_get(copy, "status");
    if (!status)
        json_object_set_new(copy, "status", status = json_object());
    json_object_set(status, "endpoints", now);
    json_object_del(json_object_get(copy, "metadata"), "resourceVersion"); /* its address may just have been written */
    changes_status(ret, "Service", copy);
}
