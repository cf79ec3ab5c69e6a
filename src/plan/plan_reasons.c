// SPDX-License-Identifier: Apache-2.0
/* Compares two definitions of a component, part by part: the parts are those of compile_hash, and those that change in
 * place. */
#include "plan/plan_reasons.h"

#include <string.h>

#include "plan/compile.h"
#include "plan/policy.h"

#define DEPTH_MAX 64

void plan_reason_add(struct plan_reasons *r, enum plan_reason_kind kind, const char *name, const json_t *was,
                     const json_t *is)
{
    r->v = mem_push(r->v, r->n, sizeof(*r->v));
    r->v[r->n++] = (struct plan_reason){.kind = kind,
                                        .name = mem_strdup(name),
                                        .was = json_incref((json_t *)(uintptr_t)was),
                                        .is = json_incref((json_t *)(uintptr_t)is)};
}

void plan_reason_add_texts(struct plan_reasons *r, enum plan_reason_kind kind, const char *name, const char *was,
                           const char *is)
{
    AUTO_JSON json_t *a = was ? json_string(was) : NULL;
    AUTO_JSON json_t *b = is ? json_string(is) : NULL;
    plan_reason_add(r, kind, name, a, b);
}

static void add_numbers(struct plan_reasons *r, enum plan_reason_kind kind, const char *name, int64_t was, int64_t is)
{
    AUTO_JSON json_t *a = json_integer(was);
    AUTO_JSON json_t *b = json_integer(is);
    if (was != is)
        plan_reason_add(r, kind, name, a, b);
}

/* ---- objects ---- */

/* A run-time call is one value, not a map. */
static bool is_map(const json_t *v)
{
    void *first = json_object_iter((json_t *)(uintptr_t)v);
    return json_is_object(v) && !(json_object_size(v) == 1 && json_object_iter_key(first)[0] == '$');
}

struct comparing {
    struct plan_reasons *to;
    enum plan_reason_kind kind;
};

static void compare_objects(const struct comparing *c, const char *prefix, const json_t *was, const json_t *is,
                            int depth);

static void compare_values(const struct comparing *c, const char *name, const json_t *was, const json_t *is, int depth)
{
    if (was && is && json_equal(was, is))
        return;
    if (depth < DEPTH_MAX && is_map(was) && is_map(is) && json_object_size(was) + json_object_size(is) > 0) {
        AUTO_FREE char *prefix = mem_printf("%s.", name);
        compare_objects(c, prefix, was, is, depth + 1);
        return;
    }
    plan_reason_add(c->to, c->kind, name, was, is);
}

static void compare_objects(const struct comparing *c, const char *prefix, const json_t *was, const json_t *is,
                            int depth)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)was, key, v)
    {
        AUTO_FREE char *name = mem_printf("%s%s", prefix, key);
        compare_values(c, name, v, json_object_get(is, key), depth);
    }
    json_object_foreach((json_t *)(uintptr_t)is, key, v)
    {
        AUTO_FREE char *name = mem_printf("%s%s", prefix, key);
        if (!json_object_get(was, key))
            compare_values(c, name, NULL, v, depth);
    }
}

void plan_reasons_objects(struct plan_reasons *r, enum plan_reason_kind kind, const char *prefix, const json_t *was,
                          const json_t *is)
{
    struct comparing c = {r, kind};
    compare_objects(&c, prefix, was, is, 0);
}

/* ---- files: by their paths, and by their contents where the path is the same ---- */

static const char *digest_of_file(const struct plan_diff_side *s, const char *path)
{
    return path && s->file_digest ? s->file_digest(s->data, path) : NULL;
}

static void compare_files(struct plan_reasons *r, enum plan_reason_kind kind, const char *name,
                          const struct plan_diff_side *x, const char *was, const struct plan_diff_side *y,
                          const char *is)
{
    const char *a = digest_of_file(x, was), *b = digest_of_file(y, is);
    if (!str_eq(was, is))
        plan_reason_add_texts(r, kind, name, was, is);
    else if (a && b && !str_eq(a, b))
        plan_reason_add_texts(r, kind, name, a, b);
}

/* ---- the parts ---- */

struct pair {
    struct plan_reasons *to;
    const struct plan_diff_side *x, *y;
    const struct component *a, *b;
    size_t a_index, b_index;
};

static const struct topology_artifact *artifact_named(const struct component *c, const char *name)
{
    for (size_t i = 0; i < c->n_artifacts; i++)
        if (str_eq(c->artifacts[i].name, name))
            return &c->artifacts[i];
    return NULL;
}

static bool is_image(const struct component *c, const struct topology_artifact *artifact)
{
    return artifact && c->image && str_eq(c->image, artifact->file);
}

static void compare_image(const struct pair *p)
{
    const char *was = p->a->image, *is = p->b->image;
    if (!str_eq(was, is))
        plan_reason_add_texts(p->to, REASON_IMAGE, "image", was, is);
    if (p->a->image_runs != p->b->image_runs)
        plan_reason_add_texts(p->to, REASON_IMAGE, "image's own command", p->a->image_runs ? "runs" : "does not run",
                              p->b->image_runs ? "runs" : "does not run");
}

static void compare_artifacts(const struct pair *p)
{
    for (size_t i = 0; i < p->a->n_artifacts; i++) {
        const struct topology_artifact *was = &p->a->artifacts[i], *is = artifact_named(p->b, was->name);
        if (!is_image(p->a, was) || !(is_image(p->b, is) || (!is && p->b->image)))
            compare_files(p->to, REASON_ARTIFACT, was->name, p->x, was->file, p->y, is ? is->file : NULL);
    }
    for (size_t i = 0; i < p->b->n_artifacts; i++) {
        const struct topology_artifact *is = &p->b->artifacts[i];
        if (!artifact_named(p->a, is->name) && !(is_image(p->b, is) && p->a->image))
            plan_reason_add_texts(p->to, REASON_ARTIFACT, is->name, NULL, is->file);
    }
}

/* Links of one requirement in their order: the k-th of it, or NULL. */
static const struct topology_link *link_nth(const struct component *c, const char *requirement, size_t k)
{
    for (size_t i = 0; i < c->n_links; i++)
        if (str_eq(c->links[i].requirement, requirement) && k-- == 0)
            return &c->links[i];
    return NULL;
}

static size_t rank_of(const struct component *c, size_t link)
{
    size_t k = 0;
    for (size_t i = 0; i < link; i++)
        k += str_eq(c->links[i].requirement, c->links[link].requirement);
    return k;
}

static const char *target_of(const struct plan_diff_side *s, const struct topology_link *l)
{
    return l ? s->topology->components[l->target].name : NULL;
}

static void compare_links(const struct pair *p)
{
    for (size_t i = 0; i < p->a->n_links; i++) {
        const struct topology_link *was = &p->a->links[i];
        const struct topology_link *is = link_nth(p->b, was->requirement, rank_of(p->a, i));
        const char *from = target_of(p->x, was), *to = target_of(p->y, is);
        AUTO_FREE char *prefix = mem_printf("%s.", was->requirement);
        if (!str_eq(from, to))
            plan_reason_add_texts(p->to, REASON_REQUIREMENT, was->requirement, from, to);
        else if (was->kind != is->kind)
            plan_reason_add_texts(p->to, REASON_REQUIREMENT, was->requirement, was->relationship, is->relationship);
        if (is)
            plan_reasons_objects(p->to, REASON_LINK, prefix, was->properties, is->properties);
    }
    for (size_t i = 0; i < p->b->n_links; i++) {
        const struct topology_link *is = &p->b->links[i];
        if (!link_nth(p->a, is->requirement, rank_of(p->b, i)))
            plan_reason_add_texts(p->to, REASON_REQUIREMENT, is->requirement, NULL, target_of(p->y, is));
    }
}

static void compare_dependencies(const struct pair *p, const char *name, const struct topology_operation *was,
                                 const struct topology_operation *is)
{
    size_t n = was->dependencies.n > is->dependencies.n ? was->dependencies.n : is->dependencies.n;
    for (size_t i = 0; i < n; i++) {
        const char *a = i < was->dependencies.n ? was->dependencies.v[i] : NULL;
        const char *b = i < is->dependencies.n ? is->dependencies.v[i] : NULL;
        AUTO_FREE char *file = mem_printf("%s: %s", name, b ? b : a);
        compare_files(p->to, REASON_FILE, file, p->x, a, p->y, b);
    }
}

static void compare_operation(const struct pair *p, const struct topology_operation *was,
                              const struct topology_operation *is)
{
    AUTO_FREE char *name = mem_printf("%s.%s", was->interface, was->name);
    AUTO_FREE char *prefix = mem_printf("%s.", name);
    compare_files(p->to, REASON_SCRIPT, name, p->x, was->script, p->y, is->script);
    compare_dependencies(p, name, was, is);
    plan_reasons_objects(p->to, REASON_INPUT, prefix, was->inputs, is->inputs);
    add_numbers(p->to, REASON_TIMEOUT, name, was->timeout_s, is->timeout_s);
}

static void compare_operations(const struct pair *p)
{
    for (size_t i = 0; i < p->a->n_operations; i++) {
        const struct topology_operation *was = &p->a->operations[i];
        const struct topology_operation *is = topology_operation_find(p->b, was->interface, was->name);
        AUTO_FREE char *name = mem_printf("%s.%s", was->interface, was->name);
        if (is)
            compare_operation(p, was, is);
        else
            plan_reason_add_texts(p->to, REASON_OPERATION, name, was->script ? was->script : "no script", NULL);
    }
    for (size_t i = 0; i < p->b->n_operations; i++) {
        const struct topology_operation *is = &p->b->operations[i];
        AUTO_FREE char *name = mem_printf("%s.%s", is->interface, is->name);
        if (!topology_operation_find(p->a, is->interface, is->name))
            plan_reason_add_texts(p->to, REASON_OPERATION, name, NULL, is->script ? is->script : "no script");
    }
}

static void compare_properties(const struct pair *p)
{
    AUTO_JSON json_t *was = p->a->properties ? json_copy(p->a->properties) : NULL;
    AUTO_JSON json_t *is = p->b->properties ? json_copy(p->b->properties) : NULL;
    json_object_del(was, "replicas"); /* in place: below */
    json_object_del(is, "replicas");
    plan_reasons_objects(p->to, REASON_PROPERTY, "", was, is);
}

static int64_t replicas_of(const struct plan_diff_side *s, size_t i)
{
    int64_t told = s->replicas ? s->replicas[i] : -1;
    return told >= 0 ? told : policy_replicas(s->topology, i);
}

/* Where policies and groups have its pods run; they go elsewhere only when they are made anew. */
static json_t *placement_of(const struct plan_diff_side *s, size_t i)
{
    json_t *v = json_object();
    if (s->topology->components[i].kind == COMPONENT_CONTAINER)
        policy_place(s->topology, i, "", v, v);
    return v;
}

static void compare_placement(struct plan_reasons *to, const struct plan_diff_side *x, size_t a,
                              const struct plan_diff_side *y, size_t b)
{
    AUTO_JSON json_t *was = placement_of(x, a), *is = placement_of(y, b);
    plan_reasons_objects(to, REASON_PROPERTY, "placement.", was, is);
}

static void compare_protocol(const struct pair *p)
{
    AUTO_FREE char *was =
        mem_printf("%zu states, %zu operations", p->a->protocol.n_states, p->a->protocol.n_transitions);
    AUTO_FREE char *is =
        mem_printf("%zu states, %zu operations", p->b->protocol.n_states, p->b->protocol.n_transitions);
    bool same = str_eq(was, is);
    for (size_t i = 0; same && i < p->a->protocol.n_transitions; i++) {
        const struct protocol_transition *t = &p->a->protocol.transitions[i];
        const struct protocol_transition *u = protocol_step(&p->b->protocol, t->source, t->interface, t->operation);
        same = u && str_eq(u->target, t->target) && strv_equal(&u->requires, &t->requires);
    }
    for (size_t i = 0; same && i < p->a->protocol.n_states; i++) {
        const struct protocol_state *s = &p->a->protocol.states[i];
        const struct protocol_state *u = protocol_state_find(&p->b->protocol, s->name);
        same = u && strv_equal(&u->requires, &s->requires) && strv_equal(&u->offers, &s->offers);
    }
    if (!same)
        plan_reason_add_texts(p->to, REASON_PROTOCOL, "protocol", was, is);
}

void plan_reasons_find(struct plan_reasons *r, const struct plan_diff_side *x, size_t a, const struct plan_diff_side *y,
                       size_t b)
{
    struct pair p = {r, x, y, &x->topology->components[a], &y->topology->components[b], a, b};
    if (p.a->kind != p.b->kind)
        plan_reason_add_texts(r, REASON_KIND, "kind", component_kind_name(p.a->kind), component_kind_name(p.b->kind));
    if (!str_eq(p.a->type, p.b->type))
        plan_reason_add_texts(r, REASON_TYPE, "type", p.a->type, p.b->type);
    compare_image(&p);
    compare_properties(&p);
    compare_placement(r, x, a, y, b);
    compare_artifacts(&p);
    compare_links(&p);
    compare_operations(&p);
    if (p.a->kind == COMPONENT_CONTAINER)
        add_numbers(r, REASON_REPLICAS, "replicas", replicas_of(x, a), replicas_of(y, b));
    compare_protocol(&p);
}

bool plan_reason_is_in_place(enum plan_reason_kind kind)
{
    return kind == REASON_REPLICAS || kind == REASON_TIMEOUT || kind == REASON_PROTOCOL || kind == REASON_STATE;
}

void plan_reasons_done(struct plan_reasons *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free(r->v[i].name);
        json_decref(r->v[i].was);
        json_decref(r->v[i].is);
        free(r->v[i].inputs);
    }
    free(r->v);
    *r = (struct plan_reasons){0};
}
