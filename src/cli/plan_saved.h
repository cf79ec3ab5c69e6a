// SPDX-License-Identifier: Apache-2.0
/* A plan that was reviewed, kept in a file: what the head answered, with all that it was made from. */
#pragma once

#include "cli/app_change.h"
#include "cli/template_check.h"

#define PLAN_FILE_MAX (4U << 20)

/* A saved plan, to be written. plan: what the head answered. Inputs that are sensitive are kept out: only the head's
 * keyed marks of them are in it. The caller owns it. */
json_t *plan_saved_make(const json_t *plan, const struct template_check *check, const struct app_wanted *w,
                        const char *ns);
/* Written whole or not at all, mode 0600. 0 or -errno with `e`. */
int plan_saved_write(const char *path, const json_t *saved, struct err *e);
/* Is the text a saved plan rather than lines of component:Interface.operation? */
bool plan_saved_is(const char *text);
/* *ret: the caller owns it. -EINVAL with `e`: what is wrong with it. */
int plan_saved_read(const char *text, size_t len, json_t **ret, struct err *e);
/* Are template and inputs still those that were reviewed? -ESTALE with `e` saying which is not. */
int plan_saved_check(const json_t *saved, const struct template_check *check, const char *bundle, struct err *e);
/* Is what the head would do now what was reviewed? -ESTALE with `e`. */
int plan_saved_fits(const json_t *saved, const json_t *plan, struct err *e);
/* Do two plans do the same, for the same reasons? -ESTALE with `e` naming what differs. */
int plan_same(const json_t *a, const json_t *b, struct err *e);
/* The template's own work flow that takes the place of the plan, or NULL. Borrowed. */
const char *plan_own_workflow(const struct topology *t);
/* Digest of a template's files as they are now. 0 or -errno with `e`. */
int plan_bundle_digest(const struct template *t, char ret[DIGEST_TEXT_SIZE], struct err *e);
