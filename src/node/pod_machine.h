// SPDX-License-Identifier: Apache-2.0
/* What is to be done next for a pod. Pure: from its spec, what is known of it, its surroundings and a clock. */
#pragma once

#include "node/pod_known.h"

/* What a pod's next action depends on beside itself. */
struct pod_around {
    bool deleting;      /* the pod is to go */
    bool keeper;        /* the keeper is there and has told all containers' states */
    bool saved;         /* how far its software is, is on disk */
    bool services_late; /* the services that were told before it are not in the kernel yet */
    bool after;         /* those that spec.sedge.after names run, or somebody else sees to that */
    int64_t now_us;     /* monotonic */
    /* Components of other pods that are not at their goals; steps that are to come after one of them wait. */
    const struct strv *others_behind;
};
struct pod_action {
    enum pod_do what;
    size_t container; /* IMAGE, START, STOP, FORGET */
    int64_t at_us;    /* WAIT */
};
struct pod_action pod_next(const struct pod_spec *spec, const struct pod_known *k, const struct pod_around *a);

/* The next step of the pod's software. */
enum step_do {
    STEP_NOTHING,
    STEP_RUN,    /* carry `step` of `component` out; one without script is done at once */
    STEP_NO_WAY, /* no steps lead from its state to its goal: that is its failure */
    STEP_ONCE,   /* carry `run` out */
};
struct step_action {
    enum step_do what;
    size_t component;
    const struct component_step *step; /* of the spec; borrowed */
    const struct pod_run *run;         /* ONCE: of the spec; borrowed */
};
struct step_action pod_next_step(const struct pod_spec *spec, const struct pod_known *k, const struct pod_around *a);

bool pod_wants_stopped(const struct pod_spec *spec);
const char *pod_wanted_bundle(const struct pod_spec *spec); /* digest or NULL */
/* The container has ended and its pod's policy does not start it again. */
bool container_is_done(const struct pod_spec *spec, const struct container_known *c);
bool container_is_up(const struct container_known *c); /* starting or running */
/* Did it fail in a way that a higher attempt or another goal has not undone? */
bool component_has_failed(const struct pod_component *c, const struct component_known *k);
/* The same of a run. */
bool run_has_failed(const struct pod_run *r, const struct run_known *k);
/* All containers run (or are done with status 0) and all components are at their goals. *ret_done: all of them are
 * done. */
bool pod_is_ready(const struct pod_spec *spec, const struct pod_known *k, bool *ret_done);
