// SPDX-License-Identifier: Apache-2.0
/* The controllers: each watches some kinds of objects and makes others follow; the orchestrator, the scheduler, deployments, services, owned objects. */
#pragma once

#include "head/head_state.h"

int controllers_start(struct head *h, struct err *e); /* sets h->controllers; looks at everything that stands */
void controllers_stop(struct head *h);
