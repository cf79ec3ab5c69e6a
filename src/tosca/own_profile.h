// SPDX-License-Identifier: Apache-2.0
/* The user's own profiles, imported by name (TOSCA 2.0, 6.8). */
#pragma once

#include "tosca/context.h"
#include "tosca/import_url.h"

/* What a bundle or an archive says about the profiles in it: "profiles: {org.example:1.0: 0/shop/profile.yaml}", the
 * paths seen from the folder. One that has such a list has no others. */
#define OWN_PROFILE_INDEX OWN_PROFILE_FOLDER "/index.yaml"

/* The path of the profile in the source, by the list there, or as the source finds it; NULL when there is none (`e`
 * stays empty, `known` gets the names that there are), or with `e`. In the context's memory. */
const char *own_profile_path(struct tctx *c, const char *name, struct map *known, struct err *e);
