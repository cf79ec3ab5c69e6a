// SPDX-License-Identifier: Apache-2.0
/* The controllers: each watches some kinds of objects and makes others follow; the orchestrator, the scheduler,
 * deployments, services, owned objects. */
#pragma once

#include "head/head_state.h"

int controllers_start(struct head *h, struct err *e); /* sets h->controllers; looks at everything that stands */
void controllers_stop(struct head *h);

/* A node has more of the Services in its kernel: looks at the Applications that wait for that. */
void controllers_services_on(struct head *h);

/* What a change to an Application would do, decided by the orchestrator itself and not carried out. body: the merge
 * patch, or the object to create where there is none of that name. *ret: see docs/architecture.md; the
 * caller owns it. -ENOENT (namespace), -EAGAIN (resourceVersion), -EBUSY (it is being taken down), -EINVAL with `e`. */
int controllers_plan(struct head *h, const char *ns, const char *name, const json_t *body, json_t **ret, struct err *e);
/* What would differ between two kept revisions, the first of them standing whole. -ENOENT. */
int controllers_plan_between(struct head *h, const char *ns, const char *name, int64_t from, int64_t to, json_t **ret,
                             struct err *e);

/* What each node says to a pod, decided by the scheduler itself: *ret as schedule_explain gives it; the caller owns it.
 * -ENOENT: no such pod. */
int controllers_placement(struct head *h, const char *ns, const char *name, json_t **ret, struct err *e);
