// SPDX-License-Identifier: Apache-2.0
/* The user's folders of TOSCA profiles: which profile is in which file. */
#pragma once

#include "base/base.h"

#define OWN_PROFILE_FILES_MAX 5000 /* files looked at in a folder */
#define OWN_PROFILE_DEPTH_MAX 8    /* folders below it */

struct own_profile {
    char *name;     /* as its file says: "org.example:1.0" */
    char *path;     /* of the file in its folder */
    char *language; /* its tosca_definitions_version; or NULL */
    size_t folder;  /* by number, in order of precedence */
    const char
        *hidden; /* why it is not taken: the file that is taken instead, or that stands for the same; NULL: it is */
    bool twice;  /* the folder has another file that says it is this profile: neither is taken */
};
struct own_profiles {
    struct strv
        folders;  /* those given, those of $SEDGE_PROFILES (separated by ':'), and $XDG_DATA_HOME/sedge/profiles or
                     ~/.local/share/sedge/profiles; whole paths */
    size_t asked; /* so many of them have to be there: they were asked for */
    struct own_profile *items;
    size_t n;
    bool scanned;
};
/* Only the folders; nothing is read yet. given: may be NULL. */
void own_profiles_open(const struct strv *given, struct own_profiles *ret);
void own_profiles_done(struct own_profiles *p);

/* Reads them, once. A folder with an index.yaml ("profiles: {NAME: path}") has those and no others; else every .yaml or
 * .yml file that says "profile: NAME" at its top is one. 0; -errno with `e`: a folder asked for is not there, or too
 * large. */
int own_profiles_scan(struct own_profiles *p, struct err *e);
/* The one that is taken for the name: 0 with *ret; -ENOENT; -EEXIST with `e` when a folder has two of them. Scans. */
int own_profiles_find(struct own_profiles *p, const char *name, const struct own_profile **ret, struct err *e);
/* Its file as a whole path. The caller frees. */
char *own_profile_file(const struct own_profiles *p, const struct own_profile *one);
