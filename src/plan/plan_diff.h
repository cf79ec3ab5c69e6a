// SPDX-License-Identifier: Apache-2.0
/* What a plan changes, and why: two topologies, the states of what stands and the plan between them in, typed
 * differences out. Pure. */
#pragma once

#include "plan/plan.h"

enum plan_action {
    PLAN_SAME,    /* is left alone */
    PLAN_CREATE,  /* is made: it does not stand */
    PLAN_CHANGE,  /* goes on, with something about it changed in place */
    PLAN_REPLACE, /* is deleted and made anew */
    PLAN_REMOVE,  /* is deleted */
    PLAN_FOLLOW,  /* is unchanged, but gives way to another's change: stopped and started again */
    PLAN_ACTION_MAX,
};
enum plan_reason_kind {
    REASON_TYPE,
    REASON_KIND,        /* container, software, ... */
    REASON_PROPERTY,    /* name: "ports.80" */
    REASON_IMAGE,       /* also whether its own command runs */
    REASON_ARTIFACT,    /* name: the artifact's; the values: files, or digests of their contents */
    REASON_SCRIPT,      /* name: "Standard.create"; the values: paths, or digests where the path is the same */
    REASON_FILE,        /* a file that a script needs; name: "Standard.create: scripts/lib.sh" */
    REASON_INPUT,       /* of an operation; name: "Standard.create.port". In `general`: of the template */
    REASON_OPERATION,   /* came or went */
    REASON_REQUIREMENT, /* name: the requirement's; the values: whom it points at */
    REASON_LINK,        /* a property of a relationship; name: "storage.location" */
    REASON_REPLICAS,    /* in place */
    REASON_TIMEOUT,     /* of an operation: in place */
    REASON_PROTOCOL,    /* in place, where the state that it is in is known to both */
    REASON_STATE,       /* it is elsewhere than it should be */
    REASON_DEFINITION,  /* differs, but nobody knows in what: it was deployed by another version of sedge */
    REASON_GONE,        /* is no longer in the template */
    REASON_KEPT,        /* a volume that is no longer asked for as it is: its data stays */
    REASON_POLICY,      /* of the application: in `general` only */
    REASON_OUTPUT,
    REASON_KIND_MAX,
};
struct plan_reason {
    enum plan_reason_kind kind;
    char *name;
    json_t *was, *is; /* owned; NULL: there is none. "(sensitive)" where it must not be shown */
    bool sensitive;
    char *inputs; /* of the template that make this difference: "port, host"; NULL: none does */
};
struct plan_difference {
    char *component;
    const char *kind; /* component_kind_name; static */
    enum plan_action action;
    struct plan_reason *reasons;
    size_t n_reasons;
    char
        *follows; /* component whose change makes this one give way or be made anew with it; NULL: its own reasons do */
};
struct plan_diff {
    struct plan_difference *items; /* in the order of the wanted template, then what is only in the former */
    size_t n;
    struct plan_reason *general; /* inputs, outputs and policies of the application */
    size_t n_general;
    size_t counts[PLAN_ACTION_MAX];
};

/* One of the two. All borrowed. */
struct plan_diff_side {
    const struct topology *topology;
    const char *(*file_digest)(void *data, const char *path); /* of the bundle's files; NULL: not known */
    void *data;
    const int64_t *replicas; /* by component; -1: as the template says. NULL: all as the template says */
};
struct plan_diff_input {
    struct plan_diff_side now;      /* topology NULL: nothing stands */
    const struct plan_states *have; /* of now's components */
    const bool *changed;            /* of now's components: its definition is another one in next (compile_hash) */
    struct plan_diff_side next;
    const struct plan *plan; /* plan_make's, from these */
    /* The wanted template with one input each as it was before, to tell which input makes which difference. */
    const struct plan_diff_variant {
        const char *input;
        struct plan_diff_side side;
    } * variants;
    size_t n_variants;
};
void plan_diff(const struct plan_diff_input *in, struct plan_diff *ret);
void plan_diff_done(struct plan_diff *d);
/* Is nothing to be done, and nothing of the application's own different? */
bool plan_diff_is_empty(const struct plan_diff *d);

const char *plan_action_name(enum plan_action a);           /* "create", "change", ...; "none" */
const char *plan_reason_kind_name(enum plan_reason_kind k); /* "property", "script", ... */
/* {"components": [...], "general": [...], "summary": {"create": 1, ...}}, for the API and for -o json. The caller owns
 * it. */
json_t *plan_diff_json(const struct plan_diff *d);
/* "1 to create, 0 to change, ..., 3 unchanged". The caller frees. */
char *plan_diff_summary(const struct plan_diff *d);
/* "-/+ data, * page and 3 more": what is done to whom; "nothing". The caller frees. */
char *plan_diff_brief(const struct plan_diff *d);
/* The plan's steps as JSON: component, interface, operation, from, to, why. The caller owns it. */
json_t *plan_steps_json(const struct plan *p);
