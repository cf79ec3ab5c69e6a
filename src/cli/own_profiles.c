// SPDX-License-Identifier: Apache-2.0
/* Scans folders for profiles. */
#include "cli/own_profiles.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "io/file.h"

#define FILE_MAX_BYTES (8U << 20)
#define INDEX          "index.yaml"

/* ---- the folders ---- */

static void add_folder(struct own_profiles *p, const char *folder)
{
    AUTO_FREE char *real = realpath(folder, NULL);
    const char *path = real ? real : folder;
    if (!strv_has(&p->folders, path))
        strv_add(&p->folders, path);
}

void own_profiles_open(const struct strv *given, struct own_profiles *ret)
{
    AUTO_STRV struct strv parts = {0};
    const char *named = getenv("SEDGE_PROFILES"), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    *ret = (struct own_profiles){0};
    for (size_t i = 0; given && i < given->n; i++)
        add_folder(ret, given->v[i]);
    if (named)
        strv_split(&parts, named, ":");
    for (size_t i = 0; i < parts.n; i++)
        add_folder(ret, parts.v[i]);
    ret->asked = ret->folders.n;
    bool own_data = !str_empty(data) && data[0] == '/';
    AUTO_FREE char *last = own_data           ? file_join(data, "sedge/profiles")
                           : !str_empty(home) ? file_join(home, ".local/share/sedge/profiles")
                                              : NULL;
    if (last)
        add_folder(ret, last);
}

void own_profiles_done(struct own_profiles *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->items[i].name);
        free(p->items[i].path);
        free(p->items[i].language);
    }
    free(p->items);
    strv_done(&p->folders);
    *p = (struct own_profiles){0};
}

/* ---- one file ---- */

static void add_profile(struct own_profiles *p, size_t folder, const char *name, const char *path, const char *language)
{
    p->items = mem_push(p->items, p->n, sizeof(*p->items));
    p->items[p->n++] = (struct own_profile){
        .name = mem_strdup(name), .path = mem_strdup(path), .language = mem_strdup(language), .folder = folder};
}

static const char *word_at(const struct ydoc *doc, const char *key)
{
    const struct ynode *n = doc->root && doc->root->kind == Y_MAP ? ynode_get(doc->root, key) : NULL;
    return n && n->kind == Y_SCALAR && !ynode_is_null(n) ? n->text : NULL;
}

/* Parsed only when a line of it may say what profile it is. */
static void look_into(struct own_profiles *p, size_t folder, const char *path)
{
    AUTO_FREE char *whole = file_join(p->folders.v[folder], path), *text = NULL;
    size_t len;
    struct ydoc doc = {0};
    struct yfault fault;
    if (file_read(whole, FILE_MAX_BYTES, &text, &len, NULL) < 0 || !memmem(text, len, "profile", strlen("profile")))
        return;
    if (yaml_read(text, len, &ylimits_default, &doc, &fault) == 0 && word_at(&doc, "profile"))
        add_profile(p, folder, word_at(&doc, "profile"), path, word_at(&doc, "tosca_definitions_version"));
    ydoc_done(&doc);
}

/* ---- a folder ---- */

/* True when it has one: then it is all that the folder has. */
static bool take_index(struct own_profiles *p, size_t folder)
{
    AUTO_FREE char *whole = file_join(p->folders.v[folder], INDEX), *text = NULL;
    size_t len;
    struct ydoc doc = {0};
    struct yfault fault;
    if (file_read(whole, FILE_MAX_BYTES, &text, &len, NULL) < 0)
        return false;
    bool ok = yaml_read(text, len, &ylimits_default, &doc, &fault) == 0 && doc.root && doc.root->kind == Y_MAP;
    const struct ynode *list = ok ? ynode_get(doc.root, "profiles") : NULL;
    bool is_index = list && list->kind == Y_MAP;
    for (size_t i = 0; is_index && i < list->n && i < OWN_PROFILE_FILES_MAX; i++) {
        const struct ypair *pair = &list->pairs[i];
        AUTO_FREE char *path = pair->value->kind == Y_SCALAR ? file_clean_relative(pair->value->text) : NULL;
        if (pair->key->kind == Y_SCALAR && !str_empty(path))
            add_profile(p, folder, pair->key->text, path, NULL);
    }
    ydoc_done(&doc);
    return is_index;
}

/* What stands at a path: a file to look into, or a folder whose names are put on the list. False: too many. */
static bool visit(struct own_profiles *p, size_t folder, const char *path, struct strv *waiting, size_t *files)
{
    AUTO_FREE char *whole = file_join(p->folders.v[folder], path);
    AUTO_STRV struct strv names = {0};
    struct stat st;
    size_t depth = *path != '\0';
    for (const char *s = path; *s; s++)
        depth += *s == '/';
    if (lstat(whole, &st) < 0)
        return true;
    if (S_ISREG(st.st_mode) && (str_ends(path, ".yaml") || str_ends(path, ".yml"))) {
        look_into(p, folder, path);
        return ++*files <= OWN_PROFILE_FILES_MAX;
    }
    if (!S_ISDIR(st.st_mode) || depth > OWN_PROFILE_DEPTH_MAX || file_list(whole, &names, NULL) < 0)
        return true;
    for (size_t i = 0; i < names.n; i++)
        if (names.v[i][0] != '.')
            strv_take(waiting, *path ? file_join(path, names.v[i]) : mem_strdup(names.v[i]));
    return waiting->n <= 4UL * OWN_PROFILE_FILES_MAX;
}

static int scan_folder(struct own_profiles *p, size_t folder, struct err *e)
{
    AUTO_STRV struct strv waiting = {0};
    struct stat st;
    size_t files = 0;
    const char *root = p->folders.v[folder];
    if (stat(root, &st) < 0 || !S_ISDIR(st.st_mode))
        return folder < p->asked ? err_set(e, ENOENT, "the folder of profiles '%s' is not there", root) : 0;
    if (take_index(p, folder))
        return 0;
    strv_add(&waiting, "");
    for (size_t i = 0; i < waiting.n; i++) {
        AUTO_FREE char *path = mem_strdup(waiting.v[i]); /* the list may move */
        if (!visit(p, folder, path, &waiting, &files))
            return err_set(e, EFBIG, "the folder of profiles '%s' holds more than %d files; give it an index.yaml",
                           root, OWN_PROFILE_FILES_MAX);
    }
    return 0;
}

/* ---- all of them ---- */

/* Which of those that bear one name is taken: the first folder's, when it has one only. */
static void settle(struct own_profiles *p)
{
    for (size_t i = 0; i < p->n; i++) {
        struct own_profile *one = &p->items[i];
        for (size_t k = 0; k < p->n; k++) {
            const struct own_profile *other = &p->items[k];
            if (k == i || !str_eq(one->name, other->name))
                continue;
            one->twice = one->twice || other->folder == one->folder;
            if (!one->hidden && other->folder <= one->folder)
                one->hidden = other->path;
        }
    }
}

int own_profiles_scan(struct own_profiles *p, struct err *e)
{
    for (size_t i = 0; !p->scanned && i < p->folders.n; i++) {
        int r = scan_folder(p, i, e);
        if (r < 0)
            return r;
    }
    if (!p->scanned)
        settle(p);
    p->scanned = true;
    return 0;
}

int own_profiles_find(struct own_profiles *p, const char *name, const struct own_profile **ret, struct err *e)
{
    int r = own_profiles_scan(p, e);
    for (size_t i = 0; r == 0 && i < p->n; i++) {
        const struct own_profile *one = &p->items[i];
        if (!str_eq(one->name, name))
            continue;
        if (one->twice)
            return err_set(e, EEXIST, "two files of '%s' say that they are it: %s and %s", p->folders.v[one->folder],
                           one->path, one->hidden);
        *ret = one; /* folders come in order */
        return 0;
    }
    return r < 0 ? r : -ENOENT;
}

char *own_profile_file(const struct own_profiles *p, const struct own_profile *one)
{
    return file_join(p->folders.v[one->folder], one->path);
}
