// SPDX-License-Identifier: Apache-2.0
/* Writes components, links and outputs out. */
#include "tosca/emit.h"

#include "tosca/emit_component.h"
#include "tosca/emit_trigger.h"
#include "tosca/sensitive.h"
#include "tosca/value_read.h"
#include "tosca/workflow.h"

static json_t *emit_inputs(struct topo *t, struct topology *to)
{
    json_t *all = json_object();
    for (size_t i = 0; i < t->inputs->n && tctx_spend(t->c, 1); i++) {
        struct tvalue *v = t->inputs->items[i].value;
        if (v->json)
            json_object_set_nocheck(all, v->name, v->json);
        if (def_is_sensitive(t->c, v->def) || (t->c->to_secrets && map_has(t->c->to_secrets, v->name)))
            strv_add(&to->sensitive, v->name);
    }
    return all;
}

static json_t *emit_outputs(struct topo *t)
{
    json_t *all = json_object();
    for (size_t i = 0; i < t->outputs->n && tctx_spend(t->c, 2); i++) {
        struct tvalue *v = t->outputs->items[i].value;
        json_t *value = value_get(t->c, v), *output = json_object();
        const char *description = at_text(at_key(v->def->at, "description"));
        json_put_str(output, "description", description);
        if (value)
            json_object_set_nocheck(output, "value", value);
        json_object_set_new_nocheck(all, v->name, output);
    }
    return all;
}

static void emit_files(struct topo *t, struct topology *to)
{
    for (size_t i = 0; i < t->c->n_order; i++)
        strv_add(&to->files, t->c->order[i]->path);
    for (size_t i = 0; i < t->c->named->n; i++) {
        if (!strv_has(&to->files, t->c->named->items[i].key))
            strv_add(&to->files, t->c->named->items[i].key);
    }
    strv_sort(&to->files);
}

/* A node that another topology stands in for is worked out for what is wrong with it. */
static void emit_stood_for(struct topo *t, struct tnode *n, struct topology *to)
{
    struct topology *alone = mem_alloc(sizeof(*alone));
    alone->components = mem_array(1, sizeof(*alone->components));
    alone->n_components = 1;
    emit_component(t, n, alone->components);
    const struct component *c = alone->components;
    to->stand_ins = mem_push(to->stand_ins, to->n_stand_ins, sizeof(*to->stand_ins));
    to->stand_ins[to->n_stand_ins++] = (struct topology_stand_in){.name = mem_strdup(c->name),
                                                                  .type = mem_strdup(c->type),
                                                                  .file = mem_strdup(n->inner->file->path),
                                                                  .properties = json_incref(c->properties),
                                                                  .counted = c->counted,
                                                                  .count = c->count,
                                                                  .place = topo_place(at_of(n->at.file, n->key))};
    topology_free(alone);
}

static void emit_components(struct topo *t, struct topology *to)
{
    for (size_t i = 0; i < t->nodes->n && tctx_spend(t->c, 10); i++) {
        struct tnode *n = t->nodes->items[i].value;
        if (n->selected_by)
            continue;
        if (n->inner) {
            emit_stood_for(t, n, to);
            emit_components(n->inner, to);
            for (size_t k = 0; k < n->inner->outputs->n && tctx_spend(t->c, 2); k++)
                value_get(t->c, n->inner->outputs->items[k].value);
        } else {
            emit_component(t, n, &to->components[to->n_components++]);
        }
    }
}

static char *inner_name(const struct topo *t, char *name)
{
    if (!t->outer)
        return name;
    char *full = mem_printf("%s-%s", t->outer->name, name);
    free(name);
    return full;
}

/* Policies and groups: the application's own, then those of the topologies that stand in for nodes. */
static void emit_herds(struct topo *t, struct topology *to)
{
    for (size_t i = 0; i < t->n_policies; i++) {
        to->policies = mem_push(to->policies, to->n_policies, sizeof(*to->policies));
        to->policies[to->n_policies] = t->policies[i];
        to->policies[to->n_policies].name = inner_name(t, t->policies[i].name);
        to->n_policies++;
    }
    for (size_t i = 0; i < t->n_herds; i++) {
        to->groups = mem_push(to->groups, to->n_groups, sizeof(*to->groups));
        to->groups[to->n_groups] = t->herds[i];
        to->groups[to->n_groups].name = inner_name(t, t->herds[i].name);
        to->n_groups++;
    }
    free(take_ptr(t->policies));
    free(take_ptr(t->herds));
    for (size_t i = 0; i < t->nodes->n && tctx_spend(t->c, 1); i++) {
        struct tnode *n = t->nodes->items[i].value;
        if (n->inner)
            emit_herds(n->inner, to);
    }
}

struct topology *emit_topology(struct topo *t)
{
    struct topology *to = mem_alloc(sizeof(*to));
    struct at root = at_of(t->file, t->file->doc.root);
    struct at name = at_key(at_key(root, "metadata"), "template_name");
    to->name = mem_strdup(at_text(at_null(name) ? at_key(root, "template_name") : name));
    to->description = mem_strdup(at_text(at_key(root, "description")));
    to->entry = mem_strdup(t->file->path);
    to->language = mem_strdup(at_text(at_key(root, "tosca_definitions_version")));
    size_t count = 0;
    for (size_t i = 0; i < t->nodes->n; i++)
        count += ((struct tnode *)t->nodes->items[i].value)->n_components;
    to->components = mem_array(count ? count : 1, sizeof(*to->components));
    emit_components(t, to);
    to->inputs = emit_inputs(t, to);
    to->outputs = emit_outputs(t);
    workflows_emit(t, to);
    emit_herds(t, to);
    triggers_emit(t, to);
    emit_files(t, to);
    return to;
}
