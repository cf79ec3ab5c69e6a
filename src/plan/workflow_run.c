// SPDX-License-Identifier: Apache-2.0
/* Takes a run of a work flow on: which steps start, which are over, and what that means for others. */
#include "plan/workflow_run.h"

#include "base/base.h"

static bool is_settled(const struct flow_step *s)
{
    return s->state == FLOW_DONE || s->state == FLOW_FAILED || s->state == FLOW_SKIPPED;
}

static bool is_handled(const struct flow_step *s)
{
    return s->def->on_failure.n > 0;
}

/* ---- frames ---- */

/* May its steps be looked at? The outer one always, an inlined one while the activity that inlines it is due. */
static bool is_open(const struct flow_run *r, const struct flow_frame *f)
{
    return !f->inner || (r->steps[f->step].state == FLOW_RUNNING && r->steps[f->step].activity == f->activity);
}

/* The step that failed and has no handler, or -1. */
static int broken_step(const struct flow_run *r, const struct flow_frame *f)
{
    for (size_t i = f->first; i < f->first + f->flow->n_steps; i++)
        if (r->steps[i].state == FLOW_FAILED && !is_handled(&r->steps[i]))
            return (int)i;
    return -1;
}

static bool all_in(const struct flow_run *r, const struct flow_frame *f, bool (*is)(const struct flow_step *))
{
    for (size_t i = f->first; i < f->first + f->flow->n_steps; i++)
        if (!is(&r->steps[i]))
            return false;
    return true;
}

static bool is_pending(const struct flow_step *s)
{
    return s->state == FLOW_PENDING;
}

static enum flow_state outcome_of(const struct flow_run *r, const struct flow_frame *f, int *ret_failed)
{
    *ret_failed = broken_step(r, f);
    if (!all_in(r, f, is_settled))
        return FLOW_PENDING;
    return *ret_failed >= 0 ? FLOW_FAILED : FLOW_DONE;
}

enum flow_state flow_outcome(const struct flow_run *r, int *ret_failed)
{
    int failed;
    enum flow_state s = outcome_of(r, &r->frames[0], &failed);
    if (ret_failed)
        *ret_failed = failed;
    return s;
}

const struct topology_precondition *flow_hindrance(const struct flow_run *r, size_t frame, const struct flow_world *w)
{
    const struct topology_workflow *flow = r->frames[frame].flow;
    for (size_t i = 0; i < flow->n_preconditions; i++) {
        AUTO_JSON json_t *condition = flow_bind(r, frame, flow->preconditions[i].condition);
        if (!w->holds(w->data, condition))
            return &flow->preconditions[i];
    }
    return NULL;
}

/* ---- may a step start? ---- */

enum verdict { VERDICT_WAIT, VERDICT_START, VERDICT_SKIP };

/* Does a handler of the failed step lead to `to` by success? Then that way counts instead. */
static bool is_mended(const struct flow_run *r, size_t failed, size_t to)
{
    AUTO_FREE bool *seen = mem_array(r->n_steps, sizeof(*seen));
    AUTO_FREE size_t *queue = mem_array(r->n_steps, sizeof(*queue));
    size_t n = 0;
    for (size_t e = 0; e < r->n_edges; e++)
        if (r->edges[e].from == failed && r->edges[e].failure && !seen[r->edges[e].to]) {
            seen[r->edges[e].to] = true;
            queue[n++] = r->edges[e].to;
        }
    for (size_t at = 0; at < n; at++)
        for (size_t e = 0; e < r->n_edges; e++) {
            const struct flow_edge *edge = &r->edges[e];
            if (edge->from != queue[at] || edge->failure || seen[edge->to])
                continue;
            seen[edge->to] = true;
            queue[n++] = edge->to;
        }
    return seen[to];
}

/* What the steps before it say. */
struct before {
    size_t successes, failures;    /* edges by kind */
    bool caught;                   /* one that it handles failed */
    bool done, broken;             /* of those that it waits for: one is done, one failed for good */
    bool all_success, all_failure; /* settled */
};

static struct before look_before(const struct flow_run *r, size_t step)
{
    struct before b = {.all_success = true, .all_failure = true};
    for (size_t e = 0; e < r->n_edges; e++) {
        const struct flow_edge *edge = &r->edges[e];
        const struct flow_step *from = &r->steps[edge->from];
        if (edge->to != step)
            continue;
        if (edge->failure) {
            b.failures++;
            b.caught = b.caught || from->state == FLOW_FAILED;
            b.all_failure = b.all_failure && is_settled(from);
            continue;
        }
        b.successes++;
        b.all_success = b.all_success && is_settled(from);
        b.done = b.done || from->state == FLOW_DONE;
        b.broken = b.broken || (from->state == FLOW_FAILED && !is_mended(r, edge->from, step));
    }
    return b;
}

static enum verdict judge(const struct flow_run *r, size_t step)
{
    struct before b = look_before(r, step);
    if (b.successes + b.failures == 0 || b.caught)
        return VERDICT_START;
    if (b.successes && b.all_success && b.done && !b.broken)
        return VERDICT_START;
    return b.all_success && b.all_failure ? VERDICT_SKIP : VERDICT_WAIT;
}

/* ---- a step ---- */

/* Its targets are those that pass the filter now. */
static void start_step(struct flow_run *r, size_t step, const struct flow_world *w)
{
    struct flow_step *s = &r->steps[step];
    for (size_t i = 0; i < s->def->n_targets; i++) {
        const json_t *filter = s->def->filter ? json_array_get(s->def->filter, i) : NULL;
        AUTO_JSON json_t *condition = filter ? flow_bind(r, s->frame, filter) : NULL;
        if (!condition || w->holds(w->data, condition))
            strv_add(&s->targets, r->topology->components[s->def->targets[i]].name);
    }
    s->state = s->targets.n && s->def->n_activities ? FLOW_RUNNING : FLOW_DONE;
}

static void note_failure(struct flow_run *r, struct flow_step *s, char *message, char *log)
{
    r->failures++;
    if (s->message) {
        free(message);
        free(log);
        return;
    }
    s->message = message ? message : mem_strdup("no reason was told");
    s->log = log;
}

static void end_activity(struct flow_step *s)
{
    strv_done(&s->begun);
    strv_done(&s->alone);
    strv_done(&s->ended);
    if (s->message) {
        s->state = FLOW_FAILED;
        return;
    }
    s->activity++;
    if (s->activity >= s->def->n_activities)
        s->state = FLOW_DONE;
}

static struct flow_task task_of(const struct flow_run *r, size_t step, size_t target)
{
    const struct flow_step *s = &r->steps[step];
    return (struct flow_task){.step = step,
                              .what = &s->def->activities[s->activity],
                              .component = (size_t)topology_find(r->topology, s->targets.v[target]),
                              .relationship = s->def->relationship,
                              .begun = strv_has(&s->begun, s->targets.v[target]),
                              .alone = strv_has(&s->alone, s->targets.v[target])};
}

static bool act_on(struct flow_run *r, size_t step, size_t target, const struct flow_world *w)
{
    struct flow_step *s = &r->steps[step];
    const char *name = s->targets.v[target];
    struct flow_task task = task_of(r, step, target);
    char *message = NULL, *log = NULL;
    if (!task.begun && s->message) { /* another target has failed: this one is not begun any more */
        strv_add(&s->ended, name);
        return true;
    }
    enum flow_seen seen = w->act(w->data, &task, &message, &log);
    bool begins = !task.begun && (seen == FLOW_BEGUN || seen == FLOW_BEGUN_ALONE);
    if (begins)
        strv_add(&s->begun, name);
    if (begins && seen == FLOW_BEGUN_ALONE)
        strv_add(&s->alone, name);
    if (seen == FLOW_ENDED || seen == FLOW_BROKE)
        strv_add(&s->ended, name);
    if (seen == FLOW_BROKE)
        note_failure(r, s, message, log);
    return seen == FLOW_ENDED || seen == FLOW_BROKE || begins;
}

static bool run_on_targets(struct flow_run *r, size_t step, const struct flow_world *w)
{
    struct flow_step *s = &r->steps[step];
    bool moved = false;
    for (size_t i = 0; i < s->targets.n; i++)
        if (!strv_has(&s->ended, s->targets.v[i]))
            moved = act_on(r, step, i, w) || moved;
    if (s->ended.n >= s->targets.n) {
        end_activity(s);
        moved = true;
    }
    return moved;
}

static size_t frame_of(const struct flow_run *r, size_t step, size_t activity)
{
    size_t f = 0;
    while (f < r->n_frames && !(r->frames[f].inner && r->frames[f].step == step && r->frames[f].activity == activity))
        f++;
    return f;
}

/* The inlined work flow is over: so is the activity. */
static bool run_inlined(struct flow_run *r, size_t step)
{
    struct flow_step *s = &r->steps[step];
    const struct flow_frame *f = &r->frames[frame_of(r, step, s->activity)];
    int failed;
    enum flow_state outcome = outcome_of(r, f, &failed);
    if (outcome == FLOW_PENDING)
        return false;
    if (outcome == FLOW_FAILED) {
        const struct flow_step *inner = &r->steps[failed];
        s->message = mem_printf("step '%s': %s", inner->name, inner->message ? inner->message : "failed");
        s->log = mem_strdup(inner->log);
    }
    end_activity(s);
    return true;
}

static bool run_step(struct flow_run *r, size_t step, const struct flow_world *w)
{
    const struct flow_step *s = &r->steps[step];
    if (s->def->activities[s->activity].kind == ACTIVITY_INLINE)
        return run_inlined(r, step);
    return run_on_targets(r, step, w);
}

/* ---- the run ---- */

static bool skip_pending(struct flow_run *r, const struct flow_frame *f)
{
    bool moved = false;
    for (size_t i = f->first; i < f->first + f->flow->n_steps; i++) {
        moved = moved || is_pending(&r->steps[i]);
        if (is_pending(&r->steps[i]))
            r->steps[i].state = FLOW_SKIPPED;
    }
    return moved;
}

static bool move_step(struct flow_run *r, size_t step, const struct flow_world *w)
{
    struct flow_step *s = &r->steps[step];
    if (s->state == FLOW_RUNNING)
        return run_step(r, step, w);
    enum verdict v = s->state == FLOW_PENDING ? judge(r, step) : VERDICT_WAIT;
    if (v == VERDICT_START)
        start_step(r, step, w);
    if (v == VERDICT_SKIP)
        s->state = FLOW_SKIPPED;
    return v != VERDICT_WAIT;
}

static bool move_frame(struct flow_run *r, size_t frame, const struct flow_world *w)
{
    const struct flow_frame *f = &r->frames[frame];
    bool moved = false;
    if (!is_open(r, f))
        return false;
    if (broken_step(r, f) >= 0)
        moved = skip_pending(r, f);
    else if (f->inner && all_in(r, f, is_pending) && flow_hindrance(r, frame, w))
        return skip_pending(r, f); /* it is not to be done now */
    for (size_t i = f->first; i < f->first + f->flow->n_steps; i++)
        moved = move_step(r, i, w) || moved;
    return moved;
}

bool flow_advance(struct flow_run *r, const struct flow_world *w)
{
    bool any = false;
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t f = 0; f < r->n_frames; f++)
            moved = move_frame(r, f, w) || moved;
        any = any || moved;
    }
    return any;
}

void flow_each_task(const struct flow_run *r, void (*told)(void *data, const struct flow_task *task), void *data)
{
    for (size_t i = 0; i < r->n_steps; i++) {
        const struct flow_step *s = &r->steps[i];
        bool inlines = s->state == FLOW_RUNNING && s->def->activities[s->activity].kind == ACTIVITY_INLINE;
        for (size_t k = 0; s->state == FLOW_RUNNING && !inlines && k < s->targets.n; k++) {
            struct flow_task task = task_of(r, i, k);
            if (task.begun && !strv_has(&s->ended, s->targets.v[k]))
                told(data, &task);
        }
    }
}
