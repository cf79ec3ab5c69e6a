// SPDX-License-Identifier: Apache-2.0
/* Labels of nodes and of the pods on them, held against what a pod asks for. */
#include "head/schedule_near.h"

#include <stdio.h>

#define REQUIRED  "requiredDuringSchedulingIgnoredDuringExecution"
#define PREFERRED "preferredDuringSchedulingIgnoredDuringExecution"

bool near_selects(const json_t *pod, const json_t *node, char *why, size_t why_size)
{
    const char *key;
    json_t *value;
    json_object_foreach(json_at(pod, "spec", "nodeSelector", NULL), key, value)
    {
        const char *text = json_string_value(value);
        if (str_eq(object_label(node, key), text))
            continue;
        snprintf(why, why_size, "has no label %.80s=%.80s", key, text ? text : "");
        return false;
    }
    return true;
}

static bool same_place(const json_t *a, const json_t *b, const char *key)
{
    const char *value = object_label(a, key);
    if (str_eq(key, "kubernetes.io/hostname") && !value)
        return str_eq(object_name(a), object_name(b));
    return value && str_eq(value, object_label(b, key));
}

/* Pods of the term that stand at the node's place; *ret_anywhere: that stand at all. */
static size_t count(const struct near_list *all, const json_t *pod, const json_t *node, const json_t *term,
                    size_t *ret_anywhere)
{
    const json_t *labels = json_at(term, "labelSelector", "matchLabels", NULL);
    size_t here = 0;
    *ret_anywhere = 0;
    for (size_t i = 0; i < all->n; i++) {
        const struct near *o = &all->v[i];
        if (!str_eq(object_namespace(o->pod), object_namespace(pod)) || !object_matches(o->pod, labels))
            continue;
        ++*ret_anywhere;
        here += same_place(node, o->node, json_str(term, "topologyKey", ""));
    }
    return here;
}

static void say_labels(const json_t *term, const char *text, char *why, size_t why_size)
{
    AUTO_FREE char *labels = json_text(json_at(term, "labelSelector", "matchLabels", NULL));
    snprintf(why, why_size, "%s %.150s", text, labels);
}

static const json_t *terms_of(const json_t *pod, const char *kind, const char *list)
{
    return json_at(pod, "spec", "affinity", kind, list, NULL);
}

bool near_allows(const struct near_list *all, const json_t *pod, const json_t *node, char *why, size_t why_size)
{
    const json_t *with = terms_of(pod, "podAffinity", REQUIRED), *apart = terms_of(pod, "podAntiAffinity", REQUIRED);
    size_t anywhere;
    for (size_t i = 0; i < json_array_size(with); i++) {
        const json_t *term = json_array_get(with, i), *labels = json_at(term, "labelSelector", "matchLabels", NULL);
        if (count(all, pod, node, term, &anywhere) > 0 || (anywhere == 0 && object_matches(pod, labels)))
            continue;
        say_labels(term, "is not where the pods are that it has to be with,", why, why_size);
        return false;
    }
    for (size_t i = 0; i < json_array_size(apart); i++) {
        if (count(all, pod, node, json_array_get(apart, i), &anywhere) == 0)
            continue;
        say_labels(json_array_get(apart, i), "has a pod that it has to be apart from,", why, why_size);
        return false;
    }
    return true;
}

static int64_t weights(const struct near_list *all, const json_t *pod, const json_t *node, const char *kind)
{
    const json_t *terms = terms_of(pod, kind, PREFERRED);
    int64_t sum = 0;
    size_t anywhere;
    for (size_t i = 0; i < json_array_size(terms); i++) {
        const json_t *t = json_array_get(terms, i);
        if (count(all, pod, node, json_object_get(t, "podAffinityTerm"), &anywhere) > 0)
            sum += json_int(t, "weight", 1);
    }
    return sum;
}

int64_t near_score(const struct near_list *all, const json_t *pod, const json_t *node)
{
    if (!json_at(pod, "spec", "affinity", NULL))
        return 0;
    return weights(all, pod, node, "podAffinity") - weights(all, pod, node, "podAntiAffinity");
}
