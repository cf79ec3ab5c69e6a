// SPDX-License-Identifier: Apache-2.0
/* Label and field selectors: which objects a request is about. Pure. */
#pragma once

#include "base/base.h"

struct select_term;
struct selection {
    struct select_term *labels, *fields;
    size_t n_labels, n_fields;
};
#define AUTO_SELECTION AUTO(selection_done)

/* "app=web,tier in (a,b),!old" and "metadata.name=x,status.phase!=Failed"; either may be NULL: everything.
 * -EINVAL with `e`. */
int selection_parse(const char *labels, const char *fields, struct selection *ret, struct err *e);
bool selection_has(const struct selection *s, const json_t *object);
void selection_done(struct selection *s);
