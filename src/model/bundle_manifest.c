// SPDX-License-Identifier: Apache-2.0
/* Reads, writes and fills manifests of bundles. */
#include "model/bundle_manifest.h"

#include <errno.h>
#include <string.h>

#define PATH_BYTES_MAX 1024
#define MODE_PLAIN     0644
#define MODE_PROGRAM   0755

static int file_compare(const void *a, const void *b)
{
    const struct bundle_file *x = a, *y = b;
    return strcmp(x->path, y->path);
}

/* Index of the first file whose path is not before `path`. */
static size_t file_seek(const struct bundle_manifest *m, const char *path)
{
    size_t low = 0, high = m->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(m->files[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct bundle_file *bundle_manifest_find(const struct bundle_manifest *m, const char *path)
{
    size_t i = file_seek(m, path);
    return i < m->n && str_eq(m->files[i].path, path) ? &m->files[i] : NULL;
}

/* What is wrong with the path, or NULL. */
static const char *path_fault(const char *path)
{
    size_t len = strlen(path);
    if (len == 0)
        return "is empty";
    if (len > PATH_BYTES_MAX)
        return "is longer than 1024 bytes";
    if (!str_is_utf8(path, len))
        return "is not UTF-8";
    for (const char *part = path;; part += strcspn(part, "/") + 1) {
        size_t n = strcspn(part, "/");
        if (n == 0)
            return part == path ? "is absolute" : "has an empty part";
        if (strncmp(part, "..", n) == 0) /* "." too */
            return "has a part '.' or '..'";
        if (part[n] == '\0')
            return NULL;
    }
}

static int file_check(const struct bundle_file *f, struct err *e)
{
    const char *fault = path_fault(f->path);
    if (fault)
        return err_set(e, EINVAL, "bundle: path '%.200s' %s", f->path, fault);
    if (!digest_valid(f->digest))
        return err_set(e, EINVAL, "bundle: '%.200s' has no digest of the form sha256:<64 hex digits>", f->path);
    if (f->size < 0 || f->size > BUNDLE_FILE_BYTES_MAX)
        return err_set(e, EINVAL, "bundle: '%.200s' has a size of %lld bytes; at most %lld are taken", f->path,
                       (long long)f->size, (long long)BUNDLE_FILE_BYTES_MAX);
    if (f->mode != MODE_PLAIN && f->mode != MODE_PROGRAM)
        return err_set(e, EINVAL, "bundle: '%.200s' has mode 0%o; only 0644 and 0755 are taken", f->path, f->mode);
    return 0;
}

/* No file may stand where another needs a folder. */
static int folder_check(const struct bundle_manifest *m, const char *path, struct err *e)
{
    AUTO_FREE char *folder = mem_strdup(path);
    for (char *slash = strrchr(folder, '/'); slash; slash = strrchr(folder, '/')) {
        *slash = '\0';
        if (bundle_manifest_find(m, folder))
            return err_set(e, EINVAL, "bundle: '%.200s' is a file, and the folder of '%.200s'", folder, path);
    }
    AUTO_FREE char *inside = mem_printf("%s/", path);
    size_t i = file_seek(m, inside);
    if (i < m->n && str_starts(m->files[i].path, inside))
        return err_set(e, EINVAL, "bundle: '%.200s' is a file, and the folder of '%.200s'", path, m->files[i].path);
    return 0;
}

static int count_check(size_t n, struct err *e)
{
    return n > BUNDLE_FILES_MAX ? err_set(e, EINVAL, "bundle: more than %d files", BUNDLE_FILES_MAX) : 0;
}

int bundle_manifest_add(struct bundle_manifest *m, const char *path, const char *digest, int64_t size, unsigned mode,
                        struct err *e)
{
    AUTO_FREE char *own = mem_strdup(path);
    struct bundle_file f = {.path = own, .size = size, .mode = mode};
    strncpy(f.digest, digest, sizeof(f.digest) - 1);
    int r = strlen(digest) < sizeof(f.digest) ? file_check(&f, e)
                                              : err_set(e, EINVAL, "bundle: '%.200s' has too long a digest", path);
    if (r == 0 && bundle_manifest_find(m, path))
        r = err_set(e, EEXIST, "bundle: '%.200s' is there twice", path);
    if (r == 0)
        r = folder_check(m, path, e);
    if (r == 0)
        r = count_check(m->n + 1, e);
    if (r < 0)
        return r;
    size_t at = file_seek(m, path);
    m->files = mem_push(m->files, m->n, sizeof(*m->files));
    memmove(&m->files[at + 1], &m->files[at], (m->n - at) * sizeof(*m->files));
    m->files[at] = f;
    m->n++;
    own = NULL;
    return 0;
}

/* Puts one of the manifest's entries behind the others; checked but for its place among them. */
static int entry_read(struct bundle_manifest *m, const char *path, json_t *v, struct err *e)
{
    const json_t *digest = json_object_get(v, "digest"), *mode = json_object_get(v, "mode"),
                 *size = json_object_get(v, "size");
    if (json_object_size(v) != 3 || !json_is_string(digest) || !json_is_integer(mode) || !json_is_integer(size))
        return err_set(e, EINVAL, "bundle: '%.200s' needs exactly digest, mode and size", path);
    int64_t bits = json_integer_value(mode);
    struct bundle_file f = {.path = mem_strdup(path),
                            .size = json_integer_value(size),
                            .mode = bits < 0 || bits > 07777 ? 0 : (unsigned)bits};
    strncpy(f.digest, digest_valid(json_string_value(digest)) ? json_string_value(digest) : "", sizeof(f.digest) - 1);
    m->files = mem_push(m->files, m->n, sizeof(*m->files));
    m->files[m->n++] = f;
    return file_check(&f, e);
}

static int manifest_read(const json_t *v, struct bundle_manifest *m, struct err *e)
{
    json_t *files = json_object_get(v, "files"), *entry;
    const char *path;
    if (json_object_size(v) != 1 || !json_is_object(files))
        return err_set(e, EINVAL, "bundle: the manifest is an object with the one key 'files', an object");
    int r = count_check(json_object_size(files), e);
    if (r < 0)
        return r;
    json_object_foreach(files, path, entry)
    {
        r = entry_read(m, path, entry, e);
        if (r < 0)
            return r;
    }
    if (m->n > 1)
        qsort(m->files, m->n, sizeof(*m->files), file_compare);
    for (size_t i = 0; i < m->n && r == 0; i++)
        r = folder_check(m, m->files[i].path, e);
    return r;
}

int bundle_manifest_parse(const char *text, size_t len, struct bundle_manifest *ret, struct err *e)
{
    *ret = (struct bundle_manifest){0};
    AUTO_JSON json_t *v = json_parse(text, len, e);
    if (!v)
        return err_wrap(e, -EINVAL, "bundle: read the manifest");
    int r = manifest_read(v, ret, e);
    if (r < 0)
        bundle_manifest_done(ret);
    return r;
}

char *bundle_manifest_text(const struct bundle_manifest *m)
{
    json_t *files = json_object();
    AUTO_JSON json_t *v = json_pack("{s:o}", "files", files);
    for (size_t i = 0; i < m->n; i++) {
        const struct bundle_file *f = &m->files[i];
        json_object_set_new(
            files, f->path,
            json_pack("{s:s, s:i, s:I}", "digest", f->digest, "mode", (int)f->mode, "size", (json_int_t)f->size));
    }
    return json_text(v);
}

void bundle_manifest_done(struct bundle_manifest *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->files[i].path);
    free(m->files);
    *m = (struct bundle_manifest){0};
}
