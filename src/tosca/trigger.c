// SPDX-License-Identifier: Apache-2.0
/* Reads triggers. What versions before 1.3 left open is taken with a warning, and kept without being acted upon. */
#include "tosca/trigger.h"

#include "tosca/activity.h"
#include "tosca/assertion.h"
#include "tosca/call.h"
#include "tosca/scalar.h"
#include "tosca/value_read.h"

struct reading {
    const struct trigger_use *use;
    struct topo *t;
    struct tctx *c;
    struct at at, key;
    const char *words;
    bool old; /* before TOSCA 1.3 */
    struct topology_trigger *to;
};

const struct trigger_key trigger_keys[] = {
    {"description", TOSCA_1_0, TOSCA_2_0},   {"event", TOSCA_1_0, TOSCA_2_0},
    {"event_type", TOSCA_1_0, TOSCA_1_2},    {"schedule", TOSCA_1_0, TOSCA_1_3},
    {"target_filter", TOSCA_1_0, TOSCA_1_3}, {"condition", TOSCA_1_0, TOSCA_2_0},
    {"action", TOSCA_1_0, TOSCA_2_0},        {"metadata", TOSCA_1_0, TOSCA_2_0},
    {NULL, TOSCA_NONE, TOSCA_NONE},
};
const struct trigger_key trigger_condition_keys[] = {
    {"constraint", TOSCA_1_0, TOSCA_1_3}, {"period", TOSCA_1_0, TOSCA_1_3}, {"evaluations", TOSCA_1_0, TOSCA_1_3},
    {"method", TOSCA_1_0, TOSCA_1_3},     {NULL, TOSCA_NONE, TOSCA_NONE},
};

/* A fault that only a warning is made of before TOSCA 1.3: the trigger is then kept without being acted upon. */
__attribute__((format(printf, 4, 5))) static void trigger_fault(struct reading *r, struct at at, const char *code,
                                                                const char *fmt, ...)
{
    char text[500];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    r->to->kept_only = true;
    if (r->old)
        tosca_warn(r->c, at, code, "%s: %s", r->words, text);
    else
        tosca_error(r->c, at, code, "%s: %s", r->words, text);
}

static void check_keys(struct reading *r, struct at at, const struct trigger_key *keys, const char *what)
{
    struct map *names = tctx_map(r->c);
    for (const struct trigger_key *k = keys; k->name; k++) {
        if (r->at.file->version >= k->since && r->at.file->version <= k->until)
            map_set(names, k->name, names);
    }
    for (size_t i = 0; i < at_len(at, Y_MAP) && tctx_spend(r->c, 1); i++) {
        const struct ynode *key = at.node->pairs[i].key;
        if (key->kind == Y_SCALAR && !map_has(names, key->text))
            trigger_fault(r, at_of(at.file, key), "UNKNOWN_KEY", "%s has no key '%s'%s", what, key->text,
                          tosca_like(r->c, key->text, names));
    }
}

/* ---- event, schedule ---- */

static void event_read(struct reading *r)
{
    struct at event = at_key(r->at, "event");
    if (at_null(event))
        event = at_key(r->at, "event_type");
    if (at_is(event, Y_MAP))
        event = at_key(event, "type");
    if (at_text(event))
        r->to->event = mem_strdup(at_text(event));
    else if (at_null(event))
        trigger_fault(r, r->key, "MISSING_KEY", "the key 'event' is missing: which event fires it");
    else
        trigger_fault(r, event, "SHAPE", "event must be the name of one");
}

/* A bound of the schedule; false when it is none. */
static bool time_read(struct reading *r, struct at at, char **ret_text, int64_t *ret)
{
    struct what w = {.owner = r->words, .part = "schedule"};
    AUTO_JSON json_t *v = at_null(at) ? NULL : value_read((struct scope){.topo = r->t}, at, NULL, &w);
    if (!v || value_is_later(v))
        return false;
    const char *text = at_is(at, Y_SCALAR) ? at_text(at) : json_string_value(v);
    if (!text || !scalar_timestamp(text, ret)) {
        trigger_fault(r, at, "VALUE_TYPE", "schedule: this is no timestamp; write it as 2026-01-31T08:00:00Z");
        return false;
    }
    *ret_text = mem_strdup(text);
    return true;
}

static void schedule_read(struct reading *r)
{
    struct at at = at_key(r->at, "schedule");
    int64_t start = 0, end = 0;
    if (at_null(at) || call_is(r->c, at, NULL))
        return;
    if (!at_is(at, Y_MAP)) {
        trigger_fault(r, at, "SHAPE", "schedule must be a map of start_time and end_time");
        return;
    }
    for (size_t i = 0; i < at.node->n; i++) {
        const char *key = at_text(at_of(at.file, at.node->pairs[i].key));
        if (!str_eq(key, "start_time") && !str_eq(key, "end_time"))
            trigger_fault(r, at_of(at.file, at.node->pairs[i].key), "UNDECLARED_NAME",
                          "schedule is a tosca.datatypes.TimeInterval: it has start_time and end_time only");
    }
    bool both = time_read(r, at_key(at, "start_time"), &r->to->start, &start);
    both = time_read(r, at_key(at, "end_time"), &r->to->end, &end) && both;
    if (both && end < start)
        trigger_fault(r, at_key(at, "end_time"), "CONSTRAINT", "schedule: it ends before it starts");
}

/* ---- condition ---- */

/* The node that target_filter names instead of the targets; NULL where it names none, or is faulty. */
static struct tnode *filter_read(struct reading *r)
{
    struct at at = at_key(r->at, "target_filter"), node = at_key(at, "node"), requirement = at_key(at, "requirement"),
              capability = at_key(at, "capability");
    if (at_null(at) || r->use->of_type)
        return NULL;
    if (!at_text(node)) {
        trigger_fault(r, at, at_is(at, Y_MAP) ? "MISSING_KEY" : "SHAPE",
                      "target_filter must be a map; its key 'node' says whose attributes are looked at");
        return NULL;
    }
    struct tnode *n = map_get(r->t->nodes, at_text(node));
    if (!n && !type_find(r->c, node.file, TYPE_NODE, at_text(node)))
        trigger_fault(r, node, "UNKNOWN_REF", "target_filter: '%s' is no node template and no node type%s",
                      at_text(node), tosca_like(r->c, at_text(node), r->t->nodes));
    if (!n)
        return NULL; /* of a type: the targets are */
    if (at_text(requirement) && n->type && !type_member(r->c, n->type, MEMBER_REQUIREMENT, at_text(requirement)))
        trigger_fault(r, requirement, "UNKNOWN_REF", "target_filter: %s has no requirement '%s'", n->words,
                      at_text(requirement));
    struct tlink *l = at_text(requirement) ? tnode_link(n, at_text(requirement)) : NULL;
    n = l ? l->target : n;
    if (at_text(capability) && n->type && !map_has(n->capabilities, at_text(capability)))
        trigger_fault(r, capability, "UNKNOWN_REF", "target_filter: %s has no capability '%s'%s", n->words,
                      at_text(capability), tosca_like(r->c, at_text(capability), n->capabilities));
    return n;
}

static void numbers_read(struct reading *r, struct at at)
{
    struct at period = at_key(at, "period"), evaluations = at_key(at, "evaluations"), method = at_key(at, "method");
    struct scalar_amount amount;
    if (at_text(period) && scalar_amount(UNIT_TIME, at_text(period), &amount) == SCALAR_OK)
        r->to->period = mem_strdup(at_text(period));
    else if (at_text(period))
        trigger_fault(r, period, "SCALAR_UNIT",
                      "condition: period: '%s' is no time; write a number and a unit, as 60 s", at_text(period));
    if (at_text(evaluations) && !str_to_i64(at_text(evaluations), 1, INT32_MAX, &r->to->evaluations))
        trigger_fault(r, evaluations, "VALUE_TYPE", "condition: evaluations must be a whole number above 0");
    if (at_text(method))
        r->to->method = mem_strdup(at_text(method));
}

static void when_read(struct reading *r)
{
    struct at at = at_key(r->at, "condition"), clause = at;
    struct tnode *one = filter_read(r);
    struct tnode *first = r->use->n_targets ? r->use->targets[0] : NULL;
    struct asserted asked = {.t = r->t,
                             .scope = {.topo = r->t},
                             .node = one ? one : first,
                             .component = one ? one->name : "SELF",
                             .words = tctx_printf(r->c, "%s: condition", r->words)};
    if (at_null(at))
        return;
    if (at_is(at, Y_MAP) && ynode_get(at.node, "constraint") && !call_is_2(at.file)) {
        clause = at_key(at, "constraint");
        check_keys(r, at, trigger_condition_keys, "condition");
        numbers_read(r, at);
    }
    if (r->old && (at_is(clause, Y_SCALAR) || r->to->kept_only)) {
        trigger_fault(r, clause, "NOT_RUN", "a condition of before TOSCA 1.3 is kept as it is and asked of nobody");
        return;
    }
    r->to->condition = condition_read(&asked, clause);
}

/* ---- action ---- */

static void action_read(struct reading *r)
{
    struct at at = at_key(r->at, "action");
    /* of several targets, some may lack the operation: it is called on those that have it */
    struct actor actor = {.t = r->t,
                          .scope = {.topo = r->t},
                          .targets = r->use->targets,
                          .n_targets = r->use->n_targets == 1,
                          .words = r->words};
    bool list = at_len(at, Y_SEQ) > 0;
    if (at_null(at)) {
        trigger_fault(r, r->key, "MISSING_KEY", "the key 'action' is missing: what is done");
        return;
    }
    if (list && at_text(at_of(at.file, at.node->items[0])) && r->old)
        list = false;
    if (!list) {
        trigger_fault(r, at, r->old ? "NOT_RUN" : "SHAPE", "action must be a list of activities");
        return;
    }
    r->to->n_actions = activities_read(&actor, at, &r->to->actions);
}

bool trigger_read(const struct trigger_use *use, const struct ynode *key, struct at at, struct topology_trigger *ret)
{
    struct reading r = {.use = use, .t = use->t, .c = use->t->c, .at = at, .key = at_of(at.file, key), .to = ret};
    *ret = (struct topology_trigger){0};
    if (key->kind != Y_SCALAR)
        return false;
    r.words = tctx_printf(r.c, "%s: trigger '%s'", use->words, key->text);
    r.old = at.file->version < TOSCA_1_3;
    if (!at_is(at, Y_MAP)) {
        tosca_error(r.c, at_null(at) ? r.key : at, "SHAPE", "%s must be a map", r.words);
        return false;
    }
    ret->name = mem_strdup(key->text);
    ret->description = mem_strdup(at_text(at_key(at, "description")));
    ret->place = topo_place(at_of(at.file, key));
    check_keys(&r, at, trigger_keys, "a trigger");
    event_read(&r);
    schedule_read(&r);
    when_read(&r);
    action_read(&r);
    return true;
}
