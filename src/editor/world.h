// SPDX-License-Identifier: Apache-2.0
/* A template's files and types, kept open so that an editor can ask of them again and again. Pure: it reads through the
 * options' sources alone. */
#pragma once

#include "tosca/context.h"
#include "tosca/member.h"

struct world {
    struct tctx c;
    struct diags told; /* faults met on the way: others tell them */
};

/* Reads the entry and all that it imports. The options, and what they point at, have to outlive the world. */
void world_open(struct world *w, const struct tosca_options *options);
void world_done(struct world *w);
/* The budget of work is for one question: call it before each. */
void world_rest(struct world *w);
/* A file of the user by its path, or NULL; the built-in ones have other paths. */
struct tfile *world_file(const struct world *w, const char *path);
/* Gives each type of the kind that the file sees, under the name by which it sees it; primitives have a type without
 * place. Short names of built-in types are left out. */
void world_types(struct world *w, struct tfile *f, enum type_kind kind,
                 void (*give)(void *data, const char *name, struct ttype *type), void *data);
/* Keys of a section of the profiles' index ("imports", "imports_2", "profiles"), or NULL. */
const struct ynode *world_index(const struct world *w, const char *section);
