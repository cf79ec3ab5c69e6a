// SPDX-License-Identifier: Apache-2.0
/* One face over a folder's files and an archive's members. */
#include "cli/template_files.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "tosca/own_profile.h"

int template_files_folder(const char *folder, size_t max, struct template_files *ret, struct err *e)
{
    *ret = (struct template_files){.folder = mem_strdup(folder), .max = max, .root = {.fd = -1}};
    return file_root_open(folder, max, &ret->root, e);
}

int template_files_archive(int fd, const char *shown, size_t max, struct template_files *ret, struct diags *d)
{
    *ret = (struct template_files){.max = max, .root = {.fd = -1}};
    return csar_open(fd, shown, &ret->archive, d);
}

void template_files_close(struct template_files *f)
{
    if (f->folder)
        file_root_close(&f->root);
    csar_close(f->archive);
    imports_free(f->imports);
    profile_files_free(f->profiles);
    free(f->folder);
    *f = (struct template_files){.root = {.fd = -1}};
}

static bool is_here(struct template_files *f, const char *path)
{
    if (f->archive)
        return csar_find(f->archive, path) != NULL;
    return template_overlay_has(f->over, f->folder, path) || (f->root.fd >= 0 && file_root_exists(&f->root, path));
}

/* Does it stand among the user's profiles, and nowhere nearer? */
static bool is_profile(const struct template_files *f, const char *path)
{
    return str_starts(path, OWN_PROFILE_FOLDER "/") && !is_here((struct template_files *)(uintptr_t)f, path) &&
           profile_files_has(f->profiles, path);
}

/* The text of one that was fetched, borrowed; NULL: it is another. */
static const char *fetched(const struct template_files *f, const char *path, size_t *ret_len)
{
    const char *text = imports_get(f->imports, path, ret_len);
    return text && !is_here((struct template_files *)(uintptr_t)f, path) ? text : NULL;
}

int template_files_read(void *files, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    struct template_files *f = files;
    const char *text = fetched(f, path, ret_len);
    if (text) {
        *ret = mem_grow(NULL, *ret_len + 1, 1);
        memcpy(*ret, text, *ret_len + 1);
        return 0;
    }
    if (is_profile(f, path))
        return profile_files_read(f->profiles, path, f->max, ret, ret_len, e);
    if (f->folder && template_overlay_read(f->over, f->folder, path, ret, ret_len) == 0)
        return 0;
    if (!f->archive && f->root.fd < 0)
        return -ENOENT;
    return f->archive ? csar_read(f->archive, path, f->max, ret, ret_len, e)
                      : file_root_read(&f->root, path, ret, ret_len, e);
}

bool template_files_exists(void *files, const char *path)
{
    struct template_files *f = files;
    size_t len;
    return is_here(f, path) || imports_get(f->imports, path, &len) != NULL || is_profile(f, path);
}

int template_files_fetch(void *files, const struct tosca_remote *what, struct err *e)
{
    struct template_files *f = files;
    return f->imports ? imports_fetch(f->imports, what, e)
                      : err_set(e, ENETUNREACH, "nothing is fetched over the network here");
}

/* What brings a list of its profiles along has those and no others: it runs the same everywhere. */
int template_files_profile(void *files, const char *name, char **ret, struct strv *known, struct err *e)
{
    struct template_files *f = files;
    if (!f->profiles || is_here(f, OWN_PROFILE_INDEX))
        return -ENOENT;
    return profile_files_find(f->profiles, name, ret, known, e);
}

/* A script that came without a mode is to be run when it says by what. */
static int fetched_fd(const char *path, const char *text, size_t len, mode_t *ret_mode, struct err *e)
{
    AUTO_CLOSE int fd = memfd_create("sedge-import", MFD_CLOEXEC);
    int r = fd < 0 ? -errno : file_write_fd(fd, text, len);
    if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
        r = -errno;
    *ret_mode = str_starts(text, "#!") ? 0755 : 0644;
    return r < 0 ? err_errno(e, -r, "lay out '%s'", path) : take_fd(&fd);
}

static int member_fd(const struct template_files *f, const char *path, mode_t *ret_mode, struct err *e)
{
    const struct csar_member *m = csar_find(f->archive, path);
    *ret_mode = m && m->runs ? 0755 : 0644;
    return csar_fd(f->archive, path, e);
}

int template_files_fd(const struct template_files *f, const char *path, mode_t *ret_mode, struct err *e)
{
    struct stat st;
    size_t len;
    const char *text = fetched(f, path, &len);
    if (text)
        return fetched_fd(path, text, len, ret_mode, e);
    if (is_profile(f, path))
        return profile_files_fd(f->profiles, path, ret_mode, e);
    if (f->archive)
        return member_fd(f, path, ret_mode, e);
    AUTO_CLOSE int fd = file_root_fd(&f->root, path, e);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return err_errno(e, errno, "look at '%s'", path);
    if (S_ISDIR(st.st_mode))
        return err_set(e, EISDIR, "'%s' is a folder", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, EINVAL, "'%s' is neither a file nor a folder", path);
    *ret_mode = st.st_mode & 0111 ? 0755 : 0644;
    return take_fd(&fd);
}

static void list_members(const struct template_files *f, const char *path, struct strv *ret)
{
    const struct csar_member *all;
    size_t n = csar_members(f->archive, &all), skip = *path ? strlen(path) + 1 : 0;
    for (size_t i = 0; i < n; i++) {
        const char *member = all[i].path;
        bool inside = !*path || (strncmp(member, path, skip - 1) == 0 && member[skip - 1] == '/');
        if (inside && !strchr(member + skip, '/'))
            strv_add(ret, member + skip);
    }
}

int template_files_list(const struct template_files *f, const char *path, struct strv *ret, struct err *e)
{
    if (is_profile(f, path))
        return profile_files_list(f->profiles, path, ret, e);
    if (f->archive) {
        list_members(f, path, ret);
        return 0;
    }
    AUTO_FREE char *folder = file_join(f->folder, path);
    AUTO_STRV struct strv names = {0};
    int r = file_list(*path ? folder : f->folder, &names, e);
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        AUTO_FREE char *inside = file_join(*path ? folder : f->folder, names.v[i]);
        struct stat st;
        if (lstat(inside, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
            strv_add(ret, names.v[i]);
    }
    return r;
}
