// SPDX-License-Identifier: Apache-2.0
// A bundle in memory, the profiles of the tree, and what one run over them gave.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tosca/tosca.h"

// Files are given by bed_file; the entry is "app.yaml".
struct bed {
    struct map files; // path -> text
    json_t *inputs;   // what the user gives; NULL: nothing
    bool missing_ok;
    struct topology *topology;
    struct diags diags;
    int result;
};

void bed_start(struct bed *b);
void bed_file(struct bed *b, const char *path, const char *text);
// Loads; frees what an earlier run gave.
void bed_run(struct bed *b);
void bed_files(struct bed *b, struct strv *ret);
void bed_stop(struct bed *b);

// One file and one run: it must pass. The caller stops the bed.
void bed_takes(struct bed *b, const char *text);
// One file and one run: refused, with one error only, of that code and line, whose text holds `part`.
void bed_refuses(const char *text, const char *code, int line, const char *part);
// The errors of that code in the last run.
size_t bed_count(const struct bed *b, const char *code);
void bed_must_warn(const struct bed *b, const char *code, const char *part);

const struct component *bed_component(const struct bed *b, const char *name);
// The property as JSON text; the caller frees.
char *bed_property(const struct bed *b, const char *component, const char *name);
char *bed_output(const struct bed *b, const char *name);
