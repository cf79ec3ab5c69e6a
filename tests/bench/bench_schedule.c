// SPDX-License-Identifier: Apache-2.0
/* How fast and how well the scheduler places: bench_schedule [NODES [STANDING [NEW]]], 5000 nodes with 100000 pods and
 * 20000 new ones unless told otherwise. One line of JSON for each kind of pod; times are processor time of one core. `pass_s` is one
 * whole look: reading all objects, deciding, making the changes; `decision` leaves the reading out. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "head/schedule.h"

struct shape {
    const char *name, *spec; /* JSON, may hold %zu twice: the deployment's number */
};
static const struct shape shapes[] = {
    {"room", "{\"containers\": [{\"name\": \"m\", \"image\": \"x\", \"resources\": {\"requests\": {\"cpu\": \"100m\", "
             "\"memory\": \"64Mi\"}}}]}"},
    {"affinity+spread",
     "{\"containers\": [{\"name\": \"m\", \"image\": \"x\", \"resources\": {\"requests\": {\"cpu\": \"100m\", \"memory\": "
     "\"64Mi\"}}}], \"affinity\": {\"nodeAffinity\": {\"preferredDuringSchedulingIgnoredDuringExecution\": [{\"weight\": "
     "5, \"preference\": {\"matchExpressions\": [{\"key\": \"disk\", \"operator\": \"In\", \"values\": [\"ssd\"]}]}}]}, "
     "\"podAntiAffinity\": {\"preferredDuringSchedulingIgnoredDuringExecution\": [{\"weight\": 50, \"podAffinityTerm\": "
     "{\"topologyKey\": \"kubernetes.io/hostname\", \"labelSelector\": {\"matchLabels\": {\"app\": \"d%zu\"}}}}]}}, "
     "\"topologySpreadConstraints\": [{\"maxSkew\": 2, \"topologyKey\": \"zone\", \"whenUnsatisfiable\": "
     "\"DoNotSchedule\", \"labelSelector\": {\"matchLabels\": {\"app\": \"d%zu\"}}}]}"},
};

#define DEPLOYMENTS 1000
#define ZONES       20

static size_t zone_of(size_t node)
{
    return node / 7 % ZONES;
}

static json_t *parsed(const char *text)
{
    struct err e = {0};
    json_t *v = json_parse(text, strlen(text), &e);
    if (!v) {
        fprintf(stderr, "%s: %s\n", text, err_text(&e));
        exit(1);
    }
    return v;
}

/* Small, middle and large boards in turn. */
static json_t *make_node(size_t i)
{
    static const char *const sizes[][2] = {{"4", "1Gi"}, {"4", "4Gi"}, {"16", "32Gi"}};
    const char *const *size = sizes[i % ARRAY_LEN(sizes)];
    AUTO_FREE char *text = mem_printf(
        "{\"metadata\": {\"name\": \"n%zu\", \"uid\": \"n%zu\", \"labels\": {\"zone\": \"z%zu\", \"disk\": \"%s\"}}, "
        "\"spec\": {}, \"status\": {\"allocatable\": {\"cpu\": \"%s\", \"memory\": \"%s\", \"pods\": \"110\"}, "
        "\"conditions\": [{\"type\": \"Ready\", \"status\": \"True\"}]}}",
        i, i, zone_of(i), i % 4 ? "card" : "ssd", size[0], size[1]);
    return parsed(text);
}

static json_t *make_pod(const char *spec_form, size_t i, const char *node)
{
    size_t d = i % DEPLOYMENTS;
    AUTO_BUF struct buf spec = {0};
    for (const char *at = spec_form, *mark; *at; at = mark + (*mark ? 3 : 0)) {
        mark = strstr(at, "%zu");
        mark = mark ? mark : at + strlen(at);
        buf_addf(&spec, "%.*s", (int)(mark - at), at);
        if (*mark)
            buf_addf(&spec, "%zu", d);
    }
    AUTO_FREE char *text = mem_printf("{\"metadata\": {\"name\": \"p%zu\", \"namespace\": \"default\", \"uid\": \"p%zu\", "
                                      "\"labels\": {\"app\": \"d%zu\", \"tier\": \"t%zu\"}}, \"spec\": %s}",
                                      i, i, d, d % 3, buf_str(&spec));
    json_t *pod = parsed(text);
    json_put_str(json_object_get(pod, "spec"), "nodeName", node);
    return pod;
}

/* Of the processor: others at work on the machine do not count. */
static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double pass(const struct schedule_input *in, struct changes *ret)
{
    double from = seconds();
    schedule(in, ret);
    return seconds() - from;
}

/* How good it is: spread (pods of a deployment at its fullest zone above those at its emptiest, on the average), load
 * (most new pods on a node), and fragmentation (how many pods of 8 times the size would still fit). */
struct quality {
    uint32_t *zones, *on;
    size_t nodes, standing, placed;
};

static void count_pod(struct quality *q, size_t pod, size_t node)
{
    q->zones[pod % DEPLOYMENTS * ZONES + zone_of(node)]++;
    q->on[node]++;
    q->placed++;
}

/* Room of a node for pods of the new kind, the standing ones taken off. */
static int64_t room_of(const struct quality *q, size_t node)
{
    static const int64_t rooms[] = {1024 / 64, 4000 / 100, 110};
    return rooms[node % 3] - (int64_t)(q->standing / q->nodes) / 4 - q->on[node];
}

static void quality_open(struct quality *q, size_t nodes, size_t standing)
{
    *q = (struct quality){mem_array(DEPLOYMENTS * ZONES, sizeof(uint32_t)), mem_array(nodes, sizeof(uint32_t)), nodes,
                          standing, 0};
}

static void quality_done(struct quality *q)
{
    free(q->zones);
    free(q->on);
}

static void quality_print(const struct quality *q)
{
    size_t skew = 0, most = 0, large = 0;
    for (size_t d = 0; d < DEPLOYMENTS; d++) {
        uint32_t least = UINT32_MAX, max = 0;
        for (size_t z = 0; z < ZONES; z++) {
            uint32_t n = q->zones[d * ZONES + z];
            least = n < least ? n : least;
            max = n > max ? n : max;
        }
        skew += max - least;
    }
    for (size_t i = 0; i < q->nodes; i++) {
        most = q->on[i] > most ? q->on[i] : most;
        large += room_of(q, i) > 0 ? (size_t)room_of(q, i) / 8 : 0;
    }
    printf("{\"placed\": %zu, \"zone_skew\": %.2f, \"most_on_a_node\": %zu, \"large_that_still_fit\": %zu}", q->placed,
           (double)skew / DEPLOYMENTS, most, large);
}

static void tally(const struct changes *changes, struct quality *q)
{
    for (size_t i = 0; i < changes->n; i++) {
        const char *node = json_str(json_object_get(changes->v[i].object, "spec"), "nodeName", "");
        if (changes->v[i].verb == CHANGE_SPEC && node[0] == 'n')
            count_pod(q, (size_t)atol(object_name(changes->v[i].object) + 1), (size_t)atol(node + 1));
    }
}

/* The plain best fit beside it: the node with the least room left that takes the pod. */
static void best_fit(size_t fresh, struct quality *q)
{
    for (size_t p = 0; p < fresh; p++) {
        size_t best = SIZE_MAX;
        for (size_t i = 0; i < q->nodes; i++)
            if (room_of(q, i) > 0 && (best == SIZE_MAX || room_of(q, i) < room_of(q, best)))
                best = i;
        if (best != SIZE_MAX)
            count_pod(q, q->standing + p, best);
    }
}

static void measure(const struct shape *shape, size_t nodes, size_t standing, size_t fresh)
{
    /* what stands asks for a quarter: room is left on each node */
    static const char stands[] = "{\"containers\": [{\"name\": \"m\", \"image\": \"x\", \"resources\": {\"requests\": "
                                 "{\"cpu\": \"25m\", \"memory\": \"16Mi\"}}}]}";
    struct schedule_input in = {.now = "2026-01-01T00:00:00Z"};
    AUTO_CHANGES struct changes one = {0}, all = {0};
    for (size_t i = 0; i < nodes; i++)
        object_list_add(&in.nodes, make_node(i));
    for (size_t i = 0; i < standing; i++) {
        AUTO_FREE char *node = mem_printf("n%zu", i % nodes);
        object_list_add(&in.pods, make_pod(stands, i, node));
    }
    object_list_add(&in.pods, make_pod(shape->spec, standing, NULL));
    double reading = pass(&in, &one);
    for (size_t i = 1; i < fresh; i++)
        object_list_add(&in.pods, make_pod(shape->spec, standing + i, NULL));
    double whole = pass(&in, &all);
    struct quality ours, plain;
    quality_open(&ours, nodes, standing);
    quality_open(&plain, nodes, standing);
    tally(&all, &ours);
    best_fit(fresh, &plain);
    printf("{\"pods\": \"%s\", \"nodes\": %zu, \"standing\": %zu, \"new\": %zu, \"read_s\": %.3f, \"pass_s\": %.3f, "
           "\"decisions_per_s\": %.0f, \"with_reading_per_s\": %.0f, \"quality\": ",
           shape->name, nodes, standing, fresh, reading, whole, (double)(fresh - 1) / (whole - reading),
           (double)fresh / whole);
    quality_print(&ours);
    printf(", \"best_fit\": ");
    quality_print(&plain);
    printf("}\n");
    quality_done(&ours);
    quality_done(&plain);
    for (size_t i = 0; i < in.pods.n; i++)
        json_decref((json_t *)(uintptr_t)in.pods.v[i]);
    for (size_t i = 0; i < in.nodes.n; i++)
        json_decref((json_t *)(uintptr_t)in.nodes.v[i]);
    object_list_done(&in.pods);
    object_list_done(&in.nodes);
}

int main(int argc, char **argv)
{
    size_t n[] = {5000, 100000, 20000};
    for (int i = 1; i < argc && i <= 3; i++) {
        int64_t v;
        if (!str_to_i64(argv[i], i == 2 ? 0 : 2, 10000000, &v)) {
            fprintf(stderr, "usage: bench_schedule [NODES [STANDING [NEW]]]\n");
            return 2;
        }
        n[i - 1] = (size_t)v;
    }
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
        measure(&shapes[i], n[0], n[1], n[2]);
    return 0;
}
