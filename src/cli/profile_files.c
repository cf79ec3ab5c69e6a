// SPDX-License-Identifier: Apache-2.0
/* Paths below TOSCA-Profiles/ as files of the user's folders. */
#include "cli/profile_files.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "io/file_root.h"
#include "tosca/own_profile.h"

#define FILE_MAX_BYTES (16U << 20)

struct profile_files {
    struct own_profiles all;
    struct file_root *roots; /* one a folder; fd -1: not opened yet, or not there */
    struct map used;         /* name -> path below TOSCA-Profiles, owned */
};

struct profile_files *profile_files_new(const struct strv *given)
{
    struct profile_files *f = mem_alloc(sizeof(*f));
    own_profiles_open(given, &f->all);
    f->roots = mem_array(f->all.folders.n + 1, sizeof(*f->roots));
    for (size_t i = 0; i < f->all.folders.n; i++)
        f->roots[i].fd = -1;
    map_init(&f->used, free);
    return f;
}

void profile_files_free(struct profile_files *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->all.folders.n; i++)
        file_root_close(&f->roots[i]);
    free(f->roots);
    map_done(&f->used);
    own_profiles_done(&f->all);
    free(f);
}

int profile_files_find(struct profile_files *f, const char *name, char **ret, struct strv *known, struct err *e)
{
    const struct own_profile *one = NULL;
    int r = own_profiles_find(&f->all, name, &one, e);
    for (size_t i = 0; i < f->all.n; i++)
        strv_add(known, f->all.items[i].name);
    if (r == 0 && f->roots[one->folder].fd < 0)
        r = file_root_open(f->all.folders.v[one->folder], FILE_MAX_BYTES, &f->roots[one->folder], e);
    if (r < 0)
        return r;
    map_set(&f->used, name, mem_printf("%zu/%s", one->folder, one->path));
    *ret = mem_printf(OWN_PROFILE_FOLDER "/%zu/%s", one->folder, one->path);
    return 0;
}

/* The root that a path leads into, with the rest of it; NULL: none. */
static const struct file_root *root_of(const struct profile_files *f, const char *path, const char **ret_rest)
{
    size_t mount = f ? import_mount(path) : 0, skip = strlen(OWN_PROFILE_FOLDER "/");
    int64_t i;
    if (!mount || !str_starts(path, OWN_PROFILE_FOLDER "/"))
        return NULL;
    AUTO_FREE char *number = mem_strndup(path + skip, mount - skip - 1);
    if (!str_to_i64(number, 0, (int64_t)f->all.folders.n - 1, &i) || f->roots[i].fd < 0)
        return NULL;
    *ret_rest = path + mount;
    return &f->roots[i];
}

/* The list of what was asked for, by name; NULL where nothing was. The caller frees. */
static char *index_text(const struct profile_files *f)
{
    AUTO_STRV struct strv names = {0};
    if (!f || !f->used.n)
        return NULL;
    for (size_t i = 0; i < f->used.n; i++)
        strv_add(&names, f->used.items[i].key);
    strv_sort(&names);
    AUTO_JSON json_t *v = json_object();
    json_t *list = json_object();
    json_object_set_new(v, "profiles", list);
    for (size_t i = 0; i < names.n; i++)
        json_put_str(list, names.v[i], map_get(&f->used, names.v[i]));
    return json_to_yaml(v);
}

bool profile_files_has(const struct profile_files *f, const char *path)
{
    const char *rest;
    if (str_eq(path, OWN_PROFILE_INDEX))
        return f && f->used.n > 0;
    const struct file_root *root = root_of(f, path, &rest);
    return root && file_root_exists((void *)(uintptr_t)root, rest);
}

int profile_files_read(const struct profile_files *f, const char *path, size_t max, char **ret, size_t *ret_len,
                       struct err *e)
{
    const char *rest;
    if (str_eq(path, OWN_PROFILE_INDEX)) {
        *ret = index_text(f);
        *ret_len = *ret ? strlen(*ret) : 0;
        return *ret ? 0 : -ENOENT;
    }
    const struct file_root *root = root_of(f, path, &rest);
    return root ? file_root_read((void *)(uintptr_t)root, rest, ret, ret_len, e) : -ENOENT;
}

static int index_fd(const struct profile_files *f, struct err *e)
{
    AUTO_FREE char *text = index_text(f);
    AUTO_CLOSE int fd = memfd_create("sedge-profiles", MFD_CLOEXEC);
    int r = !text ? -ENOENT : fd < 0 ? -errno : file_write_fd(fd, text, strlen(text));
    if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
        r = -errno;
    return r < 0 ? err_errno(e, -r, "lay out " OWN_PROFILE_INDEX) : take_fd(&fd);
}

int profile_files_fd(const struct profile_files *f, const char *path, mode_t *ret_mode, struct err *e)
{
    struct stat st;
    const char *rest;
    *ret_mode = 0644;
    if (str_eq(path, OWN_PROFILE_INDEX))
        return index_fd(f, e);
    const struct file_root *root = root_of(f, path, &rest);
    if (!root)
        return err_set(e, ENOENT, "'%s' is not there", path);
    AUTO_CLOSE int fd = file_root_fd(root, rest, e);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return err_errno(e, errno, "look at '%s'", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, S_ISDIR(st.st_mode) ? EISDIR : EINVAL, "'%s' is no file", path);
    *ret_mode = st.st_mode & 0111 ? 0755 : 0644;
    return take_fd(&fd);
}

char *profile_files_place(const struct profile_files *f, const char *path)
{
    const char *rest;
    const struct file_root *root = root_of(f, path, &rest);
    return root ? file_join(f->all.folders.v[root - f->roots], rest) : NULL;
}

int profile_files_list(const struct profile_files *f, const char *path, struct strv *ret, struct err *e)
{
    AUTO_FREE char *place = profile_files_place(f, path);
    AUTO_STRV struct strv names = {0};
    int r = place ? file_list(place, &names, e) : err_set(e, ENOENT, "'%s' is not there", path);
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        AUTO_FREE char *inside = file_join(place, names.v[i]);
        struct stat st;
        if (lstat(inside, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
            strv_add(ret, names.v[i]);
    }
    return r;
}
