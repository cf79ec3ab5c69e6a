// SPDX-License-Identifier: Apache-2.0
/* What is known of the components of an Application, read from its status. */
#include <stdarg.h>
#include <stdio.h>

#include "head/orchestrate_private.h"

struct orc_record *orc_find(struct orc *o, const char *component)
{
    for (size_t i = 0; i < o->n_records; i++)
        if (str_eq(o->records[i].name, component))
            return &o->records[i];
    return NULL;
}

struct orc_record *orc_record(struct orc *o, const char *component, const char *initial)
{
    struct orc_record *r = orc_find(o, component);
    if (r)
        return r;
    o->records = mem_push(o->records, o->n_records, sizeof(*o->records));
    r = &o->records[o->n_records++];
    *r = (struct orc_record){.name = mem_strdup(component), .state = mem_strdup(initial)};
    return r;
}

static const char *initial_in(const struct orchestrate_part *part, const char *component)
{
    int i = part ? topology_find(part->topology, component) : -1;
    return i >= 0 ? part->topology->components[i].protocol.initial : NULL;
}

void orc_load(struct orc *o)
{
    const struct application_status *s = &o->in->app->status;
    const struct application_component *c = s->components.items;
    for (size_t i = 0; i < s->components.n; i++) {
        const char *initial = initial_in(o->work, c[i].name);
        if (!initial)
            continue; /* of no topology that stands */
        struct orc_record *r = orc_record(o, c[i].name, str_empty(c[i].state) ? initial : c[i].state);
        if (orc_run_find(o, c[i].operation ? c[i].operation : ""))
            continue; /* a run's, which was only shown there */
        r->operation = str_empty(c[i].operation) ? NULL : mem_strdup(c[i].operation);
        r->failed = c[i].failed;
        r->message = mem_strdup(c[i].message);
        r->log = mem_strdup(c[i].log);
        r->label = str_empty(c[i].label) ? NULL : mem_strdup(c[i].label);
    }
}

void orc_set_state(struct orc_record *r, const char *state)
{
    char *copy = mem_strdup(state);
    if (!str_eq(copy, r->state))
        free(take_ptr(r->label));
    free(r->state);
    r->state = copy;
}

void orc_end_operation(struct orc_record *r)
{
    free(r->operation);
    free(r->message);
    free(r->log);
    r->operation = r->message = r->log = NULL;
    r->failed = false;
}

void orc_records_done(struct orc *o)
{
    for (size_t i = 0; i < o->n_records; i++) {
        orc_end_operation(&o->records[i]);
        free(o->records[i].name);
        free(o->records[i].state);
        free(o->records[i].label);
    }
    free(o->records);
    o->records = NULL;
    o->n_records = 0;
}

bool orc_has_failed(const struct orc *o)
{
    for (size_t i = 0; i < o->n_records; i++)
        if (o->records[i].failed)
            return true;
    return orc_runs_failed(o) != NULL;
}

const char *orc_state(struct orc *o, const struct component *c)
{
    const struct orc_record *r = orc_find(o, c->name);
    return r ? r->state : c->protocol.initial;
}

void orc_error(struct orc *o, const char *fmt, ...)
{
    va_list ap;
    if (o->error)
        return; /* the first one counts */
    va_start(ap, fmt);
    if (vasprintf(&o->error, fmt, ap) < 0)
        o->error = mem_strdup("out of memory");
    va_end(ap);
}
