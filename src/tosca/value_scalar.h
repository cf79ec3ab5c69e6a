// SPDX-License-Identifier: Apache-2.0
/* Single values held against a primitive type. */
#pragma once

#include "tosca/value_read.h"

/* Reads a scalar (or a range) of the template: text stays as written for types that are read from text. New, or NULL
 * (told). */
json_t *value_scalar_node(struct scope s, struct at at, const struct schema *schema, const struct what *w);
/* Holds a JSON value against the type. New, or NULL (told). */
json_t *value_scalar_json(struct scope s, struct at at, const json_t *v, const struct schema *schema,
                          const struct what *w);
