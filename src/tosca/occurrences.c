// SPDX-License-Identifier: Apache-2.0
/* Reads ranges of occurrences. */
#include "tosca/occurrences.h"

#include "tosca/scalar.h"

static bool read_bound(struct at at, bool upper, int64_t *ret)
{
    if (!at_text(at))
        return false;
    if (upper && str_eq(at_text(at), "UNBOUNDED")) {
        *ret = OCCURRENCES_UNBOUNDED;
        return true;
    }
    struct scalar_read r = scalar_read(at.node);
    *ret = r.integer;
    return r.reads == READS_INTEGER && !r.big && r.integer >= 0;
}

bool occurrences_read(struct tctx *c, struct at at, const char *words, struct occurrences *ret)
{
    *ret = (struct occurrences){1, 1};
    if (at_null(at))
        return false;
    bool ok = false;
    if (at_is(at, Y_SCALAR)) { /* "occurrences: 1", as TosKer's types write it */
        ok = read_bound(at, true, &ret->upper);
        ret->lower = ret->upper == OCCURRENCES_UNBOUNDED ? 0 : ret->upper;
    } else if (at_len(at, Y_SEQ) == 2) {
        ok = read_bound(at_of(at.file, at.node->items[0]), false, &ret->lower) &&
             read_bound(at_of(at.file, at.node->items[1]), true, &ret->upper) && ret->lower <= ret->upper;
    }
    if (!ok && words)
        tosca_error(c, at, "OCCURRENCES",
                    "%s must be a range of two whole numbers from 0 up, as in [1, 1] or [0, UNBOUNDED]", words);
    else if (ok && words && at_is(at, Y_SCALAR))
        tosca_warn(c, at, "OCCURRENCES", "%s should be a range; '%s' is read as both of its bounds", words,
                   at_text(at));
    return ok;
}
