// SPDX-License-Identifier: Apache-2.0
/* Pod: one or more containers that share network and fate, on one node; the unit of scheduling. */
#pragma once

#include "model/object.h"
#include "model/secret_ref.h"

struct container_port {
    char *name, *host_ip, *protocol;
    int64_t port, host_port; /* host_port: FIELD_UNSET or 0: not published */
};
struct volume_mount {
    char *name, *path, *sub_path;
    bool read_only;
};
struct resources {
    json_t *limits, *requests; /* "cpu", "memory", "sedge.dev/pids" */
};
struct cap_change {
    struct strv add, drop;
};
struct security {
    int64_t run_as_user, run_as_group;
    bool read_only_root, privileged;
    struct cap_change *capabilities;
};
struct pod_container {
    char *name, *image, *pull_policy, *working_dir;
    char *user; /* ours: a name or number as images write it */
    struct strv command, args;
    struct field_list env;    /* struct env_var */
    struct field_list ports;  /* struct container_port */
    struct field_list mounts; /* struct volume_mount */
    struct resources *resources;
    struct security *security;
    bool tty, stdin_open;
    char *termination_path, *termination_policy;
};
struct pod_volume {
    char *name;
    struct host_path {
        char *path, *type;
    } * host_path;
    struct volume_claim {
        char *claim;
        bool read_only;
    } * claim;
    json_t *empty_dir; /* object */
    struct secret_volume *secret;
};
/* One transition of a software component's protocol, with the script that carries it out. */
struct component_step {
    char *interface, *operation, *source, *target;
    char *script;          /* path in the bundle; NULL: nothing to run */
    char *interpreter;     /* that runs the script where it does not run itself; NULL: /bin/sh, python3 for *.py */
    struct field_list env; /* struct env_var: inputs by their own names and as INPUT_<NAME> */
    int64_t timeout_s;     /* 0: none */
};
/* One operation to be carried out once, beside the steps: an operation of a relationship, one that leads from a state
 * to itself, a call_operation of a work flow.
 *
 * The node does those that may begin one at a time, in their order, in the pod's first container; each at least once:
 * one whose end was not seen (the node or the keeper was killed) is run again, one whose end was seen never. Same id,
 * same run: what is done stays done as long as the id stands in the spec, also over restarts of container and machine.
 * A new pod with the same spec does it too. One that failed is tried again when `attempt` is raised. */
struct pod_run {
    char *id;        /* unique in the pod, for ever: another run needs another id */
    char *component; /* whose: a component of `components`, or any name, which then holds nothing up */
    char *state;     /* it is done while its component is in this state, and holds it there until it is done; NULL: done
                        when its component is at its goal */
    char *interface, *operation; /* for messages and SEDGE_OPERATION */
    char *script;                /* path in the bundle; NULL: nothing to run, done at once */
    char *interpreter;           /* as of a step */
    struct field_list env;       /* struct env_var */
    int64_t timeout_s;           /* 0: none */
    int64_t attempt;
};
/* A software component that lives in a pod's first container. */
struct pod_component {
    char *name;
    char *initial;           /* state of what does not exist */
    char *goal;              /* the state that the node brings it to and keeps it in */
    char *stopped;           /* the state it falls back to when its container stops */
    struct field_list steps; /* struct component_step */
    int64_t attempt;         /* raised to try a failed operation again */
    struct strv
        after; /* components (names) of the same pod or others that must be at their goals before this one starts */
};
struct pod_link {
    char *name;    /* name that resolves inside */
    char *service; /* service of the same namespace */
};
/* What Kubernetes has no field for. */
struct pod_sedge {
    char *state;             /* "Running" or "Stopped": containers are kept with their writable layer, but do not run */
    char *bundle;            /* digest of the bundle that is mounted at /sedge/bundle */
    bool sleep;              /* the containers' own command is replaced by an endless sleep */
    struct field_list links; /* struct pod_link */
    struct field_list components; /* struct pod_component, in order */
    struct field_list runs;       /* struct pod_run, in order */
    struct strv after;            /* components of the application whose pods are to run before this one starts */
};
struct selector {
    json_t *match_labels;
};
struct affinity_term {
    struct selector selector;
    char *topology_key;
};
struct affinity_weighted {
    int64_t weight;
    struct affinity_term term;
};
struct affinity_rules {
    struct field_list required;  /* struct affinity_term */
    struct field_list preferred; /* struct affinity_weighted */
};
struct label_test {
    char *key, *operator; /* In, NotIn, Exists, DoesNotExist, Gt, Lt */
    struct strv values;
};
struct node_term {
    struct field_list tests; /* struct label_test: all must hold */
};
struct node_preference {
    int64_t weight;
    struct node_term term;
};
struct node_choice {
    struct field_list terms; /* struct node_term: one must hold */
};
struct node_affinity {
    struct node_choice *required;
    struct field_list preferred; /* struct node_preference */
};
struct affinity {
    struct node_affinity *node;
    struct affinity_rules *with, *apart;
};
struct toleration {
    char *key, *operator, *value, *effect; /* operator: Equal or Exists; effect NULL: all */
};
struct spread {
    int64_t max_skew;
    char *topology_key, *when; /* DoNotSchedule or ScheduleAnyway */
    struct selector selector;
};
struct pod_spec {
    char *node_name, *restart_policy, *hostname, *service_account, *dns_policy, *scheduler;
    int64_t grace_s;
    bool host_network;
    struct field_list containers; /* struct pod_container */
    struct field_list volumes;    /* struct pod_volume */
    struct pod_sedge *sedge;
    struct affinity *affinity;
    struct field_list tolerations; /* struct toleration */
    struct field_list spread;      /* struct spread */
    json_t *security_context, *node_selector;
};
struct state_waiting {
    char *reason, *message;
};
struct state_running {
    char *started;
};
struct state_terminated {
    int64_t exit_code, signal;
    char *reason, *message, *started, *finished, *container_id;
};
struct container_state {
    struct state_waiting *waiting;
    struct state_running *running;
    struct state_terminated *terminated;
};
struct container_report {
    char *name, *image, *image_id, *container_id;
    bool ready, started;
    int64_t restarts;
    int64_t pid; /* ours: of its first process, 0 when it does not run */
    struct container_state state, last_state;
};
struct component_report {
    char *name, *state; /* state reached */
    char *operation;    /* under way or failed, "Standard.create" */
    bool failed;
    int64_t exit_code, attempt;
    char *message; /* why it failed */
    char *log;     /* last lines of the failed operation */
    json_t *outputs; /* object: "Standard.create" -> {name: text}, of the operations of this life; NULL: none */
};
/* How far a run of the spec is. */
struct run_report {
    char *id;
    bool done;         /* ended well: never run again */
    bool failed;       /* raise its attempt to try again */
    int64_t exit_code; /* of the failed operation; -1: it could not be started */
    int64_t attempt;   /* that this speaks of */
    char *message, *log;
    json_t *outputs; /* object: name -> text; NULL: none */
};
struct pod_status {
    char *phase, *reason, *message, *host_ip, *pod_ip, *started, *qos;
    struct field_list ips;        /* struct pod_ip */
    struct field_list conditions; /* struct condition */
    struct field_list containers; /* struct container_report */
    struct field_list components; /* struct component_report */
    struct field_list runs;       /* struct run_report: a run of the spec each, once it was begun */
};
struct pod_ip {
    char *ip;
};
struct pod {
    OBJECT_HEAD;
    struct pod_spec spec;
    struct pod_status status;
};
extern const struct field_table selector_fields, affinity_fields, toleration_fields, spread_fields;
extern const struct field_table pod_fields, pod_spec_fields, pod_status_fields, pod_container_fields;
