// SPDX-License-Identifier: Apache-2.0
/* The values of Secrets that a pod has on this node: in memory, and sealed in the pod's file, so that it starts without
 * a head. */
#pragma once

#include "node/node_state.h"

/* Takes the values of a message of the head; true when they are others than before. */
bool pod_secrets_take(struct node_pod *p, const json_t *values);
/* Adds them, sealed, to what is written of the pod; the text stays the same as long as they do. */
void pod_secrets_save(const struct node_pod *p, json_t *file);
/* Reads them back. What cannot be opened is logged: the head brings it again. */
void pod_secrets_load(struct node_pod *p, const json_t *file);
void pod_secrets_done(struct node_pod *p);
