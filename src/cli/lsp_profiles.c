// SPDX-License-Identifier: Apache-2.0
/* Finds built-in files on disk, or puts copies there. */
#include "cli/lsp_profiles.h"

#include <string.h>

#include "io/file.h"

#define CACHE_FOLDER "sedge/profiles-" SEDGE_VERSION

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
    struct err e = {0};
    if (!copy)
        return NULL;
    if (says(copy, text, len))
        return take_ptr(copy);
    int r = file_mkdirs(folder, 0700, &e);
    if (r == 0)
        r = file_write(copy, text, len, 0444, &e);
    if (r == 0)
        return take_ptr(copy);
    log_warn("keep a copy of the built-in types: %s", err_text(&e));
    return NULL;
}

char *lsp_profile_path(const struct lsp *s, const struct tosca_source *profiles, const char *path)
{
    AUTO_FREE char *text = NULL, *installed = s->profiles ? file_join(s->profiles, path) : NULL;
    AUTO_FREE char *clean = file_clean_relative(path);
    size_t len = 0;
    if (!clean || !str_eq(clean, path) || profiles->read(profiles->data, path, &text, &len, NULL) < 0)
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
