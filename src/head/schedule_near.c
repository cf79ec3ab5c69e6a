// SPDX-License-Identifier: Apache-2.0
/* Pods by label and place. The labels of the pods that stand are looked at when somebody first asks about labels; from
 * then on each pod that is added is counted at once. */
#include "head/schedule_near.h"

#include <stdio.h>

#define REQUIRED  "requiredDuringSchedulingIgnoredDuringExecution"
#define PREFERRED "preferredDuringSchedulingIgnoredDuringExecution"
#define NO_PLACE  UINT32_MAX

struct standing {
    const json_t *pod;
    size_t node;
};
/* The places that a label of nodes makes. */
struct places {
    uint32_t *of; /* by node: number of its place, or NO_PLACE */
    uint32_t n;
};
struct near_group {
    const char *ns;
    const json_t *labels;
    const struct places *places;
    int64_t *count; /* by place */
    int64_t total;
};
/* Who carries one label: pods, and the groups that are to be looked at when a pod with it comes. */
struct carriers {
    struct standing *pods;
    struct near_group **groups, **guards;
    size_t n_pods, n_groups, n_guards;
};
struct near_index {
    const struct object_list *nodes;
    struct standing *all;
    size_t n;
    bool by_label;
    struct map carriers, places, groups; /* "ns/key=value", label of nodes, namespace and terms as text */
    struct map guards; /* as groups: those who have to be apart from pods with these labels, by place */
};

static void carriers_free(void *p)
{
    struct carriers *c = p;
    free(c->pods);
    free(c->groups);
    free(c->guards);
    free(c);
}

static void places_free(void *p)
{
    free(((struct places *)p)->of);
    free(p);
}

static void group_free(void *p)
{
    free(((struct near_group *)p)->count);
    free(p);
}

struct near_index *near_new(const struct object_list *nodes)
{
    struct near_index *x = mem_alloc(sizeof(*x));
    x->nodes = nodes;
    map_init(&x->carriers, carriers_free);
    map_init(&x->places, places_free);
    map_init(&x->groups, group_free);
    map_init(&x->guards, group_free);
    return x;
}

void near_free(struct near_index *x)
{
    if (!x)
        return;
    map_done(&x->carriers);
    map_done(&x->places);
    map_done(&x->groups);
    map_done(&x->guards);
    free(x->all);
    free(x);
}

/* ---- pods by label ---- */

/* A text that is cut short may stand for several labels: those who carry it are looked at themselves, too. */
static struct carriers *carriers_of(struct near_index *x, const char *ns, const char *key, const char *value)
{
    char text[512];
    snprintf(text, sizeof(text), "%s/%s=%s", ns, key, value ? value : "");
    struct carriers *c = map_get(&x->carriers, text);
    if (!c)
        map_set(&x->carriers, text, c = mem_alloc(sizeof(*c)));
    return c;
}

static void count_in(struct near_group *g, size_t node)
{
    g->total++;
    if (g->places->of[node] != NO_PLACE)
        g->count[g->places->of[node]]++;
}

static void index_pod(struct near_index *x, const json_t *pod, size_t node)
{
    const char *key, *ns = object_namespace(pod);
    json_t *value;
    json_object_foreach(json_at(pod, "metadata", "labels", NULL), key, value)
    {
        struct carriers *c = carriers_of(x, ns, key, json_string_value(value));
        c->pods = mem_push(c->pods, c->n_pods, sizeof(*c->pods));
        c->pods[c->n_pods++] = (struct standing){pod, node};
        for (size_t i = 0; i < c->n_groups; i++)
            if (str_eq(c->groups[i]->ns, ns) && object_matches(pod, c->groups[i]->labels))
                count_in(c->groups[i], node);
    }
}

static void index_all(struct near_index *x)
{
    x->by_label = true;
    for (size_t i = 0; i < x->n; i++)
        index_pod(x, x->all[i].pod, x->all[i].node);
    x->n = 0;
}

/* ---- places and groups ---- */

static const struct places *places_of(struct near_index *x, const char *key)
{
    struct places *p = map_get(&x->places, key);
    AUTO_MAP struct map numbers = {0};
    if (p)
        return p;
    map_set(&x->places, key, p = mem_alloc(sizeof(*p)));
    p->of = mem_array(x->nodes->n, sizeof(*p->of));
    for (size_t i = 0; i < x->nodes->n; i++) {
        const json_t *node = x->nodes->v[i];
        const char *value = object_label(node, key);
        if (!value && str_eq(key, "kubernetes.io/hostname"))
            value = object_name(node);
        p->of[i] = NO_PLACE;
        if (!value)
            continue;
        uintptr_t number = (uintptr_t)map_get(&numbers, value);
        if (!number)
            map_set(&numbers, value, (void *)(number = ++p->n));
        p->of[i] = (uint32_t)number - 1;
    }
    return p;
}

/* Counts the pods that stand, from those that carry its rarest label; and sees to it that those to come are counted. */
static void count_group(struct near_index *x, struct near_group *g)
{
    struct carriers *least = NULL;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)g->labels, key, value)
    {
        struct carriers *c = carriers_of(x, g->ns, key, json_string_value(value));
        least = least && least->n_pods <= c->n_pods ? least : c;
    }
    if (!least)
        return;
    for (size_t i = 0; i < least->n_pods; i++)
        if (str_eq(object_namespace(least->pods[i].pod), g->ns) && object_matches(least->pods[i].pod, g->labels))
            count_in(g, least->pods[i].node);
    least->groups = mem_push(least->groups, least->n_groups, sizeof(struct near_group *));
    least->groups[least->n_groups++] = g;
}

static const struct near_group *group_of(struct near_index *x, const char *ns, const char *key, const json_t *labels)
{
    AUTO_FREE char *text = json_text(labels);
    AUTO_FREE char *name = mem_printf("%s %s %s", ns, key, text ? text : "");
    struct near_group *g = map_get(&x->groups, name);
    if (g)
        return g;
    if (!x->by_label)
        index_all(x);
    map_set(&x->groups, name, g = mem_alloc(sizeof(*g)));
    *g = (struct near_group){.ns = ns, .labels = labels, .places = places_of(x, key)};
    g->count = mem_array(g->places->n + 1, sizeof(*g->count));
    count_group(x, g);
    return g;
}

static int64_t count_at(const struct near_group *g, size_t node)
{
    uint32_t place = g->places->of[node];
    return place == NO_PLACE ? 0 : g->count[place];
}

/* ---- pods that stand and have to be apart from others ---- */

static struct near_group *guard_of(struct near_index *x, const char *ns, const char *key, const json_t *labels)
{
    AUTO_FREE char *text = json_text(labels);
    AUTO_FREE char *name = mem_printf("%s %s %s", ns, key, text ? text : "");
    struct near_group *g = map_get(&x->guards, name);
    void *first = json_object_iter((json_t *)(uintptr_t)labels);
    if (g || !first)
        return g;
    map_set(&x->guards, name, g = mem_alloc(sizeof(*g)));
    *g = (struct near_group){.ns = ns, .labels = labels, .places = places_of(x, key)};
    g->count = mem_array(g->places->n + 1, sizeof(*g->count));
    struct carriers *c =
        carriers_of(x, ns, json_object_iter_key(first), json_string_value(json_object_iter_value(first)));
    c->guards = mem_push(c->guards, c->n_guards, sizeof(struct near_group *));
    c->guards[c->n_guards++] = g;
    return g;
}

static void stand_guard(struct near_index *x, const json_t *pod, size_t node)
{
    size_t i;
    json_t *t;
    json_array_foreach(json_at(pod, "spec", "affinity", "podAntiAffinity", REQUIRED, NULL), i, t)
    {
        struct near_group *g = guard_of(x, object_namespace(pod), json_str(t, "topologyKey", ""),
                                        json_at(t, "labelSelector", "matchLabels", NULL));
        if (g)
            count_in(g, node);
    }
}

static void add_guards(struct near_index *x, const json_t *pod, struct near_asks *ret)
{
    const char *key, *ns = object_namespace(pod);
    json_t *value;
    if (x->guards.n == 0)
        return;
    json_object_foreach(json_at(pod, "metadata", "labels", NULL), key, value)
    {
        const struct carriers *c = carriers_of(x, ns, key, json_string_value(value));
        for (size_t i = 0; i < c->n_guards; i++) {
            if (!str_eq(c->guards[i]->ns, ns) || !object_matches(pod, c->guards[i]->labels))
                continue;
            ret->guarded = mem_push(ret->guarded, ret->n_guarded, sizeof(*ret->guarded));
            ret->guarded[ret->n_guarded++] = c->guards[i];
        }
    }
}

void near_add(struct near_index *x, const json_t *pod, size_t node)
{
    stand_guard(x, pod, node);
    if (x->by_label) {
        index_pod(x, pod, node);
        return;
    }
    x->all = mem_push(x->all, x->n, sizeof(*x->all));
    x->all[x->n++] = (struct standing){pod, node};
}

/* ---- what a pod asks ---- */

static struct near_term term_of(struct near_index *x, const json_t *pod, const json_t *term, int64_t weight)
{
    const json_t *labels = json_at(term, "labelSelector", "matchLabels", NULL);
    return (struct near_term){group_of(x, object_namespace(pod), json_str(term, "topologyKey", ""), labels), weight,
                              labels, object_matches(pod, labels)};
}

static void add_terms(struct near_index *x, const json_t *pod, const char *kind, struct near_term **list, size_t *n)
{
    size_t i;
    json_t *t;
    json_array_foreach(json_at(pod, "spec", "affinity", kind, REQUIRED, NULL), i, t)
    {
        *list = mem_push(*list, *n, sizeof(**list));
        (*list)[(*n)++] = term_of(x, pod, t, 0);
    }
}

static void add_preferred(struct near_index *x, const json_t *pod, const char *kind, int sign, struct near_asks *ret)
{
    size_t i;
    json_t *t;
    json_array_foreach(json_at(pod, "spec", "affinity", kind, PREFERRED, NULL), i, t)
    {
        ret->prefer = mem_push(ret->prefer, ret->n_prefer, sizeof(*ret->prefer));
        ret->prefer[ret->n_prefer++] =
            term_of(x, pod, json_object_get(t, "podAffinityTerm"), sign * json_int(t, "weight", 1));
    }
}

static int64_t least_of(const struct near_group *g, const bool *open, size_t n)
{
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < n; i++)
        if (open[i] && g->places->of[i] != NO_PLACE && g->count[g->places->of[i]] < least)
            least = g->count[g->places->of[i]];
    return least == INT64_MAX ? 0 : least;
}

static void add_spread(struct near_index *x, const json_t *pod, const bool *open, const json_t *from,
                       struct near_asks *ret)
{
    const char *key = json_str(from, "topologyKey", "");
    const json_t *labels = json_at(from, "labelSelector", "matchLabels", NULL);
    const struct near_group *g = group_of(x, object_namespace(pod), key, labels);
    ret->spread = mem_push(ret->spread, ret->n_spread, sizeof(*ret->spread));
    ret->spread[ret->n_spread++] =
        (struct near_spread){.group = g,
                             .max_skew = json_int(from, "maxSkew", 1),
                             .least = least_of(g, open, x->nodes->n),
                             .key = key,
                             .labels = labels,
                             .must = !str_eq(json_str(from, "whenUnsatisfiable", ""), "ScheduleAnyway"),
                             .self = object_matches(pod, labels)};
}

void near_ask(struct near_index *x, const json_t *pod, const bool *open, struct near_asks *ret)
{
    size_t i;
    json_t *spread;
    *ret = (struct near_asks){0};
    if (json_at(pod, "spec", "affinity", NULL)) {
        add_terms(x, pod, "podAffinity", &ret->with, &ret->n_with);
        add_terms(x, pod, "podAntiAffinity", &ret->apart, &ret->n_apart);
        add_preferred(x, pod, "podAffinity", 1, ret);
        add_preferred(x, pod, "podAntiAffinity", -1, ret);
    }
    add_guards(x, pod, ret);
    json_array_foreach(json_at(pod, "spec", "topologySpreadConstraints", NULL), i, spread)
    {
        add_spread(x, pod, open, spread, ret);
    }
}

void near_asks_done(struct near_asks *a)
{
    free(a->with);
    free(a->apart);
    free(a->prefer);
    free(a->spread);
    free(a->guarded);
    *a = (struct near_asks){0};
}

/* ---- answers ---- */

static bool refuse_labels(struct schedule_why *why, const char *text, const json_t *labels)
{
    AUTO_FREE char *shown = why->text ? json_text(labels) : NULL;
    return schedule_refuse(why, false, "%s %.150s", text, shown ? shown : "");
}

static bool spread_allows(const struct near_spread *s, size_t node, struct schedule_why *why)
{
    if (s->group->places->of[node] == NO_PLACE)
        return schedule_refuse(why, false, "has no label %.80s to spread over", s->key);
    int64_t more = count_at(s->group, node) + s->self - s->least;
    return more <= s->max_skew ||
           schedule_refuse(why, false, "would have %lld pods more than another place by %.80s; at most %lld are allowed",
                           (long long)more, s->key, (long long)s->max_skew);
}

bool near_allows(const struct near_asks *a, size_t node, struct schedule_why *why)
{
    for (size_t i = 0; i < a->n_with; i++) {
        const struct near_term *t = &a->with[i];
        if (count_at(t->group, node) == 0 && !(t->group->total == 0 && t->self))
            return refuse_labels(why, "is not where the pods are that it has to be with,", t->labels);
    }
    for (size_t i = 0; i < a->n_apart; i++)
        if (count_at(a->apart[i].group, node) > 0)
            return refuse_labels(why, "has a pod that it has to be apart from,", a->apart[i].labels);
    for (size_t i = 0; i < a->n_guarded; i++)
        if (count_at(a->guarded[i], node) > 0)
            return refuse_labels(why, "has a pod that has to be apart from pods with", a->guarded[i]->labels);
    for (size_t i = 0; i < a->n_spread; i++)
        if (a->spread[i].must && !spread_allows(&a->spread[i], node, why))
            return false;
    return true;
}

int64_t near_preferred(const struct near_asks *a, size_t node)
{
    int64_t sum = 0;
    for (size_t i = 0; i < a->n_prefer; i++)
        if (count_at(a->prefer[i].group, node) > 0)
            sum += a->prefer[i].weight;
    return sum;
}

int64_t near_spread_score(const struct near_asks *a, size_t node)
{
    int64_t sum = 0;
    for (size_t i = 0; i < a->n_spread; i++) {
        const struct near_spread *s = &a->spread[i];
        int64_t more = (count_at(s->group, node) - s->least) * 10;
        if (s->must)
            continue;
        sum -= s->group->places->of[node] == NO_PLACE || more > 100 ? 100 : more;
    }
    return sum;
}
