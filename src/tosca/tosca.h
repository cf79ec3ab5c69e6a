// SPDX-License-Identifier: Apache-2.0
/* From a TOSCA template's text to a checked topology: no files, no network, text in and a topology or located errors out. */
#pragma once

#include "base/base.h"
#include "model/topology.h"

/* A file of the network that a template names. */
struct tosca_remote {
    const char *url;        /* http or https */
    const char *path;       /* under which it is read once it is there (import_url.h) */
    const char *credential; /* one header line with what its repository wants to see; NULL: nothing */
    bool artifact;          /* no import: a file beside one, which may not be there */
};

/* Where the text of imports and artifacts comes from. Paths are relative to the bundle's root, '/'-separated, never with ".." left in. */
struct tosca_source {
    /* The whole text of a file: 0 with *ret (the caller frees) and *ret_len; -ENOENT when it is not there; other -errno with `e`. */
    int (*read)(void *data, const char *path, char **ret, size_t *ret_len, struct err *e);
    /* Is there such a file? (artifacts, scripts) */
    bool (*exists)(void *data, const char *path);
    void *data;
    /* Brings such a file when it does not exist yet: 0, and it can be read; 1 with `e`: the same, but it is an old copy, and
     * `e` says why; -ENOENT or another -errno with `e`. NULL: there is no network. */
    int (*fetch)(void *data, const struct tosca_remote *what, struct err *e);
    /* The path of the user's own profile of that name, which can be read then (own_profile.h): 0 with *ret (the caller
     * frees); -ENOENT, with the names that there are added to `known`; another -errno with `e`. NULL: there are none but
     * those that the files bring along. */
    int (*profile)(void *data, const char *name, char **ret, struct strv *known, struct err *e);
};

/* The built-in type definitions as they were when sedge was built: "index.yaml" names them, see profiles/. It has no such
 * file where the build could not run what it made (profile_pack.h). */
extern const struct tosca_source tosca_profiles;

enum diag_level { DIAG_ERROR, DIAG_WARNING };

/* A definition that a finding clashes with. */
struct diag_place {
    char *file; /* NULL: there is none */
    int line, col;
    bool builtin; /* a file of the profiles */
    char *text;   /* "property 'port' is defined here" */
};

/* One finding. `code` is a stable word in capitals with a row in diag_codes.h (YAML_SYNTAX, UNKNOWN_TYPE, ...). Columns
 * count characters, from 1. */
struct diag {
    enum diag_level level;
    const char *code; /* static */
    char *file;
    int line, col;
    bool builtin; /* the file is one of the profiles */
    char *text;   /* a suggestion stands in it as ", did you mean 'x'?" */
    struct diag_place related;
};
#define DIAG_ERRORS_MAX 200
struct diags {
    struct diag *items; /* in the order found; at most 200 errors, then one that says so (TOO_MANY) */
    size_t n, errors;
    bool fresh; /* the last one told is the last item: it was not there before */
    struct strv secrets; /* texts of the files that may not be shown with them: tokens of credentials */
};
void diags_done(struct diags *d);
/* Adds one, unless it is there already or there are too many. `code` must be static. */
__attribute__((format(printf, 7, 8))) void diags_add(struct diags *d, enum diag_level level, const char *code, const char *file, int line,
                                                     int col, const char *fmt, ...);
/* Orders them by file (the entry's first), line and column; TOO_MANY stays last. */
void diags_sort(struct diags *d, const char *entry);
/* Makes errors of all warnings. */
void diags_strict(struct diags *d);
/* "file:line:col: text" of one. The caller frees. */
char *diag_line(const struct diag *d);

/* A file of the source, parsed. */
struct tosca_tree {
    struct ydoc doc;
    size_t bytes; /* of its text */
    bool changed; /* while it was read (TOSCA 2.0): good to look at, not to be read again */
};
void tosca_tree_free(void *tree); /* NULL is fine */

struct tosca_options {
    const char *entry;   /* path of the template in the source */
    json_t *inputs;      /* object: what the user gave; borrowed; may be NULL */
    bool inputs_missing_ok; /* validate without inputs: a required input without value is no error and reads as an unknown */
    bool detail;            /* fill component.detail: what only people ask for */
    const struct tosca_source *source;   /* the user's files */
    struct map *trees;                   /* path -> struct tosca_tree: what tosca_read got from this very source just before; each is
                                          * taken in place of the file's text, once. NULL: none */
    const struct tosca_source *profiles; /* the built-in type definitions: tosca_profiles, or another such set; NULL: none */
};

/* Reads, resolves and checks a template. 0 with *ret (topology_free), or -EINVAL with at least one error in `d`.
 * `d` also gets warnings. Never reads but through the sources; bounded in time and memory for any input. */
int tosca_load(const struct tosca_options *options, struct topology **ret, struct diags *d);

/* Every file that the template names (templates, imports, scripts, artifacts, dependencies) that exists in the source, entry first: what a bundle has to carry.
 * Works as far as the files can be read even when the template has errors. */
int tosca_files(const struct tosca_options *options, struct strv *ret, struct diags *d);

/* Only reads the template and what it imports, all through the source: nothing is checked. Its user's files that are YAML go into `ret`,
 * path -> struct tosca_tree. */
void tosca_read(const struct tosca_options *options, struct diags *d, struct map *ret);

/* What a run-time call may ask for. Gives a new value that the caller owns, or NULL when it is not known (yet). */
struct tosca_runtime {
    json_t *(*attribute)(void *data, const char *component, const char *name);
    /* What the operation put out last; the entity is a component: an operation of its relationships is meant where it
     * has none of that name itself. May be NULL. */
    json_t *(*operation_output)(void *data, const char *component, const char *interface, const char *operation, const char *output);
    /* Of a part of the component, {"capability": name} or {"requirement": name, "index": i}. May be NULL, and may give NULL: then the component's own
     * attribute of that name stands in for a capability's. */
    json_t *(*part_attribute)(void *data, const char *component, const json_t *part, const char *name);
    void *data;
};
/* Carries out the run-time calls in `value`: a new value; NULL with `e` naming the attribute that is not known yet. The caller owns it. */
json_t *tosca_eval(const json_t *value, const struct tosca_runtime *rt, struct err *e);
