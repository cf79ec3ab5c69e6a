// SPDX-License-Identifier: Apache-2.0
/* Revisions of an Application: each source that was wanted of it is kept, up to a number, to be read and returned to.
 * They are objects, so that one deployment is one small write, and the status does not grow. */
#include <stdlib.h>

#include "head/orchestrate_private.h"
#include "model/revision.h"

static int64_t number_of(const json_t *revision)
{
    return json_int(revision, "revision", 0);
}

const json_t *orchestrate_last_revision(const struct object_list *revisions)
{
    const json_t *last = NULL;
    for (size_t i = 0; i < revisions->n; i++)
        if (!last || number_of(revisions->v[i]) > number_of(last))
            last = revisions->v[i];
    return last;
}

static bool is_of_source(const json_t *revision, const struct application_source *s)
{
    const json_t *is = json_at(revision, "data", "source", NULL);
    struct application_source kept = {.bundle = (char *)(uintptr_t)json_str(is, "bundle", ""),
                                      .entry = (char *)(uintptr_t)json_str(is, "entry", ""),
                                      .inputs = json_object_get(is, "inputs")};
    return orchestrate_same_source(&kept, s);
}

/* One line of what it changes, or why that cannot be told. */
static char *changes_line(const struct orc *o)
{
    struct orchestrate_preview p;
    struct err e = {0};
    const struct application_request *flow = o->in->app->spec.workflow;
    if (flow && o->new_round)
        return mem_printf("work flow '%s'", flow->name);
    if (orchestrate_preview(o->in, NULL, 0, &p, &e) < 0)
        return mem_strdup(err_text(&e));
    char *line = plan_diff_brief(&p.diff);
    orchestrate_preview_done(&p);
    return line;
}

static json_t *data_of(const struct orc *o)
{
    const struct application_source *s = &o->in->app->spec.source;
    AUTO_FREE char *line = changes_line(o);
    json_t *source = json_object();
    json_put_str(source, "bundle", s->bundle);
    json_put_str(source, "entry", s->entry);
    if (s->inputs)
        json_object_set(source, "inputs", s->inputs);
    json_t *data = json_pack("{s:o, s:s}", "source", source, "changes", line);
    int64_t to;
    const char *text = json_str(o->in->app->meta.annotations, NOTE_ROLLBACK_TO, NULL);
    if (text && str_to_i64(text, 1, INT64_MAX, &to))
        json_put_int(data, "rollbackTo", to);
    return data;
}

static json_t *notes_of(const struct orc *o)
{
    static const char *const taken[] = {NOTE_MESSAGE, NOTE_CHANGED_BY};
    json_t *notes = json_object();
    for (size_t i = 0; i < ARRAY_LEN(taken); i++)
        json_put_str(notes, taken[i], json_str(o->in->app->meta.annotations, taken[i], NULL));
    return notes;
}

static void add(struct orc *o, int64_t number)
{
    const struct meta *app = &o->in->app->meta;
    AUTO_FREE char *name = mem_printf("%s.%lld", app->name, (long long)number);
    json_t *owner = json_pack("{s:s, s:s, s:s, s:s, s:b}", "apiVersion", "sedge.dev/v1", "kind", "Application", "name",
                              app->name, "uid", app->uid, "controller", 1);
    json_t *v = json_pack("{s:s, s:s, s:{s:s, s:s, s:{s:s}, s:o, s:[o]}, s:I, s:o}", "apiVersion", "apps/v1", "kind",
                          "ControllerRevision", "metadata", "name", name, "namespace", app->namespace, "labels",
                          LABEL_APPLICATION, app->name, "annotations", notes_of(o), "ownerReferences", owner,
                          "revision", (json_int_t)number, "data", data_of(o));
    changes_create(&o->out->changes, "ControllerRevision", v);
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = number_of(*(const json_t *const *)a), y = number_of(*(const json_t *const *)b);
    return (y > x) - (y < x);
}

/* old: those that are not the one wanted. */
static void prune(struct orc *o, struct object_list *old)
{
    if (old->n > 1)
        qsort(old->v, old->n, sizeof(*old->v), newest_first);
    for (size_t i = 0; i < old->n; i++) {
        if ((int64_t)i < o->in->app->spec.history_limit)
            continue;
        changes_delete(&o->out->changes, "ControllerRevision", old->v[i]);
        o->out->sources_changed = true;
    }
}

void orc_revise(struct orc *o)
{
    const struct application_source *wanted = &o->in->app->spec.source;
    const json_t *last = orchestrate_last_revision(&o->in->revisions);
    struct object_list old = {0};
    if (o->removing || str_empty(wanted->bundle) || str_empty(wanted->entry))
        return;
    bool stands = last && is_of_source(last, wanted);
    for (size_t i = 0; i < o->in->revisions.n; i++)
        if (!stands || o->in->revisions.v[i] != last)
            object_list_add(&old, o->in->revisions.v[i]);
    if (!stands)
        add(o, number_of(last) + 1);
    prune(o, &old);
    object_list_done(&old);
}

void orc_forget_revisions(struct orc *o)
{
    for (size_t i = 0; i < o->in->revisions.n; i++)
        changes_delete(&o->out->changes, "ControllerRevision", o->in->revisions.v[i]);
}
