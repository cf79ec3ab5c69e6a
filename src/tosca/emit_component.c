// SPDX-License-Identifier: Apache-2.0
/* Writes a component out: properties, image, links, operations, protocol. */
#include "tosca/emit_component.h"

#include "tosca/artifact.h"
#include "tosca/count.h"
#include "tosca/emit_detail.h"
#include "tosca/interface_check.h"
#include "tosca/operation.h"
#include "tosca/operation_output.h"
#include "tosca/protocol_read.h"
#include "tosca/sensitive.h"
#include "tosca/stand_in.h"
#include "tosca/value_read.h"

/* Notes in `ret` what of the values is not for eyes, as "<prefix><name>". */
static void note_sensitive(struct topo *t, const struct map *values, const char *prefix, struct component *ret)
{
    for (size_t i = 0; i < values->n && tctx_spend(t->c, 1); i++) {
        const struct tvalue *v = values->items[i].value;
        if (!def_is_sensitive(t->c, v->def))
            continue;
        strv_addf(&ret->sensitive, "%s%s", prefix, v->name);
        if (!t->outer)
            sensitive_note_inputs(t->c, v->def, v->at);
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

/* Reads one operation out: false (and nothing in *to) when there is nothing to run or to give. */
static bool emit_operation(struct topo *t, struct tnode *n, struct toper *o, bool relationship, bool must,
                           struct topology_operation *to)
{
    operation_resolve(t, n, o, relationship, must);
    json_t *inputs = json_object();
    for (size_t i = 0; i < o->inputs->n && tctx_spend(t->c, 1); i++) {
        struct tvalue *v = o->inputs->items[i].value;
        json_t *json = value_get(t->c, v);
        if (json)
            json_object_set_nocheck(inputs, v->name, json);
    }
    if (!o->script && at_null(o->implementation) && (relationship || !json_object_size(inputs))) {
        json_decref(inputs);
        strv_done(&o->dependencies);
        return false;
    }
    *to = (struct topology_operation){
        .interface = mem_strdup(o->interface), .name = mem_strdup(o->name), .inputs = inputs};
    to->script = mem_strdup(o->script);
    to->interpreter = mem_strdup(o->interpreter);
    to->dependencies = o->dependencies;
    o->dependencies = (struct strv){0};
    to->timeout_s = o->timeout_s;
    to->place = topo_place(o->at.node ? o->at : at_of(n->at.file, n->key));
    return true;
}

/* ---- operations of relationships ---- */

static bool is_configure(struct topo *t, const struct toper *o)
{
    if (str_eq(o->interface, "Configure") || str_ends(o->interface, ".Configure"))
        return true;
    for (struct ttype *p = o->type; p && tctx_spend(t->c, 1); p = type_parent(t->c, p))
        if (str_eq(p->name, "Configure") || str_ends(p->name, ".Configure"))
            return true;
    return false;
}

/* In whose container, by the standard's names; what it says itself goes first. */
static bool runs_on_target(const struct toper *o)
{
    static const char *const names[] = {"pre_configure_target", "post_configure_target", "add_source", "remove_source",
                                        "source_changed"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(names[i], o->name))
            return !str_eq(o->host, "SOURCE");
    return str_eq(o->host, "TARGET");
}

static bool is_runner(const struct tnode *n)
{
    return n->kind == COMPONENT_CONTAINER || n->kind == COMPONENT_SOFTWARE;
}

static void emit_link_operation(struct topo *t, struct tnode *n, struct tlink *l, struct tnode *end, struct toper *o,
                                struct topology_link *to)
{
    struct scope scope = {.topo = t, .rel = &l->rel};
    struct topology_operation op;
    if (at_null(o->implementation) || !emit_operation(t, n, o, true, is_runner(n), &op))
        return;
    op.on_target = runs_on_target(o);
    op.configures = is_configure(t, o);
    op.outputs = outputs_read(scope, o);
    struct tnode *runner = op.on_target ? end : n;
    if (n->kind != COMPONENT_ABSTRACT && !is_runner(runner))
        tosca_warn(t->c, o->implementation, "NOT_RUN", "%s is not run: %s is nothing that scripts run in", o->words,
                   runner->words);
    if (!is_runner(runner) || !is_runner(n))
        free(take_ptr(op.script));
    to->operations[to->n_operations++] = op;
}

static void count_nth(struct component *c, size_t link)
{
    for (size_t i = 0; c->links[link].n_operations && i < link; i++)
        c->links[link].nth += str_eq(c->links[i].requirement, c->links[link].requirement);
}

/* Those of the last n_ends links; 0 for a requirement that is open: then they are only checked. */
static void emit_link_operations(struct topo *t, struct tnode *n, struct tlink *l, const struct link_end *ends,
                                 size_t n_ends, struct component *ret)
{
    struct scope scope = {.topo = t, .rel = &l->rel};
    struct at given = at_key(l->rel.at, "interfaces");
    if (operations_idle(t, scope, l->rel.type, given))
        return;
    struct map *operations = operations_collect(t, scope, l->rel.type, given, l->rel.words);
    interface_notifications_check(t, scope, l->rel.type, given, l->rel.words);
    if (n_ends)
        operations_check(t, operations, false);
    else
        operations_check_plain(t, operations);
    for (size_t k = 0; k < n_ends && tctx_spend(t->c, 5); k++) {
        size_t link = ret->n_links - n_ends + k;
        struct topology_link *to = &ret->links[link];
        to->operations = mem_array(operations->n + 1, sizeof(*to->operations));
        for (size_t i = 0; i < operations->n && tctx_spend(t->c, 5); i++)
            emit_link_operation(t, n, l, ends[k].node, operations->items[i].value, to);
        for (size_t i = 0; k == 0 && i < operations->n && tctx_spend(t->c, 5); i++) {
            const struct toper *o = operations->items[i].value;
            AUTO_FREE char *prefix = mem_printf("%s.%s.%s.", l->name, o->interface, o->name);
            note_sensitive(t, o->inputs, prefix, ret);
        }
        count_nth(ret, link);
    }
}

static void emit_links(struct topo *t, struct tnode *n, struct component *ret)
{
    for (size_t i = 0; i < n->n_links && tctx_spend(t->c, 5); i++) {
        struct tlink *l = &n->links[i];
        struct link_end *ends = NULL;
        size_t n_ends = l->target ? stand_in_ends(t, l, &ends) : 0;
        for (size_t k = 0; k < n_ends; k++)
            emit_link(t, l, ends[k], ret);
        if (l->target) {
            values_check(t->c, l->rel.attributes);
        } else {
            values_check_plain(t->c, l->rel.properties);
            values_check_plain(t->c, l->rel.attributes);
        }
        emit_link_operations(l->home ? l->home : t, n, l, ends, n_ends, ret);
    }
}

/* ---- operations of the component ---- */

static void emit_operations(struct topo *t, struct tnode *n, struct component *ret)
{
    struct scope scope = {.topo = t, .self = n};
    struct at given = at_key(n->at, "interfaces");
    if (operations_idle(t, scope, n->type, given))
        return;
    struct map *operations = operations_collect(t, scope, n->type, given, n->words);
    interface_notifications_check(t, scope, n->type, given, n->words);
    operations_check(t, operations, n->kind != COMPONENT_ABSTRACT);
    if (n->kind == COMPONENT_CONTAINER || n->kind == COMPONENT_VOLUME)
        warn_not_run(t, operations, "put it into software hosted on the container");
    else if (n->kind == COMPONENT_ABSTRACT && !n->inner && !n->directed)
        warn_not_run(t, operations, "sedge runs containers and the software on them, and this node is neither");
    ret->operations = mem_array(operations->n ? operations->n : 1, sizeof(*ret->operations));
    for (size_t i = 0; i < operations->n && tctx_spend(t->c, 5); i++) {
        struct toper *o = operations->items[i].value;
        struct topology_operation *to = &ret->operations[ret->n_operations];
        if (!emit_operation(t, n, o, false, n->kind != COMPONENT_ABSTRACT, to)) {
            json_decref(outputs_read(scope, o)); /* what is wrong with them is told all the same */
            continue;
        }
        AUTO_FREE char *prefix = mem_printf("%s.%s.", o->interface, o->name);
        note_sensitive(t, o->inputs, prefix, ret);
        to->outputs = outputs_read(scope, o);
        ret->n_operations++;
    }
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
    ret->counted = count_read(t->c, n, &ret->count);
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
