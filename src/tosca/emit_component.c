// SPDX-License-Identifier: Apache-2.0
/* Writes a component out: properties, image, links, operations, protocol. */
#include "tosca/emit_component.h"

#include "tosca/artifact.h"
#include "tosca/emit_detail.h"
#include "tosca/operation.h"
#include "tosca/protocol_read.h"
#include "tosca/sensitive.h"
#include "tosca/stand_in.h"
#include "tosca/value_read.h"

/* Notes in `ret` what of the values is not for eyes, as "<prefix><name>". */
static void note_sensitive(struct topo *t, const struct map *values, const char *prefix, struct component *ret)
{
    for (size_t i = 0; i < values->n && tctx_spend(t->c, 1); i++) {
        const struct tvalue *v = values->items[i].value;
        if (def_is_sensitive(t->c, v->def))
            strv_addf(&ret->sensitive, "%s%s", prefix, v->name);
    }
}

/* All that have a value; faults and missing ones are told. */
static json_t *emit_values(struct topo *t, const struct map *values)
{
    json_t *all = json_object();
    values_check(t->c, values);
    for (size_t i = 0; i < values->n && tctx_spend(t->c, 1); i++) {
        struct tvalue *v = values->items[i].value;
        json_t *json = value_get(t->c, v);
        if (json)
            json_object_set_nocheck(all, v->name, json);
    }
    return all;
}

static void emit_artifacts(struct topo *t, struct tnode *n, struct component *ret)
{
    struct artifact *all;
    size_t count = artifact_all(t, n, &all);
    ret->artifacts = mem_array(count ? count : 1, sizeof(*ret->artifacts));
    for (size_t i = 0; i < count; i++) {
        const struct artifact *a = &all[i];
        struct topology_artifact *to = &ret->artifacts[ret->n_artifacts++];
        to->name = mem_strdup(a->name);
        to->type = mem_strdup(a->type ? a->type->name : "tosca.artifacts.File");
        to->file = mem_strdup(a->path ? a->path : a->file);
        to->repository = mem_strdup(a->repository);
    }
}

/* The last image among the artifacts is the container's, as in TosKer. */
static void emit_image(struct topo *t, struct tnode *n, struct component *ret)
{
    struct artifact *all;
    size_t count = n->kind == COMPONENT_CONTAINER ? artifact_all(t, n, &all) : 0;
    for (size_t i = 0; i < count; i++) {
        enum known_artifact kind = known_artifact(t->c, all[i].type);
        bool build = kind == ARTIFACT_DOCKERFILE || kind == ARTIFACT_DOCKERFILE_RUNS;
        if (kind == ARTIFACT_OTHER || !all[i].file)
            continue;
        free(ret->image);
        free(ret->image_build);
        ret->image = build ? NULL : mem_strdup(all[i].file);
        ret->image_build = build ? mem_strdup(all[i].path ? all[i].path : all[i].file) : NULL;
        ret->image_runs = kind == ARTIFACT_IMAGE_RUNS || kind == ARTIFACT_DOCKERFILE_RUNS;
    }
}

static void emit_link(struct topo *t, struct tlink *l, struct link_end end, struct component *ret)
{
    ret->links = mem_push(ret->links, ret->n_links, sizeof(*ret->links));
    struct topology_link *to = &ret->links[ret->n_links++];
    *to = (struct topology_link){0};
    to->kind = known_link(t->c, l->rel.type);
    const char *role = known_role(to->kind);
    bool by_name = !role || protocol_asks_for(&ret->protocol, l->name);
    to->requirement = mem_strdup(l->name);
    to->kind_name = mem_strdup(by_name ? l->name : role);
    to->capability = mem_strdup(end.capability ? end.capability->name : l->name);
    to->relationship = mem_strdup(l->rel.type ? l->rel.type->name : "tosca.relationships.Root");
    to->target = end.node->index;
    to->named = str_eq(l->target->local, end.node->name) ? NULL : mem_strdup(l->target->local);
    to->properties = emit_values(t, l->rel.properties);
    AUTO_FREE char *prefix = mem_printf("%s.", l->name);
    note_sensitive(t, l->rel.properties, prefix, ret);
    to->place = topo_place(l->at);
}

/* Only software's operations are run; whoever wrote others has to know. */
static void warn_not_run(struct topo *t, const struct map *operations, const char *why)
{
    for (size_t i = 0; i < operations->n && tctx_spend(t->c, 1); i++) {
        const struct toper *o = operations->items[i].value;
        if (!at_null(o->implementation))
            tosca_warn(t->c, o->implementation, "NOT_RUN", "%s is not run: %s", o->words, why);
    }
}

static void check_link_operations(struct topo *t, struct tnode *n, struct tlink *l)
{
    struct scope scope = {.topo = t, .rel = &l->rel};
    struct at given = at_key(l->rel.at, "interfaces");
    if (operations_idle(t, scope, l->rel.type, given))
        return;
    struct map *operations = operations_collect(t, scope, l->rel.type, given, l->rel.words);
    if (l->target)
        operations_check(t, operations, false);
    if (n->kind != COMPONENT_ABSTRACT)
        warn_not_run(t, operations, "sedge runs no operations of relationships");
}

static void emit_links(struct topo *t, struct tnode *n, struct component *ret)
{
    for (size_t i = 0; i < n->n_links && tctx_spend(t->c, 5); i++) {
        struct tlink *l = &n->links[i];
        struct link_end *ends;
        size_t n_ends = l->target ? stand_in_ends(t, l, &ends) : 0;
        for (size_t k = 0; k < n_ends; k++)
            emit_link(t, l, ends[k], ret);
        if (l->target)
            values_check(t->c, l->rel.attributes);
        check_link_operations(l->home ? l->home : t, n, l);
    }
}

static void emit_operation(struct topo *t, struct tnode *n, struct toper *o, struct component *ret)
{
    operation_resolve(t, n, o, n->kind != COMPONENT_ABSTRACT);
    json_t *inputs = json_object();
    for (size_t i = 0; i < o->inputs->n && tctx_spend(t->c, 1); i++) {
        struct tvalue *v = o->inputs->items[i].value;
        json_t *json = value_get(t->c, v);
        if (json)
            json_object_set_nocheck(inputs, v->name, json);
    }
    if (!o->script && !json_object_size(inputs) && at_null(o->implementation)) {
        json_decref(inputs);
        strv_done(&o->dependencies);
        return;
    }
    struct topology_operation *to = &ret->operations[ret->n_operations++];
    *to = (struct topology_operation){
        .interface = mem_strdup(o->interface), .name = mem_strdup(o->name), .inputs = inputs};
    to->script = mem_strdup(o->script);
    to->dependencies = o->dependencies;
    o->dependencies = (struct strv){0};
    to->timeout_s = o->timeout_s;
    AUTO_FREE char *prefix = mem_printf("%s.%s.", o->interface, o->name);
    note_sensitive(t, o->inputs, prefix, ret);
    to->place = topo_place(o->at.node ? o->at : at_of(n->at.file, n->key));
}

static void emit_operations(struct topo *t, struct tnode *n, struct component *ret)
{
    struct scope scope = {.topo = t, .self = n};
    struct at given = at_key(n->at, "interfaces");
    if (operations_idle(t, scope, n->type, given))
        return;
    struct map *operations = operations_collect(t, scope, n->type, given, n->words);
    operations_check(t, operations, n->kind != COMPONENT_ABSTRACT);
    if (n->kind == COMPONENT_CONTAINER || n->kind == COMPONENT_VOLUME)
        warn_not_run(t, operations, "put it into software hosted on the container");
    ret->operations = mem_array(operations->n ? operations->n : 1, sizeof(*ret->operations));
    for (size_t i = 0; i < operations->n && tctx_spend(t->c, 5); i++)
        emit_operation(t, n, operations->items[i].value, ret);
}

static void emit_capabilities(struct topo *t, struct tnode *n)
{
    for (size_t i = 0; i < n->capabilities->n && tctx_spend(t->c, 1); i++) {
        struct tcap *cap = n->capabilities->items[i].value;
        values_check(t->c, cap->properties);
        values_check(t->c, cap->attributes);
    }
}

void emit_component(struct topo *t, struct tnode *n, struct component *ret)
{
    ret->name = mem_strdup(n->name);
    ret->type = mem_strdup(n->type ? n->type->name : "tosca.nodes.Root");
    ret->kind = n->kind;
    for (struct ttype *p = n->type; p && tctx_spend(t->c, 1); p = type_parent(t->c, p))
        strv_add(&ret->ancestry, p->name);
    ret->place = topo_place(at_of(n->at.file, n->key));
    protocol_read(t, n, &ret->protocol);
    ret->properties = emit_values(t, n->properties);
    note_sensitive(t, n->properties, "", ret);
    values_check(t->c, n->attributes);
    emit_capabilities(t, n);
    if (t->c->options->detail)
        ret->detail = emit_detail(t, n);
    artifact_check(t, n);
    emit_artifacts(t, n, ret);
    emit_image(t, n, ret);
    emit_links(t, n, ret);
    emit_operations(t, n, ret);
}
