// SPDX-License-Identifier: Apache-2.0
/* From a topology to the API's objects: a Deployment and a Service for each container, a Volume for each volume. Pure.
 */
#pragma once

#include "model/topology.h"

/* What the pods of one container are to be right now: protocol states by component index, as goals. */
struct compile_input {
    const struct topology *topology;
    const char *namespace, *application; /* metadata.name of the Application */
    const char *bundle;                  /* digest, or NULL */
    /* Carries out run-time calls in a value: a new value that the caller owns, or NULL with `e` when something is not
     * known yet. */
    json_t *(*eval)(void *data, const json_t *value, struct err *e);
    /* Digest of a file of the bundle, for hashes; NULL when unknown. */
    const char *(*file_digest)(void *data, const char *path);
    void *data;
};

/* Object name of a component: "<application>-<component>" as a DNS label. The caller frees. */
char *compile_name(const char *application, const char *component);

/* Hash of what a component is by definition, its own scripts' contents in it, before run-time values are known: it
 * changes when the component has to be made anew. ret: 17 bytes. */
void compile_hash(const struct compile_input *in, size_t component, char ret[17]);

/* The Deployment of the container component. goals: names of states by component index (owned by the caller): the
 * container's says whether its pods run
 * ("running") or are kept stopped ("created"); those of hosted software go into the pod, unless they are the initial
 * state in `have` as well. attempt: the application's. NULL with `e` ("component 'api': ports: '70000' is no port").
 * The caller owns the object. */
json_t *compile_deployment(const struct compile_input *in, size_t component, const char *const *goals, int64_t replicas,
                           int64_t attempt, struct err *e);
/* An operation of a component, or of one of its links, that is to be run once (struct pod_run, without id and state): its
 * inputs as the template has them but for those given (object or NULL). NULL with `e`. */
json_t *compile_run(const struct compile_input *in, size_t component, const struct topology_operation *o,
                    const json_t *given, struct err *e);
/* Adds to `to` what an operation of the component, or of one of its links, runs: script, interpreter, timeoutSeconds, env. 0 or -EINVAL. */
int compile_operation(const struct compile_input *in, const struct component *c, const struct topology_operation *o, json_t *to, struct err *e);
json_t *compile_service(const struct compile_input *in, size_t component);
json_t *compile_volume(const struct compile_input *in, size_t component);

/* Everything about a topology that sedge could not run, found before anything is changed: abstract types, containers
 * without image, bad ports, doubled host ports. 0 or -EINVAL with `e` ("file:line:col: component ..."). */
int compile_check(const struct compile_input *in, struct err *e);
