// SPDX-License-Identifier: Apache-2.0
/* What the functions do; the table in function.c names them. */
#pragma once

#include "tosca/function.h"

/* Sets w->why; always NULL. */
__attribute__((format(printf, 2, 3))) json_t *fwork_fail(struct fwork *w, const char *fmt, ...);
/* The same for a result that is too large. */
__attribute__((format(printf, 2, 3))) json_t *fwork_limit(struct fwork *w, const char *fmt, ...);
const json_t *fwork_arg(const struct fwork *w, size_t i);

/* In function_logic.c. */
json_t *fwork_and(struct fwork *w);
json_t *fwork_or(struct fwork *w);
json_t *fwork_not(struct fwork *w);
json_t *fwork_xor(struct fwork *w);
json_t *fwork_equal(struct fwork *w);
json_t *fwork_order(struct fwork *w); /* greater_than, greater_or_equal, less_than, less_or_equal */
json_t *fwork_in_range(struct fwork *w);
json_t *fwork_valid_values(struct fwork *w);
json_t *fwork_matches(struct fwork *w);
json_t *fwork_bounded_length(struct fwork *w); /* min_length, max_length */

/* In function_list.c. */
json_t *fwork_length(struct fwork *w);
json_t *fwork_concat(struct fwork *w);
json_t *fwork_join(struct fwork *w);
json_t *fwork_token(struct fwork *w);
json_t *fwork_get_secret(struct fwork *w);
json_t *fwork_has_part(struct fwork *w);  /* has_prefix, has_suffix, contains */
json_t *fwork_has_entry(struct fwork *w); /* has_entry, has_all_entries, has_any_entry */
json_t *fwork_has_key(struct fwork *w);   /* has_key, has_all_keys, has_any_key */
json_t *fwork_union(struct fwork *w);
json_t *fwork_intersection(struct fwork *w);

/* In function_number.c. */
json_t *fwork_sum(struct fwork *w);
json_t *fwork_difference(struct fwork *w);
json_t *fwork_product(struct fwork *w);
json_t *fwork_quotient(struct fwork *w);
json_t *fwork_remainder(struct fwork *w);
json_t *fwork_round(struct fwork *w); /* round, floor, ceil */
