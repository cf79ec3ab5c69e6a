// SPDX-License-Identifier: Apache-2.0
/* The head's REST API: Kubernetes' paths and objects, and sedge's own under /sedge/v1. */
#pragma once

#include "head/head_state.h"

/* Handles every request (fits http_options.handle with the head as data). */
void api_handle(void *head, struct http_request *r);
/* Which bodies go to a file: fits http_options.spool. */
bool api_spools(void *head, const char *method, const char *path);
