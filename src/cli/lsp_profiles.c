// SPDX-License-Identifier: Apache-2.0
/* Finds built-in files on disk, or puts copies of them and of fetched ones there. */
#include "cli/lsp_profiles.h"

#include <string.h>

#include "io/file.h"

#define CACHE_FOLDER "sedge/editor-" SEDGE_VERSION

/* The user's cache folder (XDG Base Directory Specification), or NULL. The caller frees. */
static char *cache_folder(void)
{
    const char *given = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (given && given[0] == '/')
        return file_join(given, CACHE_FOLDER);
    return home && home[0] == '/' ? mem_printf("%s/.cache/" CACHE_FOLDER, home) : NULL;
}

static bool says(const char *path, const char *text, size_t len)
{
    AUTO_FREE char *there = NULL;
    size_t n;
    return file_read(path, TEMPLATE_FILE_MAX, &there, &n, NULL) == 0 && n == len && memcmp(there, text, len) == 0;
}

static char *copy_of(const char *path, const char *text, size_t len)
{
    AUTO_FREE char *folder = cache_folder(), *copy = folder ? file_join(folder, path) : NULL;
    AUTO_FREE char *folder_of = mem_strdup(copy);
    struct err e = {0};
    if (!copy)
        return NULL;
    if (says(copy, text, len))
        return take_ptr(copy);
    *strrchr(folder_of, '/') = '\0';
    int r = file_mkdirs(folder_of, 0700, &e);
    if (r == 0)
        r = file_write(copy, text, len, 0444, &e);
    if (r == 0)
        return take_ptr(copy);
    log_warn("keep a copy of '%s': %s", path, err_text(&e));
    return NULL;
}

/* The text of a file with a clean path, or NULL. The caller frees. */
static char *text_of(const struct tosca_source *files, const char *path, size_t *ret_len)
{
    AUTO_FREE char *clean = file_clean_relative(path);
    char *text = NULL;
    if (!clean || !*clean || !str_eq(clean, path) || files->read(files->data, path, &text, ret_len, NULL) < 0)
        return NULL;
    return text;
}

char *lsp_fetched_path(const struct tosca_source *files, const char *path)
{
    size_t len = 0;
    AUTO_FREE char *text = text_of(files, path, &len);
    return text ? copy_of(path, text, len) : NULL;
}

char *lsp_profile_path(const struct lsp *s, const struct tosca_source *profiles, const char *path)
{
    size_t len = 0;
    AUTO_FREE char *installed = s->profiles ? file_join(s->profiles, path) : NULL;
    AUTO_FREE char *text = text_of(profiles, path, &len);
    if (!text)
        return NULL;
    return installed && says(installed, text, len) ? take_ptr(installed) : copy_of(path, text, len);
}

static bool is_inside(const char *folder, const char *path)
{
    return folder && str_starts(path, folder) && path[strlen(folder)] == '/';
}

bool lsp_profile_is(const struct lsp *s, const char *path)
{
    AUTO_FREE char *folder = cache_folder();
    return is_inside(s->profiles, path) || is_inside(folder, path);
}
