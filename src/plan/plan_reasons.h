// SPDX-License-Identifier: Apache-2.0
/* In what two definitions of a component differ. Private to the room. */
#pragma once

#include "plan/plan_diff.h"

struct plan_reasons {
    struct plan_reason *v;
    size_t n;
};
/* Adds one; was and is are borrowed, name is copied. */
void plan_reason_add(struct plan_reasons *r, enum plan_reason_kind kind, const char *name, const json_t *was,
                     const json_t *is);
void plan_reason_add_texts(struct plan_reasons *r, enum plan_reason_kind kind, const char *name, const char *was,
                           const char *is);
/* Adds each member in which two objects differ, those of nested objects by their paths ("env.MODE"), each name with
 * `prefix` before it. NULL is the empty object. */
void plan_reasons_objects(struct plan_reasons *r, enum plan_reason_kind kind, const char *prefix, const json_t *was,
                          const json_t *is);
/* Adds all in which component `a` of side x differs from `b` of side y. */
void plan_reasons_find(struct plan_reasons *r, const struct plan_diff_side *x, size_t a, const struct plan_diff_side *y,
                       size_t b);
/* Does a difference of that kind alone leave the component where it is? */
bool plan_reason_is_in_place(enum plan_reason_kind kind);
void plan_reasons_done(struct plan_reasons *r);

/* Values that must not be shown, gathered from topologies. */
struct plan_secrets {
    json_t *values; /* object with the scalars' texts as keys */
};
void plan_secrets_gather(struct plan_secrets *s, const struct topology *t);
void plan_secrets_done(struct plan_secrets *s);
/* Puts "(sensitive)" in the place of what a reason must not show: c NULL for reasons of the application's own. */
void plan_secrets_mask(const struct plan_secrets *s, const struct topology *t, const struct component *c,
                       struct plan_reason *r);
