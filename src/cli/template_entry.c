// SPDX-License-Identifier: Apache-2.0
/* Finds the entry template by TOSCA.meta, or as the only YAML file. */
#include "cli/template_entry.h"

#include <errno.h>
#include <string.h>

#include "io/file.h"
#include "tosca/meta_file.h"

#define META_FILE "TOSCA.meta"

static int entry_by_meta(struct template_files *files, const char *meta, const char *shown, char **ret, struct diags *d)
{
    AUTO_FREE char *text = NULL, *where = file_join(shown, meta);
    AUTO(meta_file_done)
    struct meta_file says = {0};
    size_t len;
    struct err e = {0};
    int r = template_files_read(files, meta, &text, &len, &e);
    if (r < 0) {
        diags_add(d, DIAG_ERROR, "IO", where, 1, 1, "read '%s': %s", where, err_text(&e));
        return r;
    }
    r = meta_file_read(text, len, where, &says, d);
    if (r < 0)
        return r;
    AUTO_FREE char *clean = file_clean_relative(says.entry);
    if (!clean || !*clean || !template_files_exists(files, clean)) {
        diags_add(d, DIAG_ERROR, "CSAR", where, 1, 1, "Entry-Definitions names '%s', which is not there", says.entry);
        return -EBADMSG;
    }
    *ret = take_ptr(clean);
    return 0;
}

static bool is_yaml_name(const char *name)
{
    return name[0] != '.' && (str_ends(name, ".yaml") || str_ends(name, ".yml"));
}

/* The value at a path of two keys (the second may be NULL) of a YAML file: is it there, and not null? */
static bool file_has(struct template_files *files, const char *path, const char *key, const char *below)
{
    AUTO_FREE char *text = NULL;
    size_t len;
    struct ydoc doc = {0};
    struct yfault fault;
    bool has = false;
    if (template_files_read(files, path, &text, &len, NULL) == 0 &&
        yaml_read(text, len, &ylimits_default, &doc, &fault) == 0 && doc.root && doc.root->kind == Y_MAP) {
        const struct ynode *n = ynode_get(doc.root, key);
        if (n && below)
            n = n->kind == Y_MAP ? ynode_get(n, below) : NULL;
        has = n && !ynode_is_null(n);
    }
    ydoc_done(&doc);
    return has;
}

/* Several YAML files in a folder: the one with a topology, when there is one only. */
static void keep_topologies(struct template_files *files, struct strv *names)
{
    AUTO_STRV struct strv kept = {0};
    for (size_t i = 0; names->n > 1 && i < names->n; i++)
        if (file_has(files, names->v[i], "topology_template", NULL) ||
            file_has(files, names->v[i], "service_template", NULL))
            strv_add(&kept, names->v[i]);
    if (kept.n == 1)
        strv_copy(names, &kept);
}

/* An archive without TOSCA.meta says in its template what TOSCA.meta would. TOSCA 2.0 (17.3) does not ask for that. */
static bool names_itself(struct template_files *files, const char *path)
{
    static const char *const keys[] = {"template_name", "template_version"};
    if (file_has(files, path, "service_template", NULL))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (!file_has(files, path, "metadata", keys[i]) && !file_has(files, path, keys[i], NULL))
            return false;
    return true;
}

static int entry_alone(struct template_files *files, const char *shown, char **ret, struct diags *d)
{
    bool archive = files->archive != NULL;
    AUTO_STRV struct strv all = {0}, names = {0};
    struct err e = {0};
    int r = template_files_list(files, "", &all, &e);
    if (r < 0) {
        diags_add(d, DIAG_ERROR, "IO", shown, 1, 1, "%s", err_text(&e));
        return r;
    }
    for (size_t i = 0; i < all.n; i++)
        if (is_yaml_name(all.v[i]))
            strv_add(&names, all.v[i]);
    if (!archive)
        keep_topologies(files, &names);
    AUTO_FREE char *list = names.n ? strv_join(&names, ", ") : NULL;
    if (names.n == 1 && (!archive || names_itself(files, names.v[0]))) {
        *ret = mem_strdup(names.v[0]);
        return 0;
    }
    if (names.n == 1)
        diags_add(d, DIAG_ERROR, "CSAR", shown, 1, 1,
                  "'%s' has no " META_FILE
                  ": then its template '%s' needs metadata with template_name and template_version",
                  shown, list);
    else if (names.n == 0)
        diags_add(d, DIAG_ERROR, "CSAR", shown, 1, 1,
                  "'%s' has neither " META_FILE " nor a .yaml file beside it: there is no template in it", shown);
    else
        diags_add(d, DIAG_ERROR, "CSAR", shown, 1, 1, "'%s' has several templates (%.300s)%s", shown, list,
                  archive ? " and no " META_FILE " that says which one it is" : ": name the file");
    return -EBADMSG;
}

int template_entry_find(struct template_files *files, const char *shown, char **ret, struct diags *d)
{
    const char *meta = NULL;
    for (const char *const *place = meta_file_places; *place; place++) {
        if (!template_files_exists(files, *place))
            continue;
        if (meta) {
            diags_add(d, DIAG_ERROR, "CSAR", shown, 1, 1, "'%s' has both %s and %s; one has to go", shown, meta,
                      *place);
            return -EBADMSG;
        }
        meta = *place;
    }
    return meta ? entry_by_meta(files, meta, shown, ret, d) : entry_alone(files, shown, ret, d);
}
