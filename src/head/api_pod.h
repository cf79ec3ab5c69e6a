// SPDX-License-Identifier: Apache-2.0
/* Which container of which pod on which node an operation is for. */
#pragma once

#include "head/api_private.h"

/* Finds the pod, its node and container ("" or NULL: its only one) and puts "pod" (its uid) and "container" into the
 * request. false when it was answered with what is wrong. *ret_node: the caller frees. */
bool api_pod_target(struct api_call *c, const char *container, json_t *request, char **ret_node);
