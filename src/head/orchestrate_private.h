// SPDX-License-Identifier: Apache-2.0
/* What the parts of orchestration share while they decide about one Application. Private to them. */
#pragma once

#include "head/orchestrate.h"
#include "plan/workflow_run.h"

/* What is known of a component from round to round. */
struct orc_record {
    char *name;
    char *state;     /* reached */
    char *operation; /* started, or failed: "Standard.create"; NULL: none */
    bool failed;
    char *message, *log;
    char *label;        /* state that a work flow gave it, until it reaches another one; NULL: none */
    const char *target; /* state that its objects are to say; borrowed, made by orc_set_targets */
};

/* The work flow of the Application: running, due, or over. */
struct orc_flow {
    char *name, *id;
    char *message, *basis; /* basis: hash of what was wanted when it began */
    json_t *given;         /* inputs; may be NULL */
    json_t *outputs;       /* object, once it is over; may be NULL */
    json_t *old_steps;     /* array: of one that is over, as the status has them */
    bool known;            /* there is one: running or over */
    bool active;           /* it runs */
    bool failed;           /* it is over, and failed */
    bool due;              /* another one is to begin: spec.workflow */
    struct flow_run run;   /* while it runs */
    char *conflict;        /* why the delegated work flows cannot go on together; NULL */
};
/* A single operation (orchestrate_single.c). */
struct orc_run {
    char *id, *text; /* text: as plans write it */
    char *state;     /* of whom it runs at, when it was started; NULL for a container */
    bool done, failed;
    int64_t attempt;
    char *message, *log;
};
struct orc {
    const struct orchestrate_input *in;
    struct orchestrate_output *out;
    const struct orchestrate_part *work; /* the topology that the states belong to; NULL: nothing stands */
    bool is_next;                        /* work is the wanted one */
    bool removing;
    struct orc_record *records;
    size_t n_records;
    json_t *hashes; /* component -> hash it stands by */
    struct application_source applied;
    int64_t steps_done;
    struct plan plan;
    size_t n_startable;    /* steps of the plan that may be started before the sources are switched */
    enum plan_goal *goals; /* by component of the wanted topology; NULL while removing */
    char *phase, *message;
    char *error; /* why it cannot go on; NULL */
    bool new_round;
    struct object_list pods; /* those of the input but the ones that are deleted by this very decision */
    struct changes deletions, objects, events;
    bool waits_for_log;
    struct orc_flow flow;
    struct orc_run *runs;
    size_t n_runs;
    int64_t runs_made;
    json_t *given;  /* outputs of operations, as in the status */
    char *plan_key; /* of the explicit plan that steps_done counts in; NULL */
};

/* ---- orchestrate.c ---- */
void orc_open(struct orc *o); /* in and out are set */
void orc_close(struct orc *o);
/* What a round begins with: failures are forgotten, pods that hang in one are made anew. */
void orc_begin(struct orc *o);

/* ---- orchestrate_revision.c ---- */
/* Keeps the source that is wanted as a revision, and lets go of those that are too old. Sets sources_changed. */
void orc_revise(struct orc *o);
void orc_forget_revisions(struct orc *o); /* all of them */

/* ---- orchestrate_record.c ---- */
struct orc_record *orc_find(struct orc *o, const char *component);
struct orc_record *orc_record(struct orc *o, const char *component, const char *initial); /* made when missing */
void orc_load(struct orc *o);                                                             /* from the status */
void orc_set_state(struct orc_record *r, const char *state);
void orc_end_operation(struct orc_record *r); /* forgets operation, failure, message and log */
void orc_records_done(struct orc *o);
bool orc_has_failed(const struct orc *o);
const char *orc_state(struct orc *o,
                      const struct component *c); /* reached; the initial one when nothing is known. Borrowed */
__attribute__((format(printf, 2, 3))) void orc_error(struct orc *o, const char *fmt, ...);

/* ---- orchestrate_goals.c ---- */
/* What is wanted of each component of a topology (new array). */
enum plan_goal *orc_goals(const struct topology *t, const struct application_spec *spec);
const struct application_override *orc_override(const struct application_spec *spec, const char *component);
int64_t orc_replicas(const struct orc *o, const struct topology *t, size_t container);

/* ---- orchestrate_plan.c ---- */
/* Makes o->plan from the states reached, switching to the wanted source when nothing of the former one is in the way
 * any more. False with o->error. */
bool orc_plan(struct orc *o);
/* By component of the topology that stands: is its definition in `next` (may be NULL) another one? New array. */
bool *orc_changed(struct orc *o, const struct orchestrate_part *next);
/* The first step of the plan for a component, or NULL. */
const struct plan_step *orc_first_step(const struct orc *o, const char *component);
/* Indices of the steps that may be started now. ret: room for plan.n. */
size_t orc_startable(struct orc *o, size_t *ret);

/* Makes the steps towards goals in the topology that stands, `more` first, which is taken over. -EINVAL with `e`. */
int orc_plan_towards(struct orc *o, const enum plan_goal *goals, struct plan *more, struct err *e);
void orc_states(struct orc *o, const struct topology *t, struct plan_states *ret);

/* ---- orchestrate_flow.c: work flows ---- */
void orc_flow_load(struct orc *o); /* from spec and status */
void orc_flow_done(struct orc *o);
/* Is one running, or due now that the wanted source stands? */
bool orc_flow_runs(const struct orc *o);
/* Does what one that is over left stand, so that nothing is planned against it? */
bool orc_flow_stands(const struct orc *o);
/* Takes it on, and makes o->plan of what it has under way. False when it is over: then plan as without. */
bool orc_flow_plan(struct orc *o);
void orc_flow_settle(struct orc *o); /* phase and message while it runs, and after a deployment that failed */

/* ---- orchestrate_act.c: what a work flow does ---- */
enum flow_seen orc_act(void *orc, const struct flow_task *task, char **message, char **log);
/* The plan of the tasks under way. */
void orc_flow_tasks(struct orc *o);

/* ---- orchestrate_call.c: operations that a work flow calls ---- */
const struct component *orc_task_component(const struct orc *o, const struct flow_task *task);
struct orc_record *orc_task_record(struct orc *o, const struct flow_task *task); /* made when missing */
__attribute__((format(printf, 2, 3))) enum flow_seen orc_broke(char **message, const char *fmt, ...);
/* Takes a failure out of the record: it is the work flow's now. */
enum flow_seen orc_take_failure(struct orc_record *r, char **message, char **log);
/* The transition by that operation ("Standard.start") that leaves (or, `arrives`, leads to) the state; NULL: any. */
const struct protocol_transition *orc_transition_of(const struct component *c, const char *operation, const char *state,
                                                    bool arrives);
enum flow_seen orc_call(struct orc *o, const struct flow_task *task, char **message, char **log);
/* Puts what is called into what a container's pods are told: runs, and inputs of steps. */
void orc_flow_tell(struct orc *o, const struct compile_input *in, size_t container, json_t *deployment);

/* ---- orchestrate_flow_status.c ---- */
json_t *orc_flow_json(struct orc *o);             /* new; NULL: none was run */
json_t *orc_flows_json(const struct topology *t); /* what work flows there are */
bool orc_flow_resume(struct orc *o, const struct application_workflow *s, struct err *e); /* opens the run again */

/* ---- orchestrate_single.c: single operations ---- */
void orc_runs_load(struct orc *o);
void orc_runs_done(struct orc *o);
void orc_runs_round(struct orc *o);  /* a new round begins: failures are forgotten */
void orc_runs_switch(struct orc *o); /* forgets those that the source that stands now does not have */
struct orc_run *orc_run_find(const struct orc *o, const char *text);
/* One that failed, or NULL. */
const struct orc_run *orc_runs_failed(const struct orc *o);
bool orc_runs_under_way(const struct orc *o);
void orc_runs_marks(const struct orc *o, struct map *ret); /* for struct plan_request; borrows the texts */
void orc_runs_look(struct orc *o);    /* marks those that were done and have failed in a pod that came later */
bool orc_runs_take_in(struct orc *o); /* sees the ends of those under way: true when something has changed */
/* A component has done a step: forgets what was done for its relationships and has to be done again. */
void orc_runs_after(struct orc *o, size_t component, const struct plan_step *step);
/* The operation that a single step means (*ret NULL: nothing to run); false where there is none. */
bool orc_single_known(struct orc *o, const struct plan_step *step, const struct topology_operation **ret);
void orc_run_start(struct orc *o, const struct plan_step *step);
/* The runs of a container's pods: new array, NULL with `e`. */
json_t *orc_runs_spec(struct orc *o, size_t container, const struct compile_input *in, struct err *e);
json_t *orc_runs_json(const struct orc *o); /* for the status: new */
/* The one under way or failed in the component's container, or NULL. */
const struct orc_run *orc_run_at(const struct orc *o, const char *component);

/* ---- orchestrate_given.c: outputs of operations ---- */
/* owner: "component" or "component/requirement"; operation: "Interface.operation"; outputs: borrowed. */
void orc_given_put(struct orc *o, const char *owner, const char *operation, const json_t *outputs);
void orc_given_forget(struct orc *o, const char *component);
void orc_given_take(struct orc *o); /* from the pods' reports */
/* The attribute as operations' outputs give it: new, or NULL. */
json_t *orc_given_attribute(struct orc *o, const char *component, const char *attribute);
/* For struct tosca_runtime. */
json_t *orc_given_output(void *orc, const char *component, const char *interface, const char *operation,
                         const char *output);

/* ---- orchestrate_see.c ---- */
enum orc_seen { ORC_NOT_YET, ORC_REACHED, ORC_FAILED };
struct orc_sight {
    enum orc_seen seen;
    char *message, *log; /* of a failure */
    const json_t *pod;   /* that failed; borrowed */
    bool ask_log;        /* its last lines are not known yet */
};
void orc_sight_done(struct orc_sight *s);
/* Do the pods say that a component is in a state? away: it is on its way down, so that a crash of its container is no
 * failure. */
struct orc_sight orc_look(struct orc *o, size_t component, const char *target, bool away);
/* The object that is labelled as of that component, or NULL. Borrowed. */
const json_t *orc_of_component(const struct object_list *l, const char *component);
const json_t *orc_deployment(const struct orc *o, const char *container);
/* Pods of a container's Deployment as it is now: not going, not about to be replaced. */
void orc_live_pods(const struct orc *o, const struct component *container, struct object_list *ret);
void orc_all_pods(const struct orc *o, const char *container, struct object_list *ret);
/* Why a pod counts as failed (new text), or NULL. *ret_crashed: its container ran and ended. */
char *orc_pod_trouble(const json_t *pod, bool *ret_crashed);
/* The number of this round of attempts: raised by each generation, and by each failure that a work flow took in. */
int64_t orc_round(const struct orc *o);
/* The attempt at which a software component's operations are to be tried. */
int64_t orc_attempt(struct orc *o, const struct component *container, const char *software);
const json_t *orc_report(const json_t *pod, const char *software); /* of its status, or NULL */
const json_t *orc_run_report(const json_t *pod, const char *id);   /* of a run, or NULL */

/* ---- orchestrate_value.c ---- */
json_t *orc_eval(void *orc, const json_t *value,
                 struct err *e); /* for struct compile_input: what is not known yet is "" */
/* The value with its run-time calls carried out: new; NULL with `e` when something is not known yet. */
json_t *orc_eval_known(struct orc *o, const json_t *value, struct err *e);
/* Are the values that a step needs known? False with `e`. */
bool orc_values_known(struct orc *o, const struct plan_step *step, struct err *e);
json_t *orc_outputs(struct orc *o); /* new object */

/* ---- orchestrate_want.c ---- */
/* Makes o->objects: what Deployments, Services and Volumes are to be for the targets. False with o->error. */
bool orc_want(struct orc *o);
/* Makes o->objects: everything of the application goes. True when nothing of it is left. */
bool orc_take_away(struct orc *o);

/* ---- orchestrate_status.c ---- */
json_t *orc_status(struct orc *o); /* new status object */

/* ---- orchestrate_serve.c ---- */
/* Are all pods of the container that run ready (but for those in which something failed), and has its Service an address and just those behind it? */
bool orc_serves(struct orc *o, const struct component *container);
/* A connected node that runs pods and has not said that the Services are in its kernel as they are now, or NULL. */
const char *orc_node_behind(const struct orc *o);

/* ---- orchestrate_round.c ---- */
void orc_advance(struct orc *o);
void orc_set_targets(struct orc *o); /* in every component's record: what its objects are to say */

/* ---- orchestrate_rest.c ---- */
__attribute__((format(printf, 3, 4))) void orc_set_phase(struct orc *o, const char *phase, const char *fmt, ...);
void orc_settle(struct orc *o); /* phase and message */
