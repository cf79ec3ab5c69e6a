// SPDX-License-Identifier: Apache-2.0
/* Questions that all controllers ask of an object as JSON: its name, owner, labels, conditions, whether it is going.
 * Pure. */
#pragma once

#include "base/base.h"
#include "model/model.h"

/* Weak pointers into an object each; "" where there is none. */
const char *object_name(const json_t *object);
const char *object_namespace(const json_t *object);
const char *object_uid(const json_t *object);
const char *object_created(const json_t *object);
int64_t object_revision(const json_t *object);                   /* its resourceVersion; 0 when it has none */
const char *object_label(const json_t *object, const char *key); /* NULL when absent */
bool object_is_deleting(const json_t *object);
/* The owner reference that has "controller" set, or NULL. Borrowed. */
const json_t *object_controller(const json_t *object);
bool object_is_owned_by(const json_t *object, const char *uid);
/* Does each label of the selector stand on the object? An empty selector matches nothing. */
bool object_matches(const json_t *object, const json_t *selector);

const json_t *object_condition(const json_t *object, const char *type); /* or NULL. Borrowed */
bool object_condition_is(const json_t *object, const char *type, const char *status);
/* A new array of conditions: those of the object with this one in its place; the time of change stays while the status
 * does. now: RFC 3339. */
json_t *object_with_condition(const json_t *object, const char *type, bool status, const char *reason,
                              const char *message, const char *now);

bool object_pod_ready(const json_t *pod);  /* not going, Ready */
bool object_pod_runs(const json_t *pod);   /* a container runs */
bool object_pod_serves(const json_t *pod); /* Ready, and a container runs: takes traffic of services */
bool object_pod_ended(const json_t *pod);  /* Succeeded or Failed */

/* The object as the table of its kind writes it: defaults filled, empty parts left out, so that two can be compared.
 * NULL with `e`. */
json_t *object_normal(const struct kind *kind, const json_t *object, struct err *e);

/* Some objects, borrowed. */
struct object_list {
    const json_t **v;
    size_t n;
};
void object_list_add(struct object_list *l, const json_t *object);
void object_list_done(struct object_list *l); /* the list, not the objects */
const json_t *object_list_find(const struct object_list *l, const char *name);
