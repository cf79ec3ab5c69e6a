// SPDX-License-Identifier: Apache-2.0
/* The head's REST API: Kubernetes' paths and objects, and sedge's own under /sedge/v1. */
#pragma once

#include "head/head_state.h"

/* Handles every request (fits http_options.handle with the head as data). */
void api_handle(void *head, struct http_request *r);
/* Which bodies go to a file: blobs that somebody sends who may. Fits http_options.spool: called on the server's
 * threads. */
bool api_spools(void *head, const struct http_request *r);
