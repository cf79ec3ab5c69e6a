// SPDX-License-Identifier: Apache-2.0
/* An application as its template means it: components, the relationships between them, their operations and outputs, all resolved. */
#pragma once

#include "base/base.h"
#include "model/protocol.h"

enum component_kind {
    COMPONENT_CONTAINER, /* a container from an image */
    COMPONENT_SOFTWARE,  /* scripts run inside the container below it */
    COMPONENT_VOLUME,    /* storage that outlives containers */
    COMPONENT_ABSTRACT,  /* any other node type: validated, but nothing that sedge runs */
    COMPONENT_KIND_MAX,
};

enum link_kind { LINK_HOSTED_ON, LINK_CONNECTS_TO, LINK_DEPENDS_ON, LINK_ATTACHES_TO, LINK_OTHER, LINK_KIND_MAX };

/* Where a thing stands in the template. */
struct place {
    char *file;
    int line, col;
};

struct topology_operation;

/* One requirement of a component, fulfilled. */
struct topology_link {
    char *requirement; /* the requirement's name as the type declares it ("host", "db_connection") */
    char *kind_name;   /* the requirement's role in protocols: "host", "connection", "dependency", "storage", or requirement's own name */
    char *capability;  /* the capability of the target that it uses: "host", "endpoint", "feature", "attachment", ... */
    char *relationship; /* relationship type */
    enum link_kind kind;
    size_t target;      /* index into topology.components */
    char *named;        /* what the template calls the target, where the component has another name; else NULL */
    json_t *properties; /* object; of the relationship (location, device, ...) */
    size_t nth; /* of the component's links under that requirement, from 0; only counted for those with operations */
    struct topology_operation *operations; /* of the relationship; those with an implementation */
    size_t n_operations;
    struct place place;
};

/* One operation with an implementation or inputs. Operations without either are not listed: they are silent steps. */
struct topology_operation {
    char *interface, *name; /* "Standard", "create" */
    char *script;           /* path in the bundle; NULL: nothing to run */
    struct strv dependencies; /* further files, paths in the bundle */
    json_t *inputs;         /* object: input name -> value; a value may hold run-time calls (see below) */
    int64_t timeout_s;      /* 0: none given */
    char *interpreter;      /* by the artifact's type, for a script that does not run itself; NULL: by the file's name */
    json_t *outputs;        /* object: output name -> ["component", "attribute", ...] that it is the value of, or null; NULL: none */
    bool on_target;         /* of a relationship: it runs in the target's container, not in the source's */
    bool configures;        /* of a relationship: of an interface of type tosca.interfaces.relationship.Configure */
    struct place place;
};

struct topology_artifact {
    char *name, *type;
    char *file;       /* path in the bundle, or an image reference */
    char *repository; /* URL of the repository, or NULL */
};

struct component {
    char *name; /* node template name */
    char *type; /* node type */
    enum component_kind kind;
    struct strv ancestry;  /* type, its parent, ... up to the root */
    json_t *properties;    /* object, defaults filled; values may hold run-time calls */
    bool counted;          /* the template says how many nodes it stands for: */
    int64_t count;         /* so many */
    char *image;           /* container: image reference as written; NULL otherwise */
    bool image_runs;       /* container: the image's own command runs (".Service"); else an endless sleep */
    char *image_build;     /* container: path of a Dockerfile in the bundle when the image is to be built, else NULL */
    struct topology_artifact *artifacts;
    size_t n_artifacts;
    struct topology_link *links; /* in the template's order */
    size_t n_links;
    struct topology_operation *operations;
    size_t n_operations;
    struct protocol protocol;
    /* Only when asked for (tosca_options.detail), else NULL: {"capabilities": {name: {"type", "properties", "origins"}},
     * "attributes": {name: value}, "origins": {property: text}}. Origins say where a value comes from. */
    json_t *detail;
    struct strv sensitive; /* values that are never shown: "password", of operations "Standard.create.token", of links "db.password" */
    struct place place;
};

/* One thing that a trigger's action or a step of a work flow does. */
enum activity_kind { ACTIVITY_DELEGATE, ACTIVITY_SET_STATE, ACTIVITY_CALL_OPERATION, ACTIVITY_INLINE, ACTIVITY_KIND_MAX };
struct topology_activity {
    enum activity_kind kind;
    char *name;     /* the work flow, the state, or the operation: "Standard.start" */
    json_t *inputs; /* object; NULL: none given */
    struct place place;
};

/* What a policy has done when an event comes: event, condition, action. */
struct topology_trigger {
    char *name, *event;
    char *description; /* or NULL */
    char *start, *end; /* the time in which it may fire, as timestamps; NULL: no bound */
    /* Boolean run-time call that must be true, or NULL. In it, the component "SELF" stands for the target that it is asked of. */
    json_t *condition;
    char *period;        /* how long it must hold: "60 s"; or NULL */
    int64_t evaluations; /* how often in that time; 0: not told */
    char *method;        /* how values are made one: "average"; or NULL */
    struct topology_activity *actions;
    size_t n_actions;
    bool kept_only; /* written in a way of before TOSCA 1.3 that nothing can be made of */
    struct place place;
};

enum policy_kind { POLICY_OTHER, POLICY_PROTOCOL, POLICY_SCALING, POLICY_PLACEMENT, POLICY_UPDATE, POLICY_PERFORMANCE, POLICY_KIND_MAX };

struct topology_policy {
    char *name, *type;
    char *description; /* or NULL */
    enum policy_kind kind;
    struct strv ancestry;     /* type, its parent, ... up to the root */
    struct strv target_names; /* as the template has them: node templates and groups */
    size_t *targets;          /* components, groups taken apart; each once, in the order named */
    size_t n_targets;
    json_t *properties; /* object, defaults filled; values may hold run-time calls */
    struct topology_trigger *triggers; /* those of its types first */
    size_t n_triggers;
    struct place place;
};

struct topology_group {
    char *name, *type;
    struct strv ancestry;
    bool unit;       /* its members run on one node (tosker.groups.DeploymentUnit) */
    size_t *members; /* components, groups in it taken apart; each once */
    size_t n_members;
    json_t *properties;
    struct place place;
};

/* Something that must be true before a work flow may begin. */
struct topology_precondition {
    char *target;      /* node template or group that it speaks of, as written; NULL: none (TOSCA 2.0) */
    json_t *condition; /* boolean run-time call */
    struct place place;
};

/* One step of an imperative work flow. */
struct topology_step {
    char *name;
    char *target;    /* node template or group, as written */
    size_t *targets; /* components: the node template, or the group's members; each once */
    size_t n_targets;
    char *relationship; /* the requirement whose relationship the step is about; NULL: the node itself */
    char *host;         /* operation_host; NULL: none given */
    json_t *filter;     /* array: a boolean run-time call for each target; who fails it is passed over; NULL: none */
    struct topology_activity *activities; /* one after the other */
    size_t n_activities;
    struct strv on_success, on_failure; /* steps, each once */
    struct place place;
};

/* More steps than this, with those of inlined work flows, and deeper nesting, are refused. */
#define TOPOLOGY_FLOW_STEPS_MAX   2000
#define TOPOLOGY_INLINE_DEPTH_MAX 16

/* An imperative work flow. Its values may hold {"$get_input": ["name", ...]}: an input of the work flow itself. */
struct topology_workflow {
    char *name;
    char *description;    /* or NULL */
    json_t *inputs;       /* object: name -> {"type", "description", "required", "value" (the default)} */
    struct topology_precondition *preconditions;
    size_t n_preconditions;
    struct topology_step *steps; /* in the template's order */
    size_t n_steps;
    json_t *outputs;      /* object: name -> run-time call that reads the attribute it is mapped to */
    char *implementation; /* file of another language that sedge does not run; NULL: it has steps */
    struct place place;
};

/* Run-time calls are one-key objects, whatever the generation of the template: {"$get_attribute": ["wp", "public_address"]}, and $concat, $join, $token or
 * another function around it (src/tosca/function.h); SELF, HOST, SOURCE, TARGET and paths are already replaced by template names. An attribute of a capability is
 * ["wp", {"capability": "endpoint"}, "ip_address"], one of a relationship ["wp", {"requirement": "db", "index": 0}, "name"]. All else is plain JSON. */
/* A node template that another template stands in for: its components are named "NODE-...". */
struct topology_stand_in {
    char *name, *type;
    char *file;         /* the template that stands in */
    json_t *properties; /* object */
    bool counted;       /* as in struct component */
    int64_t count;
    struct place place;
};

struct topology {
    char *name;        /* metadata template_name, or NULL */
    char *description; /* or NULL */
    char *entry;       /* path of the template in the bundle */
    char *language;    /* its tosca_definitions_version, or NULL */
    struct component *components; /* in the template's order */
    size_t n_components;
    struct topology_stand_in *stand_ins; /* outer ones first */
    size_t n_stand_ins;
    json_t *inputs;   /* object: name -> value in force */
    struct strv sensitive; /* inputs that are never shown */
    json_t *outputs;  /* object: name -> {"description": text, "value": value with run-time calls} */
    struct topology_policy *policies; /* in the template's order */
    size_t n_policies;
    struct topology_group *groups;
    size_t n_groups;
    struct topology_workflow *workflows; /* in the template's order */
    size_t n_workflows;
    struct strv files; /* every file of the bundle that the application needs: templates, scripts, artifacts; sorted, no doubles */
};

/* Index of the component of that name, or -1. */
int topology_find(const struct topology *t, const char *name);
/* The container at the bottom of a component's host chain (itself for a container), or -1. */
int topology_container_of(const struct topology *t, size_t component);
/* The link of the component with that requirement name and target, or NULL. */
const struct topology_link *topology_host_link(const struct component *c);
const struct topology_operation *topology_operation_find(const struct component *c, const char *interface, const char *name);
/* How a component's link is told from the others: "db_connection", and "db_connection[1]" for the second of that name. The caller frees. */
char *topology_link_label(const struct topology_link *l);
/* The link of that label that has operations, or NULL. */
const struct topology_link *topology_link_labelled(const struct component *c, const char *label);
const struct topology_operation *topology_link_operation(const struct topology_link *l, const char *interface, const char *name);
void topology_free(struct topology *t); /* NULL is fine */
void topology_freep(struct topology **t);
const char *component_kind_name(enum component_kind kind); /* "container", "software", "volume", "abstract" */
const char *policy_kind_name(enum policy_kind kind); /* "scaling", "placement", "update", "performance", "protocol", "other" */
const char *activity_kind_name(enum activity_kind kind); /* "delegate", "set_state", "call_operation", "inline" */
void topology_activities_free(struct topology_activity *v, size_t n);
/* What they own, not themselves. */
void topology_policy_done(struct topology_policy *p);
void topology_group_done(struct topology_group *g);

/* What a work flow that sedge generates makes of its target. */
enum delegate { DELEGATE_UNKNOWN, DELEGATE_RUN, DELEGATE_STOP, DELEGATE_DELETE };
enum delegate topology_delegate(const char *workflow); /* deploy, install, start; stop; undeploy, uninstall */
/* The work flow of that name, or NULL. */
const struct topology_workflow *topology_workflow_find(const struct topology *t, const char *name);
/* The index of the step, or -1. */
int topology_step_find(const struct topology_workflow *w, const char *name);
void topology_workflows_free(struct topology_workflow *v, size_t n);
