// SPDX-License-Identifier: Apache-2.0
/* Room and ports of a node. */
#include "head/schedule_seat.h"

#include <string.h>

#define ORDER_MOST 4096 /* nodes with more pods than that are not told apart by their number */

static const char *const resource_names[SEAT_RESOURCES] = {"cpu", "memory", "pods"};

static int64_t quantity(const json_t *resources, const char *name)
{
    const json_t *v = json_object_get(resources, name);
    int64_t milli = 0;
    if (json_is_integer(v))
        return json_integer_value(v) < INT64_MAX / 1000 ? json_integer_value(v) * 1000 : INT64_MAX;
    return str_to_milli(json_string_value(v) ? json_string_value(v) : "", &milli) ? milli : 0;
}

static int64_t add_up(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

void seat_needs(const json_t *pod, int64_t ret[SEAT_RESOURCES])
{
    size_t i;
    json_t *c;
    memset(ret, 0, SEAT_RESOURCES * sizeof(*ret));
    json_array_foreach(json_at(pod, "spec", "containers", NULL), i, c)
    {
        const json_t *requests = json_at(c, "resources", "requests", NULL);
        const json_t *limits = json_at(c, "resources", "limits", NULL);
        for (int k = SEAT_CPU; k <= SEAT_MEMORY; k++)
            ret[k] = add_up(
                ret[k], quantity(json_object_get(requests, resource_names[k]) ? requests : limits, resource_names[k]));
    }
    ret[SEAT_PODS] = 1000;
}

/* ---- ports ---- */

/* Calls `each` for every published port of a pod; stops when it gives false. */
static bool each_port(const json_t *pod, bool (*each)(void *data, const struct used_port *p), void *data)
{
    size_t i, k;
    json_t *c, *port;
    json_array_foreach(json_at(pod, "spec", "containers", NULL), i, c)
    {
        json_array_foreach(json_object_get(c, "ports"), k, port)
        {
            struct used_port p = {json_int(port, "hostPort", 0), json_str(port, "protocol", "TCP"),
                                  json_str(port, "hostIP", ""), pod};
            if (p.port > 0 && !each(data, &p))
                return false;
        }
    }
    return true;
}

static bool take_port(void *data, const struct used_port *p)
{
    struct seat *s = data;
    s->ports = mem_push(s->ports, s->n_ports, sizeof(*s->ports));
    s->ports[s->n_ports++] = *p;
    return true;
}

struct port_question {
    const struct seat *seat;
    const struct used_port *taken; /* found */
    int64_t port;
};

static bool port_is_free(void *data, const struct used_port *p)
{
    struct port_question *q = data;
    for (size_t i = 0; i < q->seat->n_ports; i++) {
        const struct used_port *other = &q->seat->ports[i];
        bool apart = p->ip[0] && other->ip[0] && !str_eq(p->ip, other->ip);
        if (other->port != p->port || !str_eq(other->protocol, p->protocol) || apart)
            continue;
        q->taken = other;
        q->port = p->port;
        return false;
    }
    return true;
}

bool seat_has_ports(const struct seat *s, const json_t *pod, struct schedule_why *why)
{
    struct port_question q = {.seat = s};
    return each_port(pod, port_is_free, &q) ||
           schedule_refuse(why, object_is_deleting(q.taken->pod), "host port %lld is used by pod %s/%s",
                           (long long)q.port, object_namespace(q.taken->pod), object_name(q.taken->pod));
}

static bool is_none(void *data, const struct used_port *p)
{
    return false;
}

bool seat_asks_ports(const json_t *pod)
{
    return !each_port(pod, is_none, NULL);
}

/* ---- room ---- */

void seat_open(struct seat *s, const json_t *node)
{
    const json_t *room = json_at(node, "status", "allocatable", NULL);
    *s = (struct seat){.node = node};
    for (int k = 0; k < SEAT_RESOURCES; k++)
        s->room[k] = json_object_get(room, resource_names[k]) ? quantity(room, resource_names[k]) : -1;
}

void seat_done(struct seat *s)
{
    free(s->ports);
}

void seat_take(struct seat *s, const json_t *pod)
{
    int64_t needs[SEAT_RESOURCES];
    seat_needs(pod, needs);
    for (int k = 0; k < SEAT_RESOURCES; k++)
        s->used[k] = add_up(s->used[k], needs[k]);
    each_port(pod, take_port, s);
}

bool seat_has_room(const struct seat *s, const int64_t needs[SEAT_RESOURCES], struct schedule_why *why)
{
    for (int k = 0; k < SEAT_RESOURCES; k++)
        if (needs[k] > 0 && s->room[k] >= 0 && add_up(s->used[k], needs[k]) > s->room[k])
            return schedule_refuse(why, false, "not enough %s", resource_names[k]);
    return true;
}

/* ---- order ---- */

void seat_order_open(struct seat_order *o, size_t n_seats)
{
    *o = (struct seat_order){.words = n_seats / 64 + 1};
}

void seat_order_done(struct seat_order *o)
{
    for (size_t i = 0; i < o->n_with; i++)
        free(o->with[i]);
    free(o->with);
}

static uint64_t *with(struct seat_order *o, int64_t pods)
{
    size_t i = pods < ORDER_MOST ? (size_t)pods : ORDER_MOST;
    while (o->n_with <= i) {
        o->with = mem_push(o->with, o->n_with, sizeof(*o->with));
        o->with[o->n_with++] = NULL;
    }
    if (!o->with[i])
        o->with[i] = mem_array(o->words, sizeof(uint64_t));
    return o->with[i];
}

void seat_order_add(struct seat_order *o, size_t seat, int64_t pods)
{
    with(o, pods)[seat / 64] |= UINT64_C(1) << seat % 64;
}

void seat_order_move(struct seat_order *o, size_t seat, int64_t from, int64_t to)
{
    with(o, from)[seat / 64] &= ~(UINT64_C(1) << seat % 64);
    seat_order_add(o, seat, to);
}

bool seat_order_next(const struct seat_order *o, size_t *pods, size_t *seat)
{
    for (size_t from = *seat + 1; *pods < o->n_with; ++*pods, from = 0) {
        const uint64_t *set = o->with[*pods];
        for (size_t w = from / 64; set && w < o->words; w++) {
            uint64_t bits = set[w] & (w == from / 64 ? ~UINT64_C(0) << from % 64 : ~UINT64_C(0));
            if (!bits)
                continue;
            *seat = w * 64 + (size_t)__builtin_ctzll(bits);
            return true;
        }
    }
    return false;
}
