// SPDX-License-Identifier: Apache-2.0
/* What would be done about an Application: the plan that the orchestrator would make now, and what it changes. */
#include <errno.h>

#include "head/orchestrate_private.h"

/* Replicas of the containers of a topology: as their Deployments have them, or as they will. */
static int64_t *replicas_now(const struct orc *o, const struct topology *t)
{
    int64_t *all = mem_array(t->n_components, sizeof(*all));
    for (size_t i = 0; i < t->n_components; i++) {
        const json_t *deployment = orc_deployment(o, t->components[i].name);
        all[i] = deployment ? json_int(json_object_get(deployment, "spec"), "replicas", 1) : -1;
    }
    return all;
}

static int64_t *replicas_next(const struct orc *o, const struct topology *t)
{
    int64_t *all = mem_array(t->n_components, sizeof(*all));
    for (size_t i = 0; i < t->n_components; i++)
        all[i] = orc_replicas(o, t, i);
    return all;
}

static struct plan_diff_side side_of(const struct orchestrate_part *p, const int64_t *replicas)
{
    return (struct plan_diff_side){p ? p->topology : NULL, p ? p->file_digest : NULL, p ? p->data : NULL, replicas};
}

/* Of what is to be taken away, all is: no goals of its own. */
static int preview(struct orc *o, const struct orchestrate_variant *variants, size_t n, struct orchestrate_preview *ret,
                   struct err *e)
{
    const struct orchestrate_part *now = o->work, *next = o->removing ? NULL : o->in->next;
    AUTO(plan_states_done)
    struct plan_states have = {0};
    AUTO_FREE bool *changed = now ? orc_changed(o, next) : NULL;
    AUTO_FREE int64_t *before = now ? replicas_now(o, now->topology) : NULL;
    AUTO_FREE int64_t *after = next ? replicas_next(o, next->topology) : NULL;
    AUTO_FREE struct plan_diff_variant *v = mem_array(n, sizeof(*v));
    if (now)
        orc_states(o, now->topology, &have);
    if (!orc_plan(o)) /* may take the wanted source for the one that stands */
        return err_set(e, EINVAL, "%s", o->error);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct plan_diff_variant){variants[i].input, side_of(variants[i].part, NULL)};
    struct plan_diff_input in = {.now = side_of(now, before),
                                 .have = now ? &have : NULL,
                                 .changed = changed,
                                 .next = side_of(next, after),
                                 .plan = &o->plan,
                                 .variants = v,
                                 .n_variants = n};
    plan_diff(&in, &ret->diff);
    ret->plan = o->plan;
    o->plan = (struct plan){0};
    return 0;
}

int orchestrate_preview(const struct orchestrate_input *in, const struct orchestrate_variant *variants, size_t n,
                        struct orchestrate_preview *ret, struct err *e)
{
    struct orchestrate_output out = {0};
    struct orc o = {.in = in, .out = &out};
    *ret = (struct orchestrate_preview){0};
    if (in->error)
        return err_set(e, EINVAL, "%s", in->error);
    orc_open(&o);
    orc_begin(&o);
    int r = preview(&o, variants, n, ret, e);
    orc_close(&o);
    orchestrate_output_done(&out);
    return r;
}

void orchestrate_preview_done(struct orchestrate_preview *p)
{
    plan_done(&p->plan);
    plan_diff_done(&p->diff);
}
