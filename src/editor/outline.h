// SPDX-License-Identifier: Apache-2.0
/* The outline of a template: sections, and what each defines. Pure. */
#pragma once

#include "editor/cursor.h"

enum { OUTLINE_DEPTH_MAX = 6 };

/* Kinds of symbols (LSP 3.17, "SymbolKind"). */
enum outline_kind {
    OUTLINE_MODULE = 2,
    OUTLINE_NAMESPACE = 3,
    OUTLINE_CLASS = 5,
    OUTLINE_METHOD = 6,
    OUTLINE_PROPERTY = 7,
    OUTLINE_FIELD = 8,
    OUTLINE_INTERFACE = 11,
    OUTLINE_FUNCTION = 12,
    OUTLINE_VARIABLE = 13,
    OUTLINE_CONSTANT = 14,
    OUTLINE_OBJECT = 19,
    OUTLINE_EVENT = 24,
    OUTLINE_STRUCT = 23,
};

/* `walk` is called for each symbol before what is inside of it; depth 0: a section of the file. */
struct outline_symbol {
    const char *name, *detail; /* detail: its type, or "" */
    enum outline_kind kind;
    size_t from, to;         /* all of it */
    size_t key_from, key_to; /* its name */
    unsigned depth;
};
void outline_walk(const char *text, size_t len, void (*walk)(void *data, const struct outline_symbol *x), void *data);
