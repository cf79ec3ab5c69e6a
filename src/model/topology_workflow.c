// SPDX-License-Identifier: Apache-2.0
/* Imperative work flows of a topology: their words, look-ups and end. */
#include "model/topology.h"

enum delegate topology_delegate(const char *workflow)
{
    static const struct {
        const char *name;
        enum delegate is;
    } known[] = {{"deploy", DELEGATE_RUN}, {"install", DELEGATE_RUN},     {"start", DELEGATE_RUN},
                 {"stop", DELEGATE_STOP},  {"undeploy", DELEGATE_DELETE}, {"uninstall", DELEGATE_DELETE}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_eq(known[i].name, workflow))
            return known[i].is;
    return DELEGATE_UNKNOWN;
}

const struct topology_workflow *topology_workflow_find(const struct topology *t, const char *name)
{
    for (size_t i = 0; i < t->n_workflows; i++)
        if (str_eq(t->workflows[i].name, name))
            return &t->workflows[i];
    return NULL;
}

int topology_step_find(const struct topology_workflow *w, const char *name)
{
    for (size_t i = 0; i < w->n_steps; i++)
        if (str_eq(w->steps[i].name, name))
            return (int)i;
    return -1;
}

static void step_done(struct topology_step *s)
{
    free(s->name);
    free(s->target);
    free(s->targets);
    free(s->relationship);
    free(s->host);
    json_decref(s->filter);
    topology_activities_free(s->activities, s->n_activities);
    strv_done(&s->on_success);
    strv_done(&s->on_failure);
    free(s->place.file);
}

static void precondition_done(struct topology_precondition *p)
{
    free(p->target);
    json_decref(p->condition);
    free(p->place.file);
}

void topology_workflows_free(struct topology_workflow *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < v[i].n_steps; k++)
            step_done(&v[i].steps[k]);
        for (size_t k = 0; k < v[i].n_preconditions; k++)
            precondition_done(&v[i].preconditions[k]);
        free(v[i].steps);
        free(v[i].preconditions);
        free(v[i].name);
        free(v[i].description);
        json_decref(v[i].inputs);
        json_decref(v[i].outputs);
        free(v[i].implementation);
        free(v[i].place.file);
    }
    free(v);
}
