// SPDX-License-Identifier: Apache-2.0
/* Changes of what is wanted of an application, as merge patches. Pure. */
#pragma once

#include "base/base.h"

/* Each gives a new patch that the caller owns. `application`: as it is now. */
json_t *app_change_state(const json_t *application, const char *state); /* of all of it: overrides of single ones end */
json_t *app_change_component_state(const json_t *application, const char *component, const char *state);
json_t *app_change_replicas(const json_t *application, const char *component, int64_t replicas);
json_t *app_change_remove(const json_t *application, bool volumes);
/* What `deploy` gives: bundle, entry, inputs (borrowed, object), plan (array of texts, borrowed, or NULL). application
 * NULL: the object to create. */
struct app_wanted {
    const char *name, *bundle, *entry;
    json_t *inputs, *plan;
};
json_t *app_change_deploy(const json_t *application, const struct app_wanted *w);
