// SPDX-License-Identifier: Apache-2.0
/* Opens the hall, answers for each seat, chooses. What depends on the node alone is looked at once for all pods that
 * ask the same of it; pods that only ask for room take the first seat with room, by number of pods. */
#include "head/schedule_hall.h"

#include <string.h>

/* ---- open and close ---- */

static const char *node_of(const json_t *pod)
{
    return json_str(json_object_get(pod, "spec"), "nodeName", "");
}

static int64_t pods_at(const struct seat *s)
{
    return s->used[SEAT_PODS] / 1000;
}

static void view_free(void *p)
{
    struct hall_view *v = p;
    free(v->open);
    free(v->score);
    free(v);
}

static void put_pods(struct hall *h)
{
    for (size_t i = 0; i < h->in->pods.n; i++) {
        const json_t *pod = h->in->pods.v[i];
        const char *node = node_of(pod);
        struct seat *s = str_empty(node) ? NULL : map_get(&h->by_name, node);
        if (!s || object_pod_ended(pod))
            continue;
        seat_take(s, pod);
        near_add(h->near, pod, (size_t)(s - h->seats));
    }
    for (size_t i = 0; i < h->n; i++)
        seat_order_add(&h->order, i, pods_at(&h->seats[i]));
}

void hall_open(struct hall *h, const struct schedule_input *in)
{
    *h = (struct hall){.in = in, .n = in->nodes.n, .near = near_new(&in->nodes)};
    map_init(&h->views, view_free);
    h->seats = mem_array(h->n + 1, sizeof(*h->seats));
    for (size_t i = 0; i < h->n; i++) {
        seat_open(&h->seats[i], in->nodes.v[i]);
        map_set(&h->by_name, object_name(in->nodes.v[i]), &h->seats[i]);
    }
    for (size_t i = 0; i < in->volumes.n; i++) {
        AUTO_FREE char *key = mem_printf("%s/%s", object_namespace(in->volumes.v[i]), object_name(in->volumes.v[i]));
        map_set(&h->volumes, key, (void *)(uintptr_t)in->volumes.v[i]);
    }
    seat_order_open(&h->order, h->n);
    put_pods(h);
}

void hall_close(struct hall *h)
{
    for (size_t i = 0; i < h->n; i++)
        seat_done(&h->seats[i]);
    free(h->seats);
    near_free(h->near);
    seat_order_done(&h->order);
    map_done(&h->by_name);
    map_done(&h->volumes);
    map_done(&h->volume_nodes);
    map_done(&h->views);
}

void hall_seat(struct hall *h, struct seat *s, const json_t *pod)
{
    size_t i = (size_t)(s - h->seats);
    int64_t before = pods_at(s);
    seat_take(s, pod);
    near_add(h->near, pod, i);
    seat_order_move(&h->order, i, before, pods_at(s));
}

/* ---- volumes ---- */

static const char *claim_of(const json_t *pod_volume)
{
    return json_str(json_object_get(pod_volume, "persistentVolumeClaim"), "claimName", NULL);
}

static const json_t *volume_of(const struct hall *h, const char *ns, const char *claim)
{
    AUTO_FREE char *key = mem_printf("%s/%s", ns, claim);
    return map_get(&h->volumes, key);
}

/* The node that holds a volume, or is to hold it; "" while any may. */
static const char *volume_node(const struct hall *h, const json_t *volume)
{
    AUTO_FREE char *key = mem_printf("%s/%s", object_namespace(volume), object_name(volume));
    const char *chosen = map_get(&h->volume_nodes, key);
    return chosen ? chosen : json_str(json_object_get(volume, "spec"), "nodeName", "");
}

static bool volumes_allow(const struct hall *h, const json_t *pod, const struct seat *s, struct schedule_why *why)
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
            return schedule_refuse(why, false, "volume '%s' is on node %s", claim, node);
    }
    return true;
}

const char *hall_missing_claim(const struct hall *h, const json_t *pod)
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

void hall_bind_volumes(struct hall *h, const json_t *pod, const struct seat *s,
                       void (*each)(void *data, const json_t *volume), void *data)
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
        each(data, volume);
    }
}

/* ---- a pod's question ---- */

static void look(const struct hall *h, const json_t *pod, struct hall_view *v)
{
    int64_t first = 0;
    bool seen = false;
    v->open = mem_array(h->n + 1, sizeof(*v->open));
    v->score = mem_array(h->n + 1, sizeof(*v->score));
    v->even = true;
    for (size_t i = 0; i < h->n; i++) {
        struct schedule_why why = {0};
        v->open[i] = node_allows(pod, h->seats[i].node, &why);
        if (!v->open[i])
            continue;
        v->score[i] = node_preferred(pod, h->seats[i].node) + node_taints_score(pod, h->seats[i].node);
        v->even = v->even && (!seen || v->score[i] == first);
        first = v->score[i];
        seen = true;
    }
}

static const struct hall_view *view_of(struct hall *h, const json_t *pod)
{
    const json_t *asked[] = {json_at(pod, "spec", "nodeSelector", NULL), json_at(pod, "spec", "tolerations", NULL),
                             json_at(pod, "spec", "affinity", "nodeAffinity", NULL)};
    AUTO_BUF struct buf key = {0};
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        AUTO_FREE char *text = asked[i] ? json_text(asked[i]) : NULL;
        buf_addf(&key, "%s\n", text ? text : "");
    }
    struct hall_view *v = map_get(&h->views, buf_str(&key));
    if (v)
        return v;
    map_set(&h->views, buf_str(&key), v = mem_alloc(sizeof(*v)));
    look(h, pod, v);
    return v;
}

void hall_ask(struct hall *h, const json_t *pod, struct hall_ask *ret)
{
    *ret = (struct hall_ask){.pod = pod,
                             .ports = seat_asks_ports(pod),
                             .volumes = json_array_size(json_at(pod, "spec", "volumes", NULL)) > 0,
                             .view = view_of(h, pod)};
    seat_needs(pod, ret->needs);
    near_ask(h->near, pod, ret->view->open, &ret->near);
}

void hall_ask_done(struct hall_ask *a)
{
    near_asks_done(&a->near);
}

bool hall_takes(const struct hall *h, const struct hall_ask *a, size_t seat, struct schedule_why *why)
{
    const struct seat *s = &h->seats[seat];
    if (!a->view->open[seat])
        return node_allows(a->pod, s->node, why);
    return near_allows(&a->near, seat, why) && (!a->volumes || volumes_allow(h, a->pod, s, why)) &&
           (!a->ports || seat_has_ports(s, a->pod, why)) && seat_has_room(s, a->needs, why);
}

int64_t hall_sum(const struct hall_ask *a, size_t seat)
{
    return a->view->score[seat] + near_preferred(&a->near, seat) + near_spread_score(&a->near, seat);
}

struct hall_score hall_score(const struct hall *h, const struct hall_ask *a, size_t seat)
{
    return (struct hall_score){.affinity = node_preferred(a->pod, h->seats[seat].node),
                               .taints = node_taints_score(a->pod, h->seats[seat].node),
                               .near = near_preferred(&a->near, seat),
                               .spread = near_spread_score(&a->near, seat),
                               .sum = hall_sum(a, seat)};
}

/* ---- choice ---- */

static bool all_are_even(const struct hall_ask *a)
{
    bool any_counts = a->near.n_prefer > 0;
    for (size_t i = 0; i < a->near.n_spread; i++)
        any_counts = any_counts || !a->near.spread[i].must;
    return a->view->even && !any_counts;
}

struct seat *hall_choose(struct hall *h, const struct hall_ask *a)
{
    struct seat *best = NULL;
    int64_t best_sum = 0;
    size_t pods = 0, i = SIZE_MAX;
    bool even = all_are_even(a);
    while (seat_order_next(&h->order, &pods, &i)) {
        struct schedule_why nobody = {0};
        int64_t sum = even ? 0 : a->view->open[i] ? hall_sum(a, i) : INT64_MIN;
        if (!a->view->open[i] || (best && sum <= best_sum) || !hall_takes(h, a, i, &nobody))
            continue;
        best = &h->seats[i];
        best_sum = sum;
        if (even)
            break;
    }
    return best;
}
