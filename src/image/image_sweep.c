// SPDX-License-Identifier: Apache-2.0
/* Takes out of the store what nobody needs: half-made things of helpers that died, and layers and documents of images
 * that went. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "image/image_manifest.h"
#include "image/image_record.h"
#include "io/file.h"

#define PARTIAL_DAYS 7

/* Every entry of folder/sub for which `goes` says so. */
static int remove_entries(const char *folder, const char *sub,
                          bool (*goes)(const char *path, const char *name, void *data), void *data, struct err *e)
{
    AUTO_FREE char *dir = file_join(folder, sub);
    AUTO_STRV struct strv names = {0};
    int r = file_list(dir, &names, e);
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        AUTO_FREE char *path = file_join(dir, names.v[i]);
        if (goes(path, names.v[i], data))
            r = file_remove_tree(path, e);
    }
    return r;
}

static bool any(const char *path, const char *name, void *data)
{
    return true;
}

static bool is_half_made(const char *path, const char *name, void *data)
{
    return str_starts(name, "tmp-");
}

/* A broken download is kept, since a pull goes on where it broke; but not for ever. */
static bool is_old(const char *path, const char *name, void *data)
{
    struct stat st;
    return stat(path, &st) == 0 && time(NULL) - st.st_mtime > PARTIAL_DAYS * 24 * 3600;
}

/* What a writer of a record left that was killed. A young one may have a living writer: names are given without the
 * lock that keeps cleaners out. */
static bool is_left_over(const char *path, const char *name, void *data)
{
    struct stat st;
    return name[0] == '.' && stat(path, &st) == 0 && time(NULL) - st.st_mtime > 24 * 3600;
}

int image_store_clean(const char *folder, struct err *e)
{
    int r = remove_entries(folder, "tmp", any, NULL, e);
    if (r == 0)
        r = remove_entries(folder, "layers", is_half_made, NULL, e);
    if (r == 0)
        r = remove_entries(folder, "partial", is_old, NULL, e);
    if (r == 0)
        r = remove_entries(folder, "images", is_left_over, NULL, e);
    return r;
}

/* The names of files that some image needs. */
static void mark_needed(const struct image_record *r, const char *folder, struct map *needed)
{
    map_set(needed, r->id + 7, needed);
    if (r->digest && digest_valid(r->digest))
        map_set(needed, r->digest + 7, needed);
    for (size_t i = 0; i < r->layers.n; i++)
        map_set(needed, r->layers.v[i] + 7, needed);
}

static bool is_unneeded(const char *path, const char *name, void *data)
{
    AUTO_FREE char *hex = mem_strndup(name, strcspn(name, "."));
    return !map_has(data, hex);
}

/* An image that lost its record file's readability must not lose its layers: with a record that cannot be read nothing
 * is swept. */
static bool all_readable(const char *folder, size_t n)
{
    AUTO_FREE char *dir = file_join(folder, "images");
    AUTO_STRV struct strv names = {0};
    size_t records = 0;
    if (file_list(dir, &names, NULL) < 0)
        return false;
    for (size_t i = 0; i < names.n; i++)
        records += str_ends(names.v[i], ".json");
    return records == n;
}

int image_store_sweep(const char *folder, struct err *e)
{
    struct image_record **list = NULL;
    size_t n = 0;
    int r = image_record_list(folder, &list, &n, e);
    if (r < 0)
        return r;
    AUTO_MAP struct map needed = {0};
    for (size_t i = 0; i < n; i++)
        mark_needed(list[i], folder, &needed);
    image_record_list_free(list, n);
    if (!all_readable(folder, n))
        return err_set(e, EBADMSG, "%s/images holds a damaged record; nothing is swept until it is removed", folder);
    r = remove_entries(folder, "layers", is_unneeded, &needed, e);
    if (r == 0)
        r = remove_entries(folder, "blobs/sha256", is_unneeded, &needed, e);
    AUTO_FREE char *wanted = file_join(folder, IMAGE_SWEEP_WANTED);
    if (r == 0)
        unlink(wanted);
    return r;
}

void image_store_sweep_ask(const char *folder)
{
    AUTO_FREE char *wanted = file_join(folder, IMAGE_SWEEP_WANTED);
    (void)file_write_fast(wanted, "", 0, 0600,
                          NULL); /* on a full disk it may not stand; the next removal sweeps, too */
    image_store_sweep_later(folder);
}

void image_store_sweep_later(const char *folder)
{
    AUTO_FREE char *wanted = file_join(folder, IMAGE_SWEEP_WANTED);
    AUTO_CLOSE int lock = -1;
    if (file_exists(wanted) && image_lock(folder, IMAGE_LOCK_CLEAN, &lock, NULL) == 0)
        (void)image_store_sweep(folder, NULL); /* it stays wanted when it fails */
}
