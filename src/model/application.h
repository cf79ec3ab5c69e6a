// SPDX-License-Identifier: Apache-2.0
/* Application: one deployed TOSCA service template, with its inputs (sedge.dev/v1). */
#pragma once

#include "model/object.h"

struct application_override {
    char *name;       /* component */
    char *state;      /* "Running" or "Stopped"; NULL: as the application */
    int64_t replicas; /* FIELD_UNSET: as the template says */
};
/* What a template is made of, as last given (spec) and as it stands (status.applied). */
struct application_source {
    char *bundle;   /* digest of the uploaded bundle */
    char *entry;    /* path of the template in it */
    json_t *inputs; /* object */
};
/* A work flow that is to be run once. */
struct application_request {
    char *name;     /* of the template's work flows */
    char *id;       /* told apart by it: each is run once */
    json_t *inputs; /* object */
};
struct application_spec {
    struct application_source source;
    char *state;                  /* "Running", "Stopped", "Removed" */
    bool remove_volumes;          /* with "Removed": the volumes too */
    struct field_list components; /* struct application_override */
    struct strv plan;             /* explicit plan, "component:Interface.operation"; empty: made from the topology */
    int64_t history_limit;        /* former revisions that are kept */
    int64_t attempt;              /* raised by each deploy: failed operations are tried again */
    struct application_request *workflow; /* NULL: none was asked for */
};
struct application_component {
    char *name, *type, *kind;
    char *state, *goal; /* protocol states */
    int64_t replicas, ready;
    struct strv pods;
    char *operation, *message, *log; /* of what is under way or failed */
    char *label;                     /* state that a work flow gave it (set_state), shown instead; NULL: none */
    bool failed;
};
/* A step of the work flow that was run last. */
struct application_flow_step {
    char *name;  /* "save", or "save.2/dump" of a work flow that save inlines */
    char *state; /* "pending", "running", "done", "failed", "skipped" */
    char *doing; /* the activity that is due or failed: "call_operation Standard.start" */
    int64_t activity; /* so many are done */
    struct strv targets;      /* components that passed the filter */
    struct strv begun, ended; /* of these, for whom the activity was begun, and is over */
    struct strv alone;        /* for whom it is an operation run by itself, which leads to no state */
    char *message, *log;
};
/* The work flow that was run last. */
struct application_workflow {
    char *name, *id;
    char *state; /* "Running", "Done", "Failed" */
    char *message;
    char *basis;              /* hash of what was wanted then: until it changes, the states that it left stand */
    int64_t failures;         /* activities that failed */
    json_t *inputs, *outputs; /* objects */
    struct field_list steps;  /* struct application_flow_step */
};
/* One that the template has. */
struct application_flow {
    char *name, *description;
    int64_t steps;
    json_t *inputs; /* object: name -> {"type", "required", "value", "description"} */
};
/* A single operation: started, failed, or done and not to be done again. */
struct application_run {
    char *id;        /* of struct pod_run */
    char *operation; /* "component/requirement:Interface.operation", "component:Interface.operation" */
    char *state;     /* of the component whose container it runs in; NULL: any */
    bool done, failed;
    int64_t attempt;
    char *message, *log;
};
struct application_status {
    char *phase; /* "Deploying", "Running", "Stopped", "Failed", "Removing" */
    char *message;
    int64_t observed;             /* generation that this status speaks of */
    int64_t plan_done;            /* explicit plan: steps done */
    struct field_list components; /* struct application_component */
    json_t *outputs;              /* object: name -> value; null while it is not known */
    struct application_source applied;
    json_t *policies; /* array, see plan/policy.h; null: none */
    json_t *hashes; /* component -> hash of its definition as it stands */
    struct application_workflow *workflow; /* NULL: none was run yet */
    struct field_list workflows;           /* struct application_flow */
    struct field_list runs;  /* struct application_run */
    int64_t runs_made;       /* how many there ever were; ids come from it */
    char *plan_key;          /* digest of the explicit plan that plan_done counts in; NULL: none */
    json_t *operation_outputs; /* object: "component" or "component/requirement" -> "Interface.operation" -> name -> value */
};
struct application {
    OBJECT_HEAD;
    struct application_spec spec;
    struct application_status status;
};
extern const struct field_table application_fields;
