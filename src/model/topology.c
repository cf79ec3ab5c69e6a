// SPDX-License-Identifier: Apache-2.0
// An application's topology: look-ups by name and along host links, and its end.
#include "model/topology.h"

#include "base/text.h"

int topology_find(const struct topology *t, const char *name)
{
    for (size_t i = 0; i < t->n_components; i++)
        if (str_eq(t->components[i].name, name))
            return (int)i;
    return -1;
}

int topology_container_of(const struct topology *t, size_t component)
{
    // A chain that is longer than there are components goes in a circle.
    for (size_t budget = t->n_components; budget > 0 && component < t->n_components; budget--) {
        const struct component *c = &t->components[component];
        if (c->kind == COMPONENT_CONTAINER)
            return (int)component;
        const struct topology_link *host = topology_host_link(c);
        if (!host)
            return -1;
        component = host->target;
    }
    return -1;
}

const struct topology_link *topology_host_link(const struct component *c)
{
    for (size_t i = 0; i < c->n_links; i++)
        if (c->links[i].kind == LINK_HOSTED_ON)
            return &c->links[i];
    return NULL;
}

const struct topology_operation *topology_operation_find(const struct component *c, const char *interface,
                                                         const char *name)
{
    for (size_t i = 0; i < c->n_operations; i++)
        if (str_eq(c->operations[i].name, name) && str_eq(c->operations[i].interface, interface))
            return &c->operations[i];
    return NULL;
}

char *topology_link_label(const struct topology_link *l)
{
    return l->nth ? mem_printf("%s[%zu]", l->requirement, l->nth) : mem_strdup(l->requirement);
}

const struct topology_link *topology_link_labelled(const struct component *c, const char *label)
{
    for (size_t i = 0; i < c->n_links; i++) {
        if (!c->links[i].n_operations)
            continue;
        AUTO_FREE char *own = topology_link_label(&c->links[i]);
        if (str_eq(own, label))
            return &c->links[i];
    }
    return NULL;
}

const struct topology_operation *topology_link_operation(const struct topology_link *l, const char *interface,
                                                         const char *name)
{
    for (size_t i = 0; l && i < l->n_operations; i++)
        if (str_eq(l->operations[i].name, name) && str_eq(l->operations[i].interface, interface))
            return &l->operations[i];
    return NULL;
}

static void operation_done(struct topology_operation *o)
{
    free(o->interface);
    free(o->name);
    free(o->script);
    free(o->interpreter);
    strv_done(&o->dependencies);
    json_decref(o->inputs);
    json_decref(o->outputs);
    free(o->place.file);
}

static void link_done(struct topology_link *l)
{
    for (size_t i = 0; i < l->n_operations; i++)
        operation_done(&l->operations[i]);
    free(l->operations);
    free(l->requirement);
    free(l->kind_name);
    free(l->capability);
    free(l->relationship);
    free(l->named);
    json_decref(l->properties);
    free(l->place.file);
}

static void artifact_done(struct topology_artifact *a)
{
    free(a->name);
    free(a->type);
    free(a->file);
    free(a->repository);
}

static void component_done(struct component *c)
{
    for (size_t i = 0; i < c->n_artifacts; i++)
        artifact_done(&c->artifacts[i]);
    for (size_t i = 0; i < c->n_links; i++)
        link_done(&c->links[i]);
    for (size_t i = 0; i < c->n_operations; i++)
        operation_done(&c->operations[i]);
    free(c->artifacts);
    free(c->links);
    free(c->operations);
    free(c->name);
    free(c->type);
    strv_done(&c->ancestry);
    json_decref(c->properties);
    json_decref(c->detail);
    free(c->image);
    free(c->image_build);
    protocol_done(&c->protocol);
    strv_done(&c->sensitive);
    free(c->place.file);
}

static void topology_stand_in_done(struct topology_stand_in *s)
{
    free(s->name);
    free(s->type);
    free(s->file);
    json_decref(s->properties);
    free(s->place.file);
}

void topology_free(struct topology *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->n_stand_ins; i++)
        topology_stand_in_done(&t->stand_ins[i]);
    free(t->stand_ins);
    for (size_t i = 0; i < t->n_components; i++)
        component_done(&t->components[i]);
    free(t->components);
    for (size_t i = 0; i < t->n_policies; i++)
        topology_policy_done(&t->policies[i]);
    free(t->policies);
    for (size_t i = 0; i < t->n_groups; i++)
        topology_group_done(&t->groups[i]);
    free(t->groups);
    free(t->name);
    free(t->description);
    free(t->entry);
    free(t->language);
    json_decref(t->inputs);
    strv_done(&t->sensitive);
    json_decref(t->outputs);
    topology_workflows_free(t->workflows, t->n_workflows);
    strv_done(&t->files);
    free(t);
}

void topology_freep(struct topology **t)
{
    topology_free(*t);
    *t = NULL;
}

const char *component_kind_name(enum component_kind kind)
{
    static const char *const names[COMPONENT_KIND_MAX] = {
        [COMPONENT_CONTAINER] = "container",
        [COMPONENT_SOFTWARE] = "software",
        [COMPONENT_VOLUME] = "volume",
        [COMPONENT_ABSTRACT] = "abstract",
    };
    return kind < COMPONENT_KIND_MAX ? names[kind] : "unknown";
}
