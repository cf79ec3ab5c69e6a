// SPDX-License-Identifier: Apache-2.0
/* Topologies built by hand for the tests of plans. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "plan/plan.h"

struct topology *fixture_topology(void); /* empty; topology_free */
/* Adds a component with the built-in protocol of its kind (an abstract one has none). Gives its index. */
size_t fixture_add(struct topology *t, const char *name, enum component_kind kind);
/* Links two components by the requirement "host", "connection", "dependency" or "storage", as TosKer's types do. */
void fixture_link(struct topology *t, const char *from, const char *requirement, const char *to);
void fixture_link_at(struct topology *t, size_t from, const char *requirement, size_t to);
/* Custom protocols: lists of names are separated by blanks. */
void fixture_state(struct protocol *p, const char *name, const char *requires, const char *offers);
void fixture_transition(struct protocol *p, const char *source, const char *target, const char *interface,
                        const char *operation, const char *requires);
void fixture_copy(struct topology *to, const struct topology *from); /* to must be empty */

/* TosKer's running example: api (with a protocol of its own), gui, maven, node, mongodb, dbvolume. */
struct topology *fixture_thinking(void);
extern const char fixture_thinking_up[]; /* a plan that brings it up, blank-separated */

/* Every step of a blank-separated plan. */
void fixture_plan(const char *text, struct plan *ret);
/* A plan as blank-separated text; the caller frees. */
char *fixture_plan_text(const struct plan *p);
void fixture_run(const struct topology *t, struct plan_states *s, const char *text); /* must pass */
void assert_state(const struct topology *t, const struct plan_states *s, const char *component, const char *state);
