// SPDX-License-Identifier: Apache-2.0
/* What a Deployment's pods should be, from what they are. Pure. */
#pragma once

#include "head/object_changes.h"

#define POD_TEMPLATE_HASH  "pod-template-hash" /* label */
#define TEMPLATE_HASH_SIZE 11

/* Hash of what pods are made from, without those parts of spec.sedge that are changed in a pod in place (state,
 * components, links, after, bundle). */
void deployment_hash(const json_t *deployment, char ret[TEMPLATE_HASH_SIZE]);
/* A pod spec's sedge part that is changed in place, with the other parts of it (new; {} when there is none). */
json_t *deployment_sedge(const json_t *template_spec, const json_t *pod_spec);

/* pods: those that the Deployment owns, going ones too. now: RFC 3339. One step: what it starts shows in the pods, and
 * it is asked again. */
void deployment_decide(const json_t *deployment, const struct object_list *pods, const char *now, struct changes *ret);

/* Its pods by what they are. */
struct deployment_pods {
    struct object_list fresh; /* of the template as it is, that are or have ended well */
    struct object_list stale; /* of a former template */
    struct object_list ended; /* to be replaced */
    struct object_list going;
};
void deployment_sort_pods(const json_t *deployment, const struct object_list *pods, struct deployment_pods *ret);
void deployment_pods_done(struct deployment_pods *p);
/* The status object for these pods (new). */
json_t *deployment_status(const json_t *deployment, const struct deployment_pods *pods, const char *now);
