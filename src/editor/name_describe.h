// SPDX-License-Identifier: Apache-2.0
/* Names and types in words, as Markdown. Pure. */
#pragma once

#include "editor/names_at.h"

/* What the token at the place is: a name that can stand there, or one that is defined there. NULL when there is nothing
 * to say. The caller frees. */
char *cursor_describe(struct cursor *p);
/* One name in a few lines. The caller frees. */
char *name_describe(struct cursor *p, const struct name *n);
