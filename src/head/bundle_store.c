// SPDX-License-Identifier: Apache-2.0
/* Bundles on the head's disk: taken in when their digests are right, read, and swept away. */
#include "head/bundle_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/io.h"

#define FILE_READ_MAX (16 * 1024 * 1024)
#define HASH_STEP     (256 * 1024)
#define SWEEP_AGE_US  (3600 * US_PER_S)
#define DIGEST_PREFIX "sha256:"

static const char *hex_of(const char *digest)
{
    return digest + strlen(DIGEST_PREFIX);
}

/* <head dir>/<kind>/<hex>; NULL when the digest is none. The caller frees. */
static char *path_of(const char *head_dir, const char *kind, const char *digest)
{
    return digest_valid(digest) ? mem_printf("%s/%s/%s", head_dir, kind, hex_of(digest)) : NULL;
}

static int bad_digest(const char *digest, struct err *e)
{
    return err_set(e, EBADMSG, "'%.100s' is no digest; write it like sha256:<64 hex digits>", digest);
}

/* ---- taking in ---- */

static int hash_file(int fd, char ret[DIGEST_TEXT_SIZE])
{
    AUTO_FREE char *step = mem_alloc(HASH_STEP);
    struct digest d;
    digest_init(&d);
    for (;;) {
        ssize_t n = read(fd, step, HASH_STEP);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        digest_add(&d, step, (size_t)n);
    }
    digest_text(&d, ret);
    return 0;
}

/* Reads it back, holds it against its name and makes it durable. */
static int check_spooled(const char *digest, const char *spooled, struct err *e)
{
    char is[DIGEST_TEXT_SIZE];
    AUTO_CLOSE int fd = open(spooled, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return err_errno(e, errno, "open '%s'", spooled);
    int r = hash_file(fd, is);
    if (r < 0)
        return err_errno(e, -r, "read '%s'", spooled);
    if (!str_eq(is, digest))
        return err_set(e, EBADMSG, "the bytes sent have digest %s, not %s: send them again", is, digest);
    return fchmod(fd, 0600) < 0 || fsync(fd) < 0 ? err_errno(e, errno, "write '%s'", spooled) : 0;
}

int bundle_store_blob(const char *head_dir, const char *digest, const char *spooled, struct err *e)
{
    AUTO_FREE char *path = path_of(head_dir, "blobs", digest);
    AUTO_FREE char *folder = file_join(head_dir, "blobs");
    if (!path)
        return bad_digest(digest, e);
    int r = check_spooled(digest, spooled, e);
    if (r == 0)
        r = file_mkdirs(folder, 0700, e);
    if (r < 0)
        return r;
    if (rename(spooled, path) < 0)
        return err_errno(e, errno, "keep blob %s", digest);
    return file_fsync_dir(folder, e);
}

static bool blob_is_there(const char *head_dir, const struct bundle_file *f)
{
    struct stat st;
    AUTO_FREE char *path = path_of(head_dir, "blobs", f->digest);
    return path && stat(path, &st) == 0 && st.st_size == f->size;
}

static int check_blobs(const char *head_dir, const struct bundle_manifest *m, struct strv *missing, struct err *e)
{
    AUTO_MAP struct map seen = {0};
    for (size_t i = 0; i < m->n; i++) {
        if (map_has(&seen, m->files[i].digest) || blob_is_there(head_dir, &m->files[i]))
            continue;
        map_set(&seen, m->files[i].digest, NULL);
        strv_add(missing, m->files[i].digest);
    }
    return missing->n == 0 ? 0
                           : err_set(e, ENOENT, "%zu of the bundle's blobs are not there: send them first", missing->n);
}

int bundle_store_put(const char *head_dir, const char *digest, const char *text, size_t len, struct strv *missing,
                     struct err *e)
{
    AUTO_FREE char *path = path_of(head_dir, "bundles", digest);
    AUTO_FREE char *folder = file_join(head_dir, "bundles");
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    char is[DIGEST_TEXT_SIZE];
    if (!path)
        return bad_digest(digest, e);
    digest_of(text, len, is);
    if (!str_eq(is, digest))
        return err_set(e, EBADMSG, "the manifest sent has digest %s, not %s: send it again", is, digest);
    int r = bundle_manifest_parse(text, len, &m, e);
    if (r == 0)
        r = check_blobs(head_dir, &m, missing, e);
    if (r == 0)
        r = file_mkdirs(folder, 0700, e);
    return r < 0 ? r : file_write(path, text, len, 0600, e);
}

int bundle_store_open(const char *head_dir, const char *kind, const char *digest, int *ret_fd, struct err *e)
{
    AUTO_FREE char *path = path_of(head_dir, kind, digest);
    if (!path)
        return bad_digest(digest, e);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? err_set(e, ENOENT, "%s \"%s\" not found", kind, digest)
                               : err_errno(e, errno, "open %s \"%s\"", kind, digest);
    *ret_fd = fd;
    return 0;
}

/* ---- one bundle ---- */

struct bundle {
    char *head_dir;
    struct bundle_manifest manifest;
};

int bundle_open(const char *head_dir, const char *digest, struct bundle **ret, struct err *e)
{
    AUTO_CLOSE int fd = -1;
    AUTO_FREE char *text = NULL;
    size_t len;
    int r = bundle_store_open(head_dir, "bundles", digest, &fd, e);
    if (r == 0)
        r = file_read_fd(fd, JSON_MAX_BYTES, &text, &len, e);
    if (r < 0)
        return err_wrap(e, r, "open the bundle");
    struct bundle *b = mem_alloc(sizeof(*b));
    r = bundle_manifest_parse(text, len, &b->manifest, e);
    if (r < 0) {
        free(b);
        return err_wrap(e, r, "read bundle %s", digest);
    }
    b->head_dir = mem_strdup(head_dir);
    *ret = b;
    return 0;
}

void bundle_close(struct bundle *b)
{
    if (!b)
        return;
    bundle_manifest_done(&b->manifest);
    free(b->head_dir);
    free(b);
}

int bundle_read(void *bundle, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    const struct bundle *b = bundle;
    const struct bundle_file *f = bundle_manifest_find(&b->manifest, path);
    AUTO_CLOSE int fd = -1;
    if (!f)
        return err_set(e, ENOENT, "'%s' is not in the bundle", path);
    int r = bundle_store_open(b->head_dir, "blobs", f->digest, &fd, e);
    if (r == 0)
        r = file_read_fd(fd, FILE_READ_MAX, ret, ret_len, e);
    return err_wrap(e, r, "read '%s' of the bundle", path);
}

bool bundle_exists(void *bundle, const char *path)
{
    return bundle_digest_of(bundle, path) != NULL;
}

const char *bundle_digest_of(void *bundle, const char *path)
{
    const struct bundle_file *f = bundle_manifest_find(&((struct bundle *)bundle)->manifest, path);
    return f ? f->digest : NULL;
}

/* ---- sweeping ---- */

/* Removes the files of a folder that are not named in `keep` (by hex) and are old enough. */
static int sweep_folder(const char *folder, const struct map *keep, struct err *e)
{
    AUTO_STRV struct strv names = {0};
    if (!file_exists(folder))
        return 0;
    int r = file_list(folder, &names, e);
    for (size_t i = 0; i < names.n && r == 0; i++) {
        struct stat st;
        AUTO_FREE char *path = file_join(folder, names.v[i]);
        if (map_has(keep, names.v[i]) || stat(path, &st) < 0 ||
            clock_now_us() - (int64_t)st.st_mtime * US_PER_S < SWEEP_AGE_US)
            continue;
        if (unlink(path) < 0 && errno != ENOENT)
            r = err_errno(e, errno, "remove '%s'", path);
    }
    return r;
}

/* Blobs of every bundle that is still there are needed. */
static int add_needed(const char *head_dir, const char *folder, struct map *needed, struct err *e)
{
    AUTO_STRV struct strv names = {0};
    int r = file_exists(folder) ? file_list(folder, &names, e) : 0;
    for (size_t i = 0; i < names.n && r == 0; i++) {
        AUTO_FREE char *digest = mem_printf(DIGEST_PREFIX "%s", names.v[i]);
        struct bundle *b = NULL;
        if (!digest_valid(digest))
            continue;
        r = bundle_open(head_dir, digest, &b, e);
        for (size_t k = 0; r == 0 && k < b->manifest.n; k++)
            map_set(needed, hex_of(b->manifest.files[k].digest), NULL);
        bundle_close(b);
    }
    return r;
}

int bundle_store_sweep(const char *head_dir, const struct strv *keep, struct err *e)
{
    AUTO_FREE char *bundles = file_join(head_dir, "bundles");
    AUTO_FREE char *blobs = file_join(head_dir, "blobs");
    AUTO_MAP struct map kept = {0}, needed = {0};
    for (size_t i = 0; i < keep->n; i++)
        if (digest_valid(keep->v[i]))
            map_set(&kept, hex_of(keep->v[i]), NULL);
    int r = sweep_folder(bundles, &kept, e);
    if (r == 0)
        r = add_needed(head_dir, bundles, &needed, e);
    if (r == 0)
        r = sweep_folder(blobs, &needed, e);
    return err_wrap(e, r, "sweep the bundles");
}
