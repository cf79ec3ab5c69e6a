// SPDX-License-Identifier: Apache-2.0
/* Differences as JSON, and in one line. */
#include "plan/plan_reasons.h"

static const char *const action_names[] = {
    [PLAN_SAME] = "none",       [PLAN_CREATE] = "create", [PLAN_CHANGE] = "change",
    [PLAN_REPLACE] = "replace", [PLAN_REMOVE] = "remove", [PLAN_FOLLOW] = "restart",
};
static const char *const reason_names[] = {
    [REASON_TYPE] = "type",
    [REASON_KIND] = "kind",
    [REASON_PROPERTY] = "property",
    [REASON_IMAGE] = "image",
    [REASON_ARTIFACT] = "artifact",
    [REASON_SCRIPT] = "script",
    [REASON_FILE] = "file",
    [REASON_INPUT] = "input",
    [REASON_OPERATION] = "operation",
    [REASON_REQUIREMENT] = "requirement",
    [REASON_LINK] = "relationship property",
    [REASON_REPLICAS] = "replicas",
    [REASON_TIMEOUT] = "timeout",
    [REASON_PROTOCOL] = "protocol",
    [REASON_STATE] = "state",
    [REASON_DEFINITION] = "definition",
    [REASON_GONE] = "gone",
    [REASON_KEPT] = "kept",
    [REASON_POLICY] = "policy",
    [REASON_OUTPUT] = "output",
};

const char *plan_action_name(enum plan_action a)
{
    return action_names[a];
}

const char *plan_reason_kind_name(enum plan_reason_kind k)
{
    return reason_names[k];
}

static json_t *reasons_json(const struct plan_reason *r, size_t n)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *v = json_pack("{s:s, s:s}", "what", plan_reason_kind_name(r[i].kind), "name", r[i].name);
        if (r[i].was)
            json_object_set(v, "was", r[i].was);
        if (r[i].is)
            json_object_set(v, "is", r[i].is);
        if (r[i].sensitive)
            json_object_set_new(v, "sensitive", json_true());
        json_put_str(v, "inputs", r[i].inputs);
        json_array_append_new(all, v);
    }
    return all;
}

json_t *plan_diff_json(const struct plan_diff *d)
{
    json_t *components = json_array(), *summary = json_object();
    for (size_t i = 0; i < d->n; i++) {
        const struct plan_difference *item = &d->items[i];
        json_t *v = json_pack("{s:s, s:s, s:s, s:o}", "name", item->component, "kind", item->kind, "action",
                              plan_action_name(item->action), "reasons", reasons_json(item->reasons, item->n_reasons));
        json_put_str(v, "follows", item->follows);
        json_array_append_new(components, v);
    }
    for (size_t i = 0; i < PLAN_ACTION_MAX; i++)
        json_put_int(summary, i == PLAN_SAME ? "unchanged" : action_names[i], (int64_t)d->counts[i]);
    return json_pack("{s:o, s:o, s:o, s:b}", "components", components, "general",
                     reasons_json(d->general, d->n_general), "summary", summary, "changes", !plan_diff_is_empty(d));
}

char *plan_diff_summary(const struct plan_diff *d)
{
    AUTO_FREE char *restart =
        d->counts[PLAN_FOLLOW] ? mem_printf("%zu to restart, ", d->counts[PLAN_FOLLOW]) : mem_strdup("");
    return mem_printf("%zu to create, %zu to change, %zu to replace, %zu to remove, %s%zu unchanged",
                      d->counts[PLAN_CREATE], d->counts[PLAN_CHANGE], d->counts[PLAN_REPLACE], d->counts[PLAN_REMOVE],
                      restart, d->counts[PLAN_SAME]);
}

#define BRIEF_MAX 4 /* components named */

char *plan_diff_brief(const struct plan_diff *d)
{
    static const char *const marks[] = {[PLAN_SAME] = "",       [PLAN_CREATE] = "+", [PLAN_CHANGE] = "~",
                                        [PLAN_REPLACE] = "-/+", [PLAN_REMOVE] = "-", [PLAN_FOLLOW] = "*"};
    struct buf b = {0};
    size_t named = 0, more = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (d->items[i].action == PLAN_SAME)
            continue;
        if (named == BRIEF_MAX) {
            more++;
            continue;
        }
        buf_addf(&b, "%s%s %s", named ? ", " : "", marks[d->items[i].action], d->items[i].component);
        named++;
    }
    if (more)
        buf_addf(&b, " and %zu more", more);
    if (named == 0)
        buf_adds(&b, "nothing");
    return buf_take(&b);
}

json_t *plan_steps_json(const struct plan *p)
{
    json_t *steps = json_array();
    for (size_t i = 0; i < p->n; i++) {
        const struct plan_step *s = &p->steps[i];
        json_t *v = json_pack("{s:s, s:s, s:s}", "component", s->component, "interface", s->interface, "operation",
                              s->operation);
        json_put_str(v, "from", s->source);
        json_put_str(v, "to", s->target);
        json_put_str(v, "why", s->why);
        json_array_append_new(steps, v);
    }
    return steps;
}
