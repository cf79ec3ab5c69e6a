// SPDX-License-Identifier: Apache-2.0
/* Where an application's published ports are reached. */
#pragma once

#include "base/base.h"

struct published {
    char *component;
    char *address; /* "http://192.0.2.7:8080", or "192.0.2.7:5432" for what does not speak HTTP */
};
/* From the pods and the nodes (arrays of objects): one for each port, in order, no doubles. Pure. *ret is an array of
 * *ret_n, freed by published_free. */
void published_find(const json_t *pods, const json_t *nodes, struct published **ret, size_t *ret_n);
void published_free(struct published *p, size_t n);
