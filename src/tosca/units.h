// SPDX-License-Identifier: Apache-2.0
/* The units of a scalar type of TOSCA 2.0, and texts such as "125.3 mm" read by them. */
#pragma once

#include "tosca/amount.h"
#include "tosca/scalar.h"

struct unit_row {
    const char *name; /* prefix and unit together; "" is no unit at all */
    struct amount factor;
};
struct units {
    struct unit_row *rows;
    size_t n;
    const char *canonical; /* name of the unit that results are told in; its factor is one */
    bool whole;            /* the number before the unit must be a whole one */
};

/* Reads a number and a unit: the amount in the canonical unit, and the number alone (either may be NULL). */
enum scalar_fault units_read(const struct units *u, const char *text, struct amount *ret, struct amount *number);
/* "10 kg": in the canonical unit, cut to a whole number where the type asks for one. New. */
json_t *units_text(const struct units *u, const struct amount *a);
/* The names, for messages; cut to the room there is. */
void units_names(const struct units *u, char *ret, size_t size);

/* As JSON, to take along to run time, and back: rows and texts are the value's, which must outlive them; the rows are
 * freed with units_done. */
json_t *units_to_json(const struct units *u);
bool units_of_json(const json_t *v, struct units *ret);
void units_done(struct units *u);
