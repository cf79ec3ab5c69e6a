// SPDX-License-Identifier: Apache-2.0
/* One pod after the other in order of their making: the best node, or why none takes it. */
#include "head/schedule.h"

#include "head/schedule_hall.h"

#include <string.h>

#define SAID_MOST 10 /* nodes named in a message; a cluster has more */

struct pass {
    struct hall hall;
    struct changes *changes;
    const struct seat *chosen;
};

static bool is_waiting(const json_t *pod)
{
    return str_empty(json_str(json_object_get(pod, "spec"), "nodeName", "")) && !object_is_deleting(pod) &&
           !object_pod_ended(pod);
}

/* A copy of the object and its spec that shares the rest. */
static json_t *copy_with_spec(const json_t *object, const char *key, const char *value)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)object);
    json_t *spec = json_object_get(object, "spec");
    spec = spec ? json_copy(spec) : json_object();
    json_put_str(spec, key, value);
    json_object_set_new(copy, "spec", spec);
    return copy;
}

static void bind_volume(void *data, const json_t *volume)
{
    struct pass *p = data;
    changes_spec(p->changes, "Volume", copy_with_spec(volume, "nodeName", object_name(p->chosen->node)));
}

/* What keeps every node from taking it; *ret_may_pass: waiting may help. */
static void gather_why(const struct hall *h, const struct hall_ask *a, struct buf *ret, bool *ret_may_pass)
{
    size_t said = 0;
    char text[300];
    for (size_t i = 0; i < h->n; i++) {
        struct schedule_why why = {text, sizeof(text), false};
        if (hall_takes(h, a, i, &why))
            continue;
        *ret_may_pass = *ret_may_pass || why.may_pass;
        if (said++ < SAID_MOST)
            buf_addf(ret, "%s%s: %s", said > 1 ? "; " : "", object_name(h->seats[i].node), text);
    }
    if (said > SAID_MOST)
        buf_addf(ret, "; and %zu more nodes", said - SAID_MOST);
}

static bool why_none(const struct hall *h, const struct hall_ask *a, struct buf *ret)
{
    bool may_pass = true;
    const char *claim = hall_missing_claim(h, a->pod);
    if (claim) {
        buf_addf(ret, "volume '%s' is not there; make it first", claim);
    } else if (h->n == 0) {
        buf_addf(ret, "no node has joined yet");
    } else {
        may_pass = false;
        gather_why(h, a, ret, &may_pass);
    }
    return may_pass;
}

static void say_why(struct pass *p, const struct hall_ask *a)
{
    AUTO_BUF struct buf why = {0};
    const json_t *pod = a->pod, *before = object_condition(pod, "PodScheduled");
    const char *reason = why_none(&p->hall, a, &why) ? SCHEDULE_WAITS : SCHEDULE_UNFIT;
    AUTO_FREE char *text = mem_printf("no node takes it: %s", buf_str(&why));
    if (str_eq(json_str(before, "reason", ""), reason) && str_eq(json_str(before, "message", ""), text))
        return;
    json_t *copy = json_deep_copy(pod);
    json_t *status = json_object_get(copy, "status");
    if (!status)
        json_object_set_new(copy, "status", status = json_object());
    if (!json_object_get(status, "phase"))
        json_put_str(status, "phase", "Pending");
    json_object_set_new(status, "conditions",
                        object_with_condition(pod, "PodScheduled", false, reason, text, p->hall.in->now));
    changes_status(p->changes, "Pod", copy);
    changes_event(p->changes, pod, true, "FailedScheduling", "%s", text);
}

static void place(struct pass *p, const json_t *pod)
{
    struct hall_ask a;
    hall_ask(&p->hall, pod, &a);
    struct seat *s = hall_missing_claim(&p->hall, pod) ? NULL : hall_choose(&p->hall, &a);
    if (s) {
        p->chosen = s;
        hall_bind_volumes(&p->hall, pod, s, bind_volume, p);
        changes_spec(p->changes, "Pod", copy_with_spec(pod, "nodeName", object_name(s->node)));
        changes_event(p->changes, pod, false, "Scheduled", "goes to node %s", object_name(s->node));
        hall_seat(&p->hall, s, pod);
    } else {
        say_why(p, &a);
    }
    hall_ask_done(&a);
}

void schedule(const struct schedule_input *in, struct changes *ret)
{
    struct pass p = {.changes = ret};
    hall_open(&p.hall, in);
    for (size_t i = 0; i < in->pods.n; i++)
        if (is_waiting(in->pods.v[i]))
            place(&p, in->pods.v[i]);
    hall_close(&p.hall);
}

/* ---- explained ---- */

static json_t *explained(const struct hall *h, const struct hall_ask *a, size_t i)
{
    char text[300] = "";
    struct schedule_why why = {text, sizeof(text), false};
    const struct seat *s = &h->seats[i];
    json_t *v = json_pack("{s:s, s:I}", "node", object_name(s->node), "pods", (json_int_t)(s->used[SEAT_PODS] / 1000));
    bool fits = hall_takes(h, a, i, &why);
    json_object_set_new(v, "fits", json_boolean(fits));
    if (!fits) {
        json_put_str(v, "why", text);
        return v;
    }
    struct hall_score score = hall_score(h, a, i);
    json_put_int(v, "score", score.sum);
    json_object_set_new(v, "parts",
                        json_pack("{s:I, s:I, s:I, s:I}", "nodeAffinity", (json_int_t)score.affinity, "taints",
                                  (json_int_t)score.taints, "podAffinity", (json_int_t)score.near, "spread",
                                  (json_int_t)score.spread));
    return v;
}

json_t *schedule_explain(const struct schedule_input *in, const json_t *pod)
{
    struct schedule_input others = {.nodes = in->nodes, .volumes = in->volumes, .now = in->now};
    struct hall h;
    struct hall_ask a;
    for (size_t i = 0; i < in->pods.n; i++)
        if (in->pods.v[i] != pod && !str_eq(object_uid(in->pods.v[i]), object_uid(pod)))
            object_list_add(&others.pods, in->pods.v[i]);
    hall_open(&h, &others);
    hall_ask(&h, pod, &a);
    const char *claim = hall_missing_claim(&h, pod);
    const struct seat *s = claim ? NULL : hall_choose(&h, &a);
    json_t *v = json_pack("{s:s, s:s, s:s, s:[]}", "kind", "PodPlacement", "pod", object_name(pod), "namespace",
                          object_namespace(pod), "nodes");
    json_put_str(v, "on", json_str(json_object_get(pod, "spec"), "nodeName", NULL));
    json_put_str(v, "best", s ? object_name(s->node) : NULL);
    if (claim)
        json_object_set_new(v, "why", json_sprintf("volume '%s' is not there; make it first", claim));
    for (size_t i = 0; i < h.n; i++)
        json_array_append_new(json_object_get(v, "nodes"), explained(&h, &a, i));
    hall_ask_done(&a);
    hall_close(&h);
    object_list_done(&others.pods);
    return v;
}
