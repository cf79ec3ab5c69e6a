// SPDX-License-Identifier: Apache-2.0
/* Labels and taints of a node, held against what a pod asks for. */
#include "head/schedule_node.h"

#include <stdarg.h>
#include <stdio.h>

bool schedule_refuse(struct schedule_why *why, bool may_pass, const char *fmt, ...)
{
    va_list ap;
    why->may_pass = may_pass;
    if (why->text) {
        va_start(ap, fmt);
        vsnprintf(why->text, why->size, fmt, ap);
        va_end(ap);
    }
    return false;
}

/* ---- taints ---- */

static bool bears(const json_t *toleration, const json_t *taint)
{
    const char *key = json_str(toleration, "key", ""), *effect = json_str(toleration, "effect", "");
    bool any_value = str_eq(json_str(toleration, "operator", "Equal"), "Exists");
    if (effect[0] && !str_eq(effect, json_str(taint, "effect", "")))
        return false;
    if (!key[0])
        return any_value;
    return str_eq(key, json_str(taint, "key", "")) &&
           (any_value || str_eq(json_str(toleration, "value", ""), json_str(taint, "value", "")));
}

static bool is_borne(const json_t *pod, const json_t *taint)
{
    size_t i;
    json_t *t;
    json_array_foreach(json_at(pod, "spec", "tolerations", NULL), i, t)
    {
        if (bears(t, taint))
            return true;
    }
    return false;
}

static size_t count_against(const json_t *pod, const json_t *node, const char *effect, const json_t **ret_first)
{
    size_t i, n = 0;
    json_t *taint;
    *ret_first = NULL;
    json_array_foreach(json_at(node, "spec", "taints", NULL), i, taint)
    {
        if (!str_eq(json_str(taint, "effect", ""), effect) || is_borne(pod, taint))
            continue;
        *ret_first = n++ ? *ret_first : taint;
    }
    return n;
}

const json_t *node_taint_against(const json_t *pod, const json_t *node, const char *effect)
{
    const json_t *first;
    count_against(pod, node, effect, &first);
    return first;
}

int64_t node_taints_score(const json_t *pod, const json_t *node)
{
    const json_t *first;
    return -100 * (int64_t)count_against(pod, node, "PreferNoSchedule", &first);
}

static bool taints_allow(const json_t *pod, const json_t *node, struct schedule_why *why)
{
    static const char *const effects[] = {"NoSchedule", "NoExecute"};
    for (size_t i = 0; i < ARRAY_LEN(effects); i++) {
        const json_t *t = node_taint_against(pod, node, effects[i]);
        if (!t)
            continue;
        const char *value = json_str(t, "value", "");
        return schedule_refuse(why, false, "has the taint %.80s%s%.80s:%s, which the pod does not tolerate",
                               json_str(t, "key", ""), value[0] ? "=" : "", value, effects[i]);
    }
    return true;
}

/* ---- labels ---- */

static bool selects(const json_t *pod, const json_t *node, struct schedule_why *why)
{
    const char *key;
    json_t *value;
    json_object_foreach(json_at(pod, "spec", "nodeSelector", NULL), key, value)
    {
        const char *text = json_string_value(value);
        if (!str_eq(object_label(node, key), text))
            return schedule_refuse(why, false, "has no label %.80s=%.80s", key, text ? text : "");
    }
    return true;
}

static bool is_in(const char *label, const json_t *values)
{
    for (size_t i = 0; i < json_array_size(values); i++)
        if (str_eq(label, json_string_value(json_array_get(values, i))))
            return true;
    return false;
}

/* -1, 0, 1: the label's number against the first value; 0 too when one of them is no number. */
static int compared(const char *label, const json_t *values)
{
    int64_t a, b;
    const char *text = json_string_value(json_array_get(values, 0));
    if (!text || !str_to_i64(label, INT64_MIN, INT64_MAX, &a) || !str_to_i64(text, INT64_MIN, INT64_MAX, &b))
        return 0;
    return a < b ? -1 : a > b;
}

static bool test_holds(const json_t *test, const json_t *node)
{
    const char *op = json_str(test, "operator", ""), *key = json_str(test, "key", "");
    const json_t *values = json_object_get(test, "values");
    const char *label = object_label(node, key);
    if (!label && str_eq(key, "kubernetes.io/hostname"))
        label = object_name(node);
    if (str_eq(op, "In"))
        return label && is_in(label, values);
    if (str_eq(op, "NotIn"))
        return !label || !is_in(label, values);
    if (str_eq(op, "Exists"))
        return label;
    if (str_eq(op, "DoesNotExist"))
        return !label;
    return label && compared(label, values) == (str_eq(op, "Gt") ? 1 : -1);
}

/* The first test of the term that does not hold, or NULL. */
static const json_t *failing_test(const json_t *term, const json_t *node)
{
    size_t i;
    json_t *test;
    json_array_foreach(json_object_get(term, "matchExpressions"), i, test)
    {
        if (!test_holds(test, node))
            return test;
    }
    return NULL;
}

static const json_t *affinity(const json_t *pod, const char *list)
{
    return json_at(pod, "spec", "affinity", "nodeAffinity", list, NULL);
}

static bool terms_allow(const json_t *pod, const json_t *node, struct schedule_why *why)
{
    const json_t *choice = affinity(pod, "requiredDuringSchedulingIgnoredDuringExecution"), *failed = NULL;
    size_t i;
    json_t *term;
    if (!choice)
        return true;
    json_array_foreach(json_object_get(choice, "nodeSelectorTerms"), i, term)
    {
        const json_t *test = failing_test(term, node);
        if (!test)
            return true;
        failed = failed ? failed : test;
    }
    if (!why->text)
        return schedule_refuse(why, false, " ");
    AUTO_FREE char *values = json_text(json_object_get(failed, "values"));
    return schedule_refuse(why, false, "does not fit the node affinity: %.80s %s %.100s", json_str(failed, "key", ""),
                           json_str(failed, "operator", ""), values ? values : "");
}

int64_t node_preferred(const json_t *pod, const json_t *node)
{
    int64_t sum = 0;
    size_t i;
    json_t *p;
    json_array_foreach(affinity(pod, "preferredDuringSchedulingIgnoredDuringExecution"), i, p)
    {
        if (!failing_test(json_object_get(p, "preference"), node))
            sum += json_int(p, "weight", 1);
    }
    return sum;
}

bool node_allows(const json_t *pod, const json_t *node, struct schedule_why *why)
{
    if (!object_condition_is(node, "Ready", "True") || object_is_deleting(node))
        return schedule_refuse(why, true, "not ready");
    if (json_bool(json_object_get(node, "spec"), "unschedulable", false))
        return schedule_refuse(why, true, "takes no new pods");
    return selects(pod, node, why) && terms_allow(pod, node, why) && taints_allow(pod, node, why);
}
