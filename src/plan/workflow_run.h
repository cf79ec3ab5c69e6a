// SPDX-License-Identifier: Apache-2.0
/* One run of an imperative work flow: which steps wait, run, are done; what is to be done next. Pure.
 *
 * A step without predecessor starts at once. One that others name in on_success waits for all of these: those that were
 * never started do not count, one that failed holds it back for good, unless what on_failure started leads to it as
 * well. One that is named in on_failure starts when the first of those fails. A failure that has a handler does not
 * fail the work flow; one that has none does: what runs ends, nothing more is started. A filter is asked of each target
 * when the step starts; when nobody passes, the step is done. Activities go one after the other, each on all targets
 * side by side. A work flow that is inlined is part of the run, under names like "save.2/dump": the step dump of what
 * the second activity of save inlines. */
#pragma once

#include "model/topology.h"

enum flow_state { FLOW_PENDING, FLOW_RUNNING, FLOW_DONE, FLOW_FAILED, FLOW_SKIPPED, FLOW_STATES };
const char *flow_state_name(enum flow_state s); /* "pending", ... */
bool flow_state_parse(const char *name, enum flow_state *ret);

struct flow_step {
    char *name;                      /* in the run */
    const struct topology_step *def; /* weak */
    size_t frame;
    enum flow_state state;
    size_t activity;     /* the one that is due: so many are done */
    struct strv targets; /* components that passed the filter; once it was started */
    struct strv begun;   /* for whom the activity was begun */
    struct strv alone;   /* for whom of these it is an operation run by itself (FLOW_BEGUN_ALONE) */
    struct strv ended;   /* for whom it was seen done, or failed */
    char *message, *log; /* of the first failure */
};

/* A work flow in the run: the one asked for, or an inlined one. */
struct flow_frame {
    const struct topology_workflow *flow; /* weak */
    size_t first;                         /* its first step; there are flow->n_steps */
    bool inner;                           /* inlined: by this activity of this step */
    size_t step, activity;
    json_t *inputs; /* object; values may hold run-time calls */
};

struct flow_edge {
    size_t from, to; /* steps of the run */
    bool failure;
};

struct flow_run {
    const struct topology *topology; /* weak */
    struct flow_frame *frames;       /* the first is the one asked for */
    size_t n_frames;
    struct flow_step *steps;
    size_t n_steps;
    struct flow_edge *edges;
    size_t n_edges;
    int64_t failures; /* activities that failed so far */
};

/* Opens a run with everything pending. inputs (may be NULL) must be declared ones; those that are not given have their
 * default, or the value of the topology's input of that name. -EINVAL with `e`: an input that is not known, or has no
 * value; a work flow of another language; too many steps. flow_close empties it in any case. */
int flow_open(struct flow_run *r, const struct topology *t, const struct topology_workflow *w, const json_t *inputs,
              struct err *e);
void flow_close(struct flow_run *r);
/* The index of the step of that name, or -1. */
int flow_find(const struct flow_run *r, const char *name);

/* One activity for one component. */
struct flow_task {
    size_t step;
    const struct topology_activity *what;
    size_t component;
    const char *relationship; /* requirement whose relationship's operation it is; NULL: the component's own */
    bool begun;               /* it was begun before */
    bool alone;               /* and as FLOW_BEGUN_ALONE */
};
enum flow_seen { FLOW_WAITS, FLOW_BEGUN, FLOW_BEGUN_ALONE, FLOW_ENDED, FLOW_BROKE };
struct flow_world {
    /* Is the condition true now? false, too, where it cannot be told yet. */
    bool (*holds)(void *data, const json_t *condition);
    /* Begins the task where it was not, else looks what became of it. FLOW_WAITS: it cannot begin yet. FLOW_BROKE: with
     * the reason and last lines (new texts). FLOW_BEGUN_ALONE is FLOW_BEGUN with a mark that is kept. Never asked of
     * inlined work flows. */
    enum flow_seen (*act)(void *data, const struct flow_task *task, char **message, char **log);
    void *data;
};
/* Goes on as far as it can now. Gives whether anything moved. */
bool flow_advance(struct flow_run *r, const struct flow_world *w);
/* The tasks under way: calls back for each. */
void flow_each_task(const struct flow_run *r, void (*told)(void *data, const struct flow_task *task), void *data);
/* PENDING: not all of the steps came to an end. DONE or FAILED otherwise; *ret_failed (may be NULL): the step, or -1.
 */
enum flow_state flow_outcome(const struct flow_run *r, int *ret_failed);
/* A value as the step's work flow sees it, its inputs filled in: new. */
json_t *flow_bind(const struct flow_run *r, size_t frame, const json_t *value);
/* Do the preconditions of the work flow hold? NULL, or the place of the one that does not. */
const struct topology_precondition *flow_hindrance(const struct flow_run *r, size_t frame, const struct flow_world *w);
/* Steps by order: no step stands before one that it waits for. ret: room for all steps of the work flow. */
void flow_order(const struct topology_workflow *w, size_t *ret);
