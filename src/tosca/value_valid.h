// SPDX-License-Identifier: Apache-2.0
/* Validation clauses of TOSCA 2.0 asked of values. */
#pragma once

#include "tosca/value_read.h"

/* Asks all of the schema's; false (told) when one does not hold. Clauses that look at other values wait until the value
 * that is worked out now is done: two properties may bound each other. */
bool validations_hold(struct scope s, struct at at, const json_t *v, struct schema *schema, const struct what *w);
/* Asks those that waited for the value; false (told) when one does not hold. */
bool validations_settle(struct tvalue *v);
