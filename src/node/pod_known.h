// SPDX-License-Identifier: Apache-2.0
/* What the node knows of one pod: plain values, some of which are kept on disk (marked D), the rest found out anew by
 * each run of the node. */
#pragma once

#include "engine/keeper_client.h"
#include "model/pod.h"
#include "node/back_off.h"

/* What can be done for a pod, one thing at a time; pod_machine decides, pod_do does. */
enum pod_do {
    POD_DO_NOTHING, /* all is as it should be, or something is awaited that will be told */
    POD_DO_WAIT,    /* look again at a time */
    POD_DO_IMAGE,   /* of a container: find it or have it pulled */
    POD_DO_PORTS,
    POD_DO_NETWORK,
    POD_DO_BUNDLE,
    POD_DO_START, /* a container: make its files ready and start it */
    POD_DO_STOP,  /* a container */
    POD_DO_FORGET,
    POD_DO_REMOVE, /* all files of all containers and of the pod */
    POD_DO_DETACH,
    POD_DO_END, /* nothing is left: say so and forget the pod */
};

/* Why something did not work, and when it is tried again. */
struct trouble {
    const char *reason; /* POD_FAILED_*, or NULL: none */
    char *message;
    struct back_off tries;
    int64_t again_us; /* monotonic; INT64_MAX: not by itself */
};
void trouble_set(struct trouble *t, const char *reason, const char *message, int64_t again_us);
void trouble_clear(struct trouble *t); /* the back-off too */

struct container_end {
    bool there;
    int64_t exit_code, signal;
    bool oom;
    int64_t started_us, finished_us; /* wall clock; 0: unknown */
};
struct container_known {
    char *id;         /* D */
    char *image_id;   /* D: of the image that its layer stands on; NULL: none yet */
    int64_t restarts; /* D */
    bool started;     /* D: it ran when we looked last */
    bool again; /* D: it was stopped because that was wanted: its next start is no restart, and does not ask the policy
                 */
    struct container_end end; /* D: of its last run */
    enum keeper_state run;    /* as the keeper says; stays as it was while there is none */
    int32_t pid;
    int64_t started_us;
    bool stopping; /* the stop was asked for */
    bool pulled;   /* an image to be pulled always was pulled by this run of the node */
    struct back_off crash;
    int64_t start_at_us; /* monotonic: not before */
    struct trouble start;
};
struct component_known {
    char *name;
    char *state;                /* D */
    char *operation;            /* D: under way or failed, "Standard.create" */
    bool under_way;             /* D: was begun, its end is not known */
    bool failed;                /* D */
    int64_t exit_code, attempt; /* D: attempt: the highest that was taken up */
    char *goal;                 /* D: at which it failed */
    char *message, *log;        /* D */
    json_t *outputs;            /* D: operation -> {name: text}; NULL: none */
};
struct run_known {
    char *id;                   /* D */
    bool under_way;             /* D: was begun, its end is not known */
    bool done, failed;          /* D */
    int64_t exit_code, attempt; /* D: attempt: the highest that was taken up */
    char *message, *log;        /* D */
    json_t *outputs;            /* D: name -> text; NULL: none */
};
struct pod_known {
    char *address;                      /* D: kept over restarts */
    char *started;                      /* D: when the node took it on, RFC 3339 */
    char *bundle;                       /* D: digest of what is laid out for it */
    bool gone;                          /* D: no longer wanted by the head */
    bool files;                         /* D: something of it may be on disk */
    struct container_known *containers; /* one for each of the spec */
    size_t n_containers;
    struct component_known *components; /* one for each of the spec, in its order */
    size_t n_components;
    struct run_known *runs; /* one for each of the spec, in its order */
    size_t n_runs;

    bool attached, ports_held, detached;
    char *netns, *ip;
    enum pod_do busy; /* under way */
    size_t busy_container;
    bool stepping;        /* a step of software runs */
    int step_component;   /* whose; -1: of none that is still in the spec, or a run's */
    bool pulling;         /* for the status: the image is on its way */
    struct trouble setup; /* image, ports, network, bundle, removal */
    enum pod_do setup_of;
};
/* Makes the known match the spec: containers by index, components by name, runs by id. New components begin at their
 * initial state. */
void pod_known_match(struct pod_known *k, const struct pod *p);
void pod_known_done(struct pod_known *k);
/* "<pod>-<8 of uid>[-<container>]", valid for the engine. The caller frees. */
char *pod_container_id(const struct pod *p, size_t container);

/* The run of that id, or NULL. */
struct run_known *pod_run_known(struct pod_known *k, const char *id);

/* On disk, as JSON: the object and all that is marked D. The caller owns the value. */
json_t *pod_known_save(const struct pod_known *k, const struct pod *p, const json_t *object);
/* Reads it back; `k` was matched with the spec. What does not fit is passed over. */
void pod_known_load(struct pod_known *k, const struct pod *p, const json_t *from);
