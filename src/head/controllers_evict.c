// SPDX-License-Identifier: Apache-2.0
/* Looks at nodes that may be lost: gather, decide, carry out. Since when they are lost is known since the head runs. */
#include "head/controllers_private.h"
#include "head/evict_decide.h"
#include "head/links.h"

static bool is_on(const void *node, const json_t *pod)
{
    return str_eq(json_str(json_object_get(pod, "spec"), "nodeName", ""), node);
}

#define REGAIN_US (15 * US_PER_S) /* longer than nodes wait between two tries to connect */

/* After a time in which no board was in sight, also before this head was started, they need some time to come back. */
static void keep_sight(struct controllers *c, const struct evict_input *in)
{
    if (evict_is_blind(in))
        c->regained_us = clock_mono_us();
}

static void put_time(struct map *m, const char *name)
{
    int64_t *us = mem_alloc(sizeof(*us));
    *us = clock_mono_us();
    map_set(m, name, us);
}

/* For how long the node has been lost as far as this head has seen; -1: it is not. One that was not seen since the sight
 * came back has some time to come back itself. */
static int64_t lost_for(struct controllers *c, const char *name, const json_t *node)
{
    if (!node || object_condition_is(node, "Ready", "True")) {
        map_del(&c->lost, name);
        if (node && links_connected(c->head, name))
            put_time(&c->seen, name);
        return -1;
    }
    if (!map_has(&c->lost, name))
        put_time(&c->lost, name);
    const int64_t *since = map_get(&c->lost, name), *seen = map_get(&c->seen, name);
    bool was_seen = seen && *seen > c->regained_us;
    int64_t begin_us = was_seen ? *since : c->regained_us + REGAIN_US, now_us = clock_mono_us();
    return now_us > begin_us ? now_us - begin_us : 0;
}

int64_t controllers_evict(void *data, const char *key)
{
    struct controllers *c = data;
    int64_t evict_ms = c->head->machine.evict_ms;
    char now[32];
    AUTO_CHANGES struct changes changes = {0};
    struct err e = {0};
    struct evict_input in = {.node = key,
                             .own = c->head->machine.name,
                             .object = object_cache_get(c->cache, "Node", NULL, key),
                             .evict_after_us = (evict_ms > 0 ? evict_ms : EVICT_MS) * US_PER_MS,
                             .now = clock_rfc3339(clock_now_us(), now, sizeof(now))};
    object_cache_list(c->cache, "Pod", NULL, is_on, key, &in.pods);
    object_cache_list(c->cache, "Node", NULL, NULL, NULL, &in.nodes);
    keep_sight(c, &in);
    in.lost_us = lost_for(c, key, in.object);
    int64_t again_us = evict_decide(&in, &changes);
    object_list_done(&in.pods);
    object_list_done(&in.nodes);
    int r = controllers_apply(c, &changes, "lost node", key, &e);
    return r < 0 ? r : again_us;
}

void controllers_lost_nodes(struct controllers *c)
{
    struct object_list nodes = {0};
    object_cache_list(c->cache, "Node", NULL, NULL, NULL, &nodes);
    for (size_t i = 0; i < nodes.n; i++)
        if (!object_condition_is(nodes.v[i], "Ready", "True"))
            work_queue_add(c->evictions, object_name(nodes.v[i]));
    object_list_done(&nodes);
}
