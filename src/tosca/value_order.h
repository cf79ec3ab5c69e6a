// SPDX-License-Identifier: Apache-2.0
/* How values of a kind compare, and how long they are. */
#pragma once

#include "tosca/type_name.h"

struct units;

/* What values are compared or counted as. */
struct vkind {
    enum prim prim;            /* PRIM_ANY: as JSON has them */
    const struct units *units; /* of PRIM_SCALAR */
};

/* -1, 0, 1 by the kind's own order; false when they cannot be compared. */
bool value_compare(enum prim prim, const json_t *a, const json_t *b, int *ret);
bool vkind_compare(const struct vkind *k, const json_t *a, const json_t *b, int *ret);
/* Equal by the kind's own order ("1 kg" and "1000 g"), else as JSON: 1 and 1.0 are the same number. */
bool value_same(const struct vkind *k, const json_t *a, const json_t *b);
/* Letters of a text (UTF-8), entries of a list or a map; -1 for other values. */
int64_t value_length(const json_t *v);
