// SPDX-License-Identifier: Apache-2.0
/* A template as the user names it: a file, a folder or a CSAR, opened so that it can be read, checked and bundled. */
#pragma once

#include "cli/template_files.h"
#include "tosca/tosca.h"

#define TEMPLATE_FILE_MAX (16U << 20) /* bytes of one template file */

struct template
{
    char *given;                  /* as the user named it */
    char *entry;                  /* path of the entry template in it */
    char *name;                   /* NULL until asked for: template_name */
    struct template_files files;  /* the user's: all paths of the template are below their root */
    struct file_root definitions; /* the folder of the built-in types, where those of the program are not taken */
    struct tosca_source source, profiles; /* over these two */
    struct map trees;                     /* path -> struct tosca_tree: files that were parsed to find the root */
};

/* Opens what the user named:
 *   a file            a template; the root is its folder, or up to four levels above where it names files with ".."
 *   a folder          with TOSCA-Metadata/TOSCA.meta, or else exactly one .yaml or .yml file
 *   a zip (.csar), or a tar, plain or packed by gzip; within limits
 * 0 with *ret (template_close), or -errno with at least one error in `d` (CSAR, ARTIFACT_MISSING, IO); warnings come
 * also with 0. */
int template_open(const char *path, struct template **ret, struct diags *d);
/* The same, with what the user says about imports from elsewhere; NULL: nothing but by the environment. */
int template_open_with(const char *path, const struct import_options *options, struct template **ret, struct diags *d);
/* A file, with the overlay's texts before those on disk; it need not be on disk, nor need its folder. The path is
 * absolute. Imports by URL come from the cache. */
int template_open_over(const char *path, const struct template_overlay *over, struct template **ret, struct diags *d);
void template_close(struct template *t); /* NULL is fine */
void template_closep(struct template **t);
/* The application's default name: the entry's file name without .yaml, as a DNS label. The template's. */
const char *template_name(struct template *t);

/* What tosca_load and tosca_files take; borrows from `t` and `inputs`. */
struct tosca_options template_options(const struct template *t, json_t *inputs);

/* A path of the template as the user would write it: beside what was given, or the URL that it was fetched from. The
 * caller frees. */
char *template_shown(const struct template *t, const char *path);
/* The whole text of a file that a finding names; builtin: one of the built-in types. 0 (the caller frees) or -errno. */
int template_text(const struct template *t, const char *path, bool builtin, char **ret, size_t *ret_len);
