// SPDX-License-Identifier: Apache-2.0
/* Where the name at a place is defined. Pure. */
#pragma once

#include "editor/names_at.h"

struct definition {
    bool here; /* in the document itself: bytes from..to */
    size_t from, to;
    const char *file; /* else: path in the source or, `builtin`, in the profiles */
    bool builtin;
    int line, col; /* as the YAML reader counts; 0: the file as a whole */
    size_t bytes;  /* of the name there */
};

/* Of a type, a declaration, a template, an input, a script or an imported file. False: there is none. Lives as long as
 * the place and its world. */
bool definition_of(struct cursor *p, struct definition *ret);
