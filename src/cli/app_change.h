// SPDX-License-Identifier: Apache-2.0
/* Changes of what is wanted of an application, as merge patches. Pure. */
#pragma once

#include "base/base.h"

/* Each gives a new patch that the caller owns. `application`: as it is now. */
json_t *app_change_state(const json_t *application, const char *state); /* of all of it: overrides of single ones end */
json_t *app_change_retry(const json_t *application); /* what failed is tried again */
json_t *app_change_component_state(const json_t *application, const char *component, const char *state);
json_t *app_change_replicas(const json_t *application, const char *component, int64_t replicas);
/* Also asks for the application's own work flow "undeploy", where it has one. */
json_t *app_change_remove(const json_t *application, bool volumes);
/* A work flow to be run once; inputs: object or NULL, borrowed. */
json_t *app_change_workflow(const json_t *application, const char *name, const char *id, const json_t *inputs);
/* What `deploy` gives: bundle, entry, inputs (borrowed, object), plan (array of texts, borrowed, or NULL), message (or
 * NULL), the revision that it returns to (0: none). application NULL: the object to create. */
struct app_wanted {
    const char *name, *bundle, *entry;
    json_t *inputs, *plan;
    const char *workflow; /* the template's own work flow that carries it out; NULL: as sedge plans it */
    const char *message;
    int64_t rollback_to;
};
json_t *app_change_deploy(const json_t *application, const struct app_wanted *w);
