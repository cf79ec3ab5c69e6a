// SPDX-License-Identifier: Apache-2.0
/* What the node tells its head: statuses when they changed, and events. */
#include <string.h>

#include "node/node_state.h"
#include "node/status_make.h"

static json_t *message(const char *type, const char *ns, const char *name, const char *uid)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "type", type, "namespace", ns, "name", name, "uid", uid);
}

/* True when it differs from what `*digest` says, which is set to it. */
static bool changed(char **digest, const json_t *v)
{
    AUTO_FREE char *text = json_text(v);
    char now[DIGEST_TEXT_SIZE];
    digest_of(text, strlen(text), now);
    if (str_eq(*digest, now))
        return false;
    free(*digest);
    *digest = mem_strdup(now);
    return true;
}

/* What is not yet durable must not be told: the head would build on a step that a power cut undoes. */
void tell_pod(struct node_pod *p)
{
    struct node *n = p->node;
    bool in_force = p->n_ports == 0 || (p->net_turn > 0 && n->services.done >= p->net_turn);
    struct status_around around = {.host_ip = n->host_ip,
                                   .after = !p->waits,
                                   .deleting = p->deleting,
                                   .in_force = in_force,
                                   .now_us = clock_mono_us()};
    if (p->save_tries.fails == 0 && !wanted_is_saved(p))
        return;
    AUTO_JSON json_t *status = status_make(&p->pod, &p->known, &around);
    if (!changed(&p->reported, status))
        return;
    AUTO_JSON json_t *m = message("pod-status", p->pod.meta.namespace, p->pod.meta.name, p->pod.meta.uid);
    json_object_set(m, "status", status);
    head_link_say(n, m);
}

void tell_pod_gone(struct node *n, const char *ns, const char *name, const char *uid)
{
    AUTO_JSON json_t *m = message("pod-gone", ns, name, uid);
    head_link_say(n, m);
}

void tell_volume(struct node *n, const struct node_volume *v, const char *type, const char *phase, const char *text)
{
    AUTO_JSON json_t *m = message(type, v->ns, v->name, v->uid);
    if (phase) {
        json_t *status = json_pack("{s:s}", "phase", phase);
        json_put_str(status, "message", text);
        json_object_set_new(m, "status", status);
    }
    head_link_say(n, m);
}

void tell_services(struct node *n, int64_t revision)
{
    AUTO_JSON json_t *m = json_pack("{s:s, s:I}", "type", "services", "revision", (json_int_t)revision);
    head_link_say(n, m);
}

void tell_node(struct node *n)
{
    if (!head_link_is_up(n))
        return;
    AUTO_JSON json_t *status = node_facts(n);
    if (!changed(&n->facts, status))
        return;
    AUTO_JSON json_t *m = json_pack("{s:s, s:O}", "type", "node-status", "status", status);
    head_link_say(n, m);
}

void tell_event(struct node_pod *p, bool warning, const char *reason, const char *text)
{
    const struct meta *meta = &p->pod.meta;
    char now[32], mark[11];
    if (warning)
        log_warn("pod %s/%s: %s: %s", meta->namespace, meta->name, reason, text);
    if (!head_link_is_up(p->node))
        return;
    clock_rfc3339(clock_now_us(), now, sizeof(now));
    str_random(mark, sizeof(mark) - 1);
    AUTO_FREE char *name = mem_printf("%.200s.%s", meta->name, mark);
    json_t *object = json_pack(
        "{s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s, s:s, s:s, s:s}, s:{s:s, s:s}, s:s, s:s, s:s, s:s, s:s, s:i}",
        "apiVersion", "v1", "kind", "Event", "metadata", "name", name, "namespace", meta->namespace, "involvedObject",
        "apiVersion", "v1", "kind", "Pod", "namespace", meta->namespace, "name", meta->name, "uid", meta->uid, "source",
        "component", "node", "host", p->node->machine.name, "reason", reason, "message", text ? text : "", "type",
        warning ? "Warning" : "Normal", "firstTimestamp", now, "lastTimestamp", now, "count", 1);
    AUTO_JSON json_t *m = json_pack("{s:s, s:o}", "type", "event", "object", object);
    head_link_say(p->node, m);
}
