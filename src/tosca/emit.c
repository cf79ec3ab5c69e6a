// SPDX-License-Identifier: Apache-2.0
/* Writes components, links and outputs out. */
#include "tosca/emit.h"

#include "tosca/emit_component.h"
#include "tosca/value_read.h"
#include "tosca/workflow.h"

static json_t *emit_inputs(struct topo *t)
{
    json_t *all = json_object();
    for (size_t i = 0; i < t->inputs->n && tctx_spend(t->c, 1); i++) {
        struct tvalue *v = t->inputs->items[i].value;
        if (v->json)
            json_object_set_nocheck(all, v->name, v->json);
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

struct topology *emit_topology(struct topo *t)
{
    struct topology *to = mem_alloc(sizeof(*to));
    struct at root = at_of(t->file, t->file->doc.root);
    struct at name = at_key(at_key(root, "metadata"), "template_name");
    to->name = mem_strdup(at_text(at_null(name) ? at_key(root, "template_name") : name));
    to->description = mem_strdup(at_text(at_key(root, "description")));
    to->entry = mem_strdup(t->file->path);
    to->language = mem_strdup(at_text(at_key(root, "tosca_definitions_version")));
    to->components = mem_array(t->nodes->n ? t->nodes->n : 1, sizeof(*to->components));
    for (size_t i = 0; i < t->nodes->n && tctx_spend(t->c, 10); i++)
        emit_component(t, t->nodes->items[i].value, &to->components[to->n_components++]);
    to->inputs = emit_inputs(t);
    to->outputs = emit_outputs(t);
    workflows_emit(t, to);
    to->policies = take_ptr(t->policies);
    to->n_policies = t->n_policies;
    to->groups = take_ptr(t->herds);
    to->n_groups = t->n_herds;
    emit_files(t, to);
    return to;
}
