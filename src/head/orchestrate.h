// SPDX-License-Identifier: Apache-2.0
/* What is to be done for one Application, from the objects that are. Pure.
 *
 * Everything that it knows stands in objects, so that a head that was killed goes on where it stood:
 *   status.components[].state   the state that the component has reached; what is planned from
 *   status.components[].operation  the step that was started and has not been seen done; with `failed`, the one that
 * failed status.applied, hashes      the source that the states belong to, and the definition that each component
 * stands by. While components of a former source are being stopped and deleted, applied is the former one; then it
 * becomes the new one and the rest is made status.observedGeneration   the generation that is worked at: a higher one
 * begins a round, in which all that failed is tried again Deployments, Services and Volumes are made to say what the
 * states reached and the targets of the started steps are; pods follow, also when they are replaced or their node
 * boots. A step is done when the pods report its target. Failures stay until the next round, and nothing is started
 * while there is one. */
#pragma once

#include "head/object_changes.h"
#include "plan/compile.h"
#include "plan/plan_diff.h"

#define LABEL_APPLICATION "sedge.dev/application"
#define LABEL_COMPONENT   "sedge.dev/component"
#define NOTE_DEFINITION                                                                                                \
    "sedge.dev/definition" /* annotation of a Deployment: hash of the component that its pods are made from */

/* A source, loaded. */
struct orchestrate_part {
    const struct topology *topology;
    const char (*hashes)[17]; /* compile_hash of each component */
    const char *bundle;       /* digest, or NULL */
    /* Digest of a file of the bundle, or NULL; the function NULL: not known. */
    const char *(*file_digest)(void *data, const char *path);
    void *data;
};
struct orchestrate_input {
    const json_t *object;                /* the Application */
    const struct application *app;       /* the same, decoded */
    const struct orchestrate_part *now;  /* of status.applied; NULL: nothing stands, or it cannot be read */
    const struct orchestrate_part *next; /* of spec.source; NULL: it cannot be used */
    const char *error;                   /* why the one that is needed cannot be read or used; NULL: none */
    struct object_list deployments, services, volumes, pods; /* that carry the application's label */
    struct object_list revisions;                            /* that are the application's */
    struct object_list nodes;
    /* The last lines of a pod's container, "" when there are none, NULL when they have to be asked for first. Borrowed.
     */
    const char *(*log_of)(void *data, const json_t *pod);
    /* Up to which revision of the Services the kernel of that node has them; 0: not known. NULL: nobody asks. */
    int64_t (*services_on)(void *data, const char *node);
    void *data;
    /* How long everything has been where it should be, and how long it has to be before it counts as running: a
     * container that ends at once has run, too. */
    int64_t steady_us, steady_wanted_us;
};
struct orchestrate_output {
    struct changes changes;
    struct object_list ask_logs; /* pods whose last lines are wanted; borrowed from the input */
    bool awaits_nodes;           /* all is where it should be but for services in the kernels of nodes */
    int64_t look_again_us;       /* > 0: all is where it should be, look again after that time */
    bool sources_changed;        /* bundles may have become superfluous */
};
void orchestrate(const struct orchestrate_input *in, struct orchestrate_output *ret);
void orchestrate_output_done(struct orchestrate_output *o);

/* What orchestrate would do about the Application as the input has it, from where it stands now on to the end; made by
 * the same code. `variants`: the wanted source with one input each as it was before. */
struct orchestrate_variant {
    const char *input;
    const struct orchestrate_part *part;
};
struct orchestrate_preview {
    struct plan plan;
    struct plan_diff diff;
};
/* -EINVAL with `e`: it would not do anything, because of that. */
int orchestrate_preview(const struct orchestrate_input *in, const struct orchestrate_variant *variants, size_t n,
                        struct orchestrate_preview *ret, struct err *e);
void orchestrate_preview_done(struct orchestrate_preview *p);
/* The revision of the highest number, or NULL. Borrowed. */
const json_t *orchestrate_last_revision(const struct object_list *revisions);
/* Is it to be taken away? */
bool orchestrate_removes(const struct application *app);
bool orchestrate_same_source(const struct application_source *a, const struct application_source *b);
