// SPDX-License-Identifier: Apache-2.0
/* Sensitive inputs of Applications. Before an Application is stored, or planned, each such value goes into a Secret of
 * the Application's own, "<application>-inputs", and {"get_secret": [...]} stands in its place; so source, revisions,
 * plans and status never hold one. Its name in the Secret ends with a keyed mark of the value: equal values have equal
 * references, and a former revision finds its own value again. */
#pragma once

#include "head/head_state.h"

struct app_inputs {
    char *ns, *application, *secret;
    json_t *values; /* object: name in the Secret -> base64; NULL: nothing is sensitive */
    json_t *marks;  /* object: input -> what stands for it */
};
void app_inputs_done(struct app_inputs *a);

/* Takes the sensitive values out of `body` (an Application, or a merge patch of one; before: as it stands, or NULL) and
 * puts references in. Where the template cannot be read, all inputs count as sensitive. Nothing is stored. -EINVAL,
 * -ENOKEY with `e`. */
int app_inputs_take(struct head *h, const char *ns, const char *name, const json_t *before, json_t *body,
                    struct app_inputs *ret, struct err *e);
/* Stores the values; before the Application that refers to them. owner: its uid, or NULL while there is none. */
int app_inputs_store(struct head *h, const struct app_inputs *a, const char *owner, struct err *e);
/* Removes values that nothing refers to any more, and the Secrets of Applications that are gone. Failures are logged.
 */
void app_inputs_sweep(struct head *h);
