// SPDX-License-Identifier: Apache-2.0
/* Walks folders for YAML files. */
#include "cli/yaml_files.h"

#include <errno.h>

#include "io/file.h"

static bool is_yaml(const char *name)
{
    return str_ends(name, ".yaml") || str_ends(name, ".yml");
}

/* What one folder holds: files to `files`, folders to `folders`. */
static int list_one(const char *folder, struct strv *files, struct strv *folders, struct err *e)
{
    AUTO_STRV struct strv names = {0};
    struct stat st;
    int r = file_list(folder, &names, e);
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        if (names.v[i][0] == '.')
            continue;
        AUTO_FREE char *path = str_eq(folder, ".") ? mem_strdup(names.v[i]) : file_join(folder, names.v[i]);
        if (lstat(path, &st) < 0)
            continue; /* gone meanwhile */
        if (S_ISDIR(st.st_mode))
            strv_add(folders, path);
        else if (S_ISREG(st.st_mode) && is_yaml(path))
            strv_add(files, path);
    }
    return r;
}

int yaml_files(const char *path, struct strv *ret, struct err *e)
{
    AUTO_STRV struct strv folders = {0}, found = {0};
    struct stat st;
    if (stat(path, &st) < 0)
        return err_errno(e, errno, "%s", path);
    if (!S_ISDIR(st.st_mode)) {
        strv_add(ret, path);
        return 0;
    }
    strv_add(&folders, path);
    for (size_t i = 0; i < folders.n; i++) {
        AUTO_FREE char *folder = mem_strdup(folders.v[i]);
        int r = list_one(folder, &found, &folders, e);
        if (r < 0)
            return r;
    }
    strv_sort(&found);
    for (size_t i = 0; i < found.n; i++)
        strv_add(ret, found.v[i]);
    return 0;
}
