// SPDX-License-Identifier: Apache-2.0
/* Filter and score: nodes with what their pods use, then one pod after the other in order of their making. */
#include "head/schedule.h"

#include "head/schedule_near.h"

#include <string.h>

enum { CPU, MEMORY, PODS, RESOURCES };
static const char *const resource_names[RESOURCES] = {"cpu", "memory", "pods"};

struct used_port {
    int64_t port;
    const char *protocol, *ip; /* weak */
    const json_t *pod;         /* weak: who has it */
};
struct seat {
    const json_t *node;
    bool ready;
    int64_t room[RESOURCES], used[RESOURCES]; /* thousandths; room -1: not told, no limit */
    struct used_port *ports;
    size_t n_ports;
};
struct hall {
    const struct schedule_input *in;
    struct seat *seats;
    size_t n;
    struct near_list near;   /* pods that have a node, those placed in this pass too */
    struct map volume_nodes; /* "ns/name" -> weak name of the node chosen in this pass */
    struct changes *changes;
};
/* Why nodes do not take a pod: a text for each, and whether waiting may help. */
struct refusal {
    struct buf text;
    bool may_pass;
};

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

/* What a pod asks to be set aside: requests, or the limit where only that is given. */
static void pod_needs(const json_t *pod, int64_t ret[RESOURCES])
{
    size_t i;
    json_t *c;
    memset(ret, 0, RESOURCES * sizeof(*ret));
    json_array_foreach(json_at(pod, "spec", "containers", NULL), i, c)
    {
        const json_t *requests = json_at(c, "resources", "requests", NULL);
        const json_t *limits = json_at(c, "resources", "limits", NULL);
        for (int k = CPU; k <= MEMORY; k++)
            ret[k] = add_up(
                ret[k], quantity(json_object_get(requests, resource_names[k]) ? requests : limits, resource_names[k]));
    }
    ret[PODS] = 1000;
}

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

static void seat_pod(struct hall *h, struct seat *s, const json_t *pod)
{
    int64_t needs[RESOURCES];
    pod_needs(pod, needs);
    for (int k = 0; k < RESOURCES; k++)
        s->used[k] = add_up(s->used[k], needs[k]);
    each_port(pod, take_port, s);
    h->near.v = mem_push(h->near.v, h->near.n, sizeof(*h->near.v));
    h->near.v[h->near.n++] = (struct near){pod, s->node};
}

static struct seat *seat_of(struct hall *h, const char *node)
{
    for (size_t i = 0; i < h->n; i++)
        if (str_eq(object_name(h->seats[i].node), node))
            return &h->seats[i];
    return NULL;
}

static const char *node_of(const json_t *pod)
{
    return json_str(json_object_get(pod, "spec"), "nodeName", "");
}

static void open_hall(struct hall *h)
{
    const struct schedule_input *in = h->in;
    h->seats = mem_array(in->nodes.n, sizeof(*h->seats));
    for (; h->n < in->nodes.n; h->n++) {
        struct seat *s = &h->seats[h->n];
        const json_t *room = json_at(in->nodes.v[h->n], "status", "allocatable", NULL);
        s->node = in->nodes.v[h->n];
        s->ready = object_condition_is(s->node, "Ready", "True");
        for (int k = 0; k < RESOURCES; k++)
            s->room[k] = json_object_get(room, resource_names[k]) ? quantity(room, resource_names[k]) : -1;
    }
    for (size_t i = 0; i < in->pods.n; i++) {
        struct seat *s = str_empty(node_of(in->pods.v[i])) ? NULL : seat_of(h, node_of(in->pods.v[i]));
        if (s && !object_pod_ended(in->pods.v[i]))
            seat_pod(h, s, in->pods.v[i]);
    }
}

static void close_hall(struct hall *h)
{
    for (size_t i = 0; i < h->n; i++)
        free(h->seats[i].ports);
    free(h->seats);
    free(h->near.v);
    map_done(&h->volume_nodes);
}

__attribute__((format(printf, 3, 4))) static bool refuse(struct refusal *why, bool may_pass, const char *fmt, ...)
{
    va_list ap;
    char text[300];
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    buf_addf(&why->text, "%s%s", why->text.len > 0 ? "; " : "", text);
    why->may_pass = why->may_pass || may_pass;
    return false;
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

static const json_t *volume_of(const struct hall *h, const char *ns, const char *claim)
{
    for (size_t i = 0; i < h->in->volumes.n; i++)
        if (str_eq(object_name(h->in->volumes.v[i]), claim) && str_eq(object_namespace(h->in->volumes.v[i]), ns))
            return h->in->volumes.v[i];
    return NULL;
}

/* The node that holds a volume, or is to hold it; "" while any may. */
static const char *volume_node(const struct hall *h, const json_t *volume)
{
    AUTO_FREE char *key = mem_printf("%s/%s", object_namespace(volume), object_name(volume));
    const char *chosen = map_get(&h->volume_nodes, key);
    return chosen ? chosen : json_str(json_object_get(volume, "spec"), "nodeName", "");
}

static const char *claim_of(const json_t *pod_volume)
{
    return json_str(json_object_get(pod_volume, "persistentVolumeClaim"), "claimName", NULL);
}

static bool volumes_allow(const struct hall *h, const json_t *pod, const struct seat *s, struct refusal *why)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_at(pod, "spec", "volumes", NULL), i, v)
    {
        const char *claim = claim_of(v);
        const json_t *volume = claim ? volume_of(h, object_namespace(pod), claim) : NULL;
        if (!volume)
            continue;
        const char *node = volume_node(h, volume);
        if (node[0] && !str_eq(node, object_name(s->node)))
            return refuse(why, false, "%s: volume '%s' is on node %s", object_name(s->node), claim, node);
    }
    return true;
}

static bool seat_takes(const struct hall *h, const json_t *pod, const struct seat *s, struct refusal *why)
{
    const char *name = object_name(s->node);
    struct port_question q = {.seat = s};
    int64_t needs[RESOURCES];
    char text[260];
    if (!s->ready || object_is_deleting(s->node))
        return refuse(why, true, "%s: not ready", name);
    if (json_bool(json_object_get(s->node, "spec"), "unschedulable", false))
        return refuse(why, true, "%s: takes no new pods", name);
    if (!near_selects(pod, s->node, text, sizeof(text)))
        return refuse(why, false, "%s: %s", name, text);
    if (!near_allows(&h->near, pod, s->node, text, sizeof(text)))
        return refuse(why, false, "%s: %s", name, text);
    if (!volumes_allow(h, pod, s, why))
        return false;
    if (!each_port(pod, port_is_free, &q))
        return refuse(why, object_is_deleting(q.taken->pod), "%s: host port %lld is used by pod %s/%s", name,
                      (long long)q.port, object_namespace(q.taken->pod), object_name(q.taken->pod));
    pod_needs(pod, needs);
    for (int k = 0; k < RESOURCES; k++)
        if (needs[k] > 0 && s->room[k] >= 0 && add_up(s->used[k], needs[k]) > s->room[k])
            return refuse(why, false, "%s: not enough %s", name, resource_names[k]);
    return true;
}

static const char *missing_claim(const struct hall *h, const json_t *pod)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_at(pod, "spec", "volumes", NULL), i, v)
    {
        const char *claim = claim_of(v);
        const json_t *volume = claim ? volume_of(h, object_namespace(pod), claim) : NULL;
        if (claim && (!volume || object_is_deleting(volume)))
            return claim;
    }
    return NULL;
}

static struct seat *choose(struct hall *h, const json_t *pod, struct refusal *why)
{
    struct seat *best = NULL;
    int64_t best_score = 0;
    const char *claim = missing_claim(h, pod);
    if (claim) {
        refuse(why, true, "volume '%s' is not there; make it first", claim);
        return NULL;
    }
    if (h->n == 0)
        refuse(why, true, "no node has joined yet");
    for (size_t i = 0; i < h->n; i++) {
        struct seat *s = &h->seats[i];
        if (!seat_takes(h, pod, s, why))
            continue;
        int64_t score = near_score(&h->near, pod, s->node);
        if (best && (score < best_score || (score == best_score && s->used[PODS] >= best->used[PODS])))
            continue;
        best = s;
        best_score = score;
    }
    return best;
}

static json_t *copy_with_spec(const json_t *object, const char *key, const char *value)
{
    json_t *copy = json_deep_copy(object);
    json_t *spec = json_object_get(copy, "spec");
    if (!spec)
        json_object_set_new(copy, "spec", spec = json_object());
    json_put_str(spec, key, value);
    return copy;
}

/* Volumes that no node holds yet go where their pod goes. */
static void bind_volumes(struct hall *h, const json_t *pod, const struct seat *s)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_at(pod, "spec", "volumes", NULL), i, v)
    {
        const char *claim = claim_of(v);
        const json_t *volume = claim ? volume_of(h, object_namespace(pod), claim) : NULL;
        if (!volume || volume_node(h, volume)[0])
            continue;
        AUTO_FREE char *key = mem_printf("%s/%s", object_namespace(pod), claim);
        map_set(&h->volume_nodes, key, (void *)(uintptr_t)object_name(s->node));
        changes_spec(h->changes, "Volume", copy_with_spec(volume, "nodeName", object_name(s->node)));
    }
}

static void say_why(struct hall *h, const json_t *pod, const struct refusal *why)
{
    AUTO_FREE char *text = mem_printf("no node takes it: %s", buf_str(&why->text));
    const char *reason = why->may_pass ? SCHEDULE_WAITS : SCHEDULE_UNFIT;
    const json_t *before = object_condition(pod, "PodScheduled");
    if (str_eq(json_str(before, "reason", ""), reason) && str_eq(json_str(before, "message", ""), text))
        return;
    json_t *copy = json_deep_copy(pod);
    json_t *status = json_object_get(copy, "status");
    if (!status)
        json_object_set_new(copy, "status", status = json_object());
    if (!json_object_get(status, "phase"))
        json_put_str(status, "phase", "Pending");
    json_object_set_new(status, "conditions",
                        object_with_condition(pod, "PodScheduled", false, reason, text, h->in->now));
    changes_status(h->changes, "Pod", copy);
    changes_event(h->changes, pod, true, "FailedScheduling", "%s", text);
}

static void place(struct hall *h, const json_t *pod)
{
    struct refusal why = {0};
    struct seat *s = choose(h, pod, &why);
    if (s) {
        bind_volumes(h, pod, s);
        changes_spec(h->changes, "Pod", copy_with_spec(pod, "nodeName", object_name(s->node)));
        changes_event(h->changes, pod, false, "Scheduled", "goes to node %s", object_name(s->node));
        seat_pod(h, s, pod);
    } else {
        say_why(h, pod, &why);
    }
    buf_done(&why.text);
}

void schedule(const struct schedule_input *in, struct changes *ret)
{
    struct hall h = {.in = in, .changes = ret};
    open_hall(&h);
    for (size_t i = 0; i < in->pods.n; i++) {
        const json_t *pod = in->pods.v[i];
        if (str_empty(node_of(pod)) && !object_is_deleting(pod) && !object_pod_ended(pod))
            place(&h, pod);
    }
    close_hall(&h);
}
