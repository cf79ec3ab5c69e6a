// SPDX-License-Identifier: Apache-2.0
// A template in memory with a cursor in it ("|"), and what an editor asks there.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "editor/names_at.h"

struct editor {
    struct map files; // path -> text; the entry is "app.yaml"
    struct tosca_source source, profiles;
    struct tosca_options options;
    struct world world;
    struct cursor cursor;
};

// text: the document, with "|" where the cursor is. typing: as completion looks, with a mark put in there. good: the
// text that files and types are read from; NULL: the document without "|", mended.
void editor_open(struct editor *x, const char *text, bool typing, const char *good);
// Before editor_open: a file beside the document.
void editor_start(struct editor *x);
void editor_file(struct editor *x, const char *path, const char *text);
void editor_stop(struct editor *x);

// The labels that can stand at "|", as "a b c"; the caller frees.
char *editor_names(const char *text, const char *good);
// Does it list that word?
bool editor_lists(const char *names, const char *word);
