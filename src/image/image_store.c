// SPDX-License-Identifier: Apache-2.0
/* The images on this machine: opened, found, listed, named and removed. Nothing is kept in memory: the folder is the
 * index. */
#include "image/image_store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "image/image_manifest.h"
#include "image/image_record.h"
#include "image/image_ref.h"
#include "io/file.h"

#define MIN_PREFIX 6

struct image_store {
    char *folder;
};

int image_store_open(const char *folder, struct image_store **ret, struct err *e)
{
    static const char *const parts[] = {"", "blobs", "blobs/sha256", "layers", "images", "partial", "tmp"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        AUTO_FREE char *path = *parts[i] ? file_join(folder, parts[i]) : mem_strdup(folder);
        int r = file_mkdirs(path, 0700, e);
        if (r < 0)
            return err_wrap(e, r, "open the image store");
    }
    AUTO_CLOSE int lock = -1;
    if (image_lock(folder, IMAGE_LOCK_CLEAN, &lock, NULL) ==
        0) { /* nobody is at work: what is half-made is of the dead */
        int r = image_store_clean(folder, e);
        if (r < 0)
            return err_wrap(e, r, "clean the image store");
    }
    mem_closep(&lock);
    image_store_sweep_later(folder);
    struct image_store *s = mem_alloc(sizeof(*s));
    /* Layers are handed to mount(2): their paths must hold whatever the working folder is. */
    AUTO_FREE char *absolute = realpath(folder, NULL);
    s->folder = mem_strdup(absolute ? absolute : folder);
    *ret = s;
    return 0;
}

void image_store_close(struct image_store *s)
{
    if (s)
        free(s->folder);
    free(s);
}

const char *image_store_folder(const struct image_store *s)
{
    return s->folder;
}

void image_free(struct image *i)
{
    if (!i)
        return;
    free(i->id);
    free(i->digest);
    strv_done(&i->names);
    strv_done(&i->layers);
    image_config_done(&i->config);
    free(i);
}

void image_freep(struct image **i)
{
    image_free(*i);
    *i = NULL;
}

static int details_load(const char *folder, const char *id, struct image_details *ret, struct err *e)
{
    AUTO_FREE char *path = image_path_blob(folder, id), *text = NULL;
    size_t len;
    int r = file_read(path, IMAGE_MAX_DOCUMENT, &text, &len, e);
    return r < 0 ? r : image_details_parse(text, len, ret, e);
}

/* Takes what the record holds. */
static int image_make(const char *folder, struct image_record *r, struct image **ret, struct err *e)
{
    struct image_details d;
    int k = details_load(folder, r->id, &d, e);
    if (k < 0)
        return err_wrap(e, k, "image %s", r->id);
    struct image *i = mem_alloc(sizeof(*i));
    i->id = take_ptr(r->id);
    i->digest = take_ptr(r->digest);
    i->names = r->names;
    r->names = (struct strv){0};
    i->size = r->size;
    i->created_us = r->created_us;
    i->config = d.config;
    d.config = (struct image_config){0};
    for (size_t n = 0; n < r->layers.n; n++)
        strv_take(&i->layers, image_path_layer(folder, r->layers.v[n]));
    image_details_done(&d);
    *ret = i;
    return 0;
}

/* Does the record answer to this reference? */
static bool answers(const struct image_record *r, const struct image_ref *ref, const char *full)
{
    if (strv_has(&r->names, full))
        return true;
    if (!ref->digest || !(str_eq(ref->digest, r->digest) || str_eq(ref->digest, r->id)))
        return false;
    AUTO_FREE char *repository = mem_printf("%s/%s", ref->registry, ref->repository);
    for (size_t i = 0; i < r->names.n; i++) {
        size_t len = strlen(repository);
        if (strncmp(r->names.v[i], repository, len) == 0 && strchr(":@", r->names.v[i][len]))
            return true;
    }
    return false;
}

static struct image_record *find_by_ref(struct image_record **list, size_t n, const char *name)
{
    struct image_ref ref;
    struct image_record *found = NULL;
    if (image_ref_parse(name, &ref, NULL) < 0)
        return NULL;
    AUTO_FREE char *full = image_ref_text(&ref);
    for (size_t i = 0; i < n; i++) {
        if (answers(list[i], &ref, full) && (!found || list[i]->touched_ns > found->touched_ns))
            found = list[i];
    }
    image_ref_done(&ref);
    return found;
}

static int find_by_id(struct image_record **list, size_t n, const char *name, struct image_record **ret, struct err *e)
{
    const char *hex = str_starts(name, "sha256:") ? name + 7 : name;
    size_t len = strlen(hex);
    *ret = NULL;
    if (len < MIN_PREFIX || len > 64 || strspn(hex, "0123456789abcdef") != len)
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (strncmp(list[i]->id + 7, hex, len) != 0)
            continue;
        if (*ret)
            return err_set(e, EEXIST, "more than one image's id begins with '%s'; write more of it", name);
        *ret = list[i];
    }
    return 0;
}

/* The name as people write it, and without the tag that nobody writes: what a slip of the finger may have meant. */
static void add_candidates(struct strv *names, const char *full)
{
    struct image_ref ref;
    if (image_ref_parse(full, &ref, NULL) < 0)
        return;
    AUTO_FREE char *familiar = image_ref_familiar(&ref);
    if (str_ends(familiar, ":latest"))
        strv_addf(names, "%.*s", (int)(strlen(familiar) - strlen(":latest")), familiar);
    strv_add(names, familiar);
    image_ref_done(&ref);
}

static int not_found(struct image_record **list, size_t n, const char *name, struct err *e)
{
    AUTO_STRV struct strv names = {0};
    char suggestion[200];
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < list[i]->names.n; k++)
            add_candidates(&names, list[i]->names.v[k]);
    }
    str_suggest(suggestion, sizeof(suggestion), name, (const char *const *)names.v, names.n);
    return err_set(e, ENOENT,
                   "image '%.200s' is not on this machine%s; get it with 'sedge image pull' or 'sedge image import'",
                   name, suggestion);
}

/* The record that `name` means, borrowed from the list. */
static int find_record(struct image_record **list, size_t n, const char *name, struct image_record **ret, struct err *e)
{
    *ret = digest_valid(name) ? NULL : find_by_ref(list, n, name);
    int r = *ret ? 0 : find_by_id(list, n, name, ret, e);
    if (r < 0)
        return r;
    return *ret ? 0 : not_found(list, n, name, e);
}

int image_find(struct image_store *s, const char *name, struct image **ret, struct err *e)
{
    struct image_record **list = NULL, *found;
    size_t n = 0;
    int r = image_record_list(s->folder, &list, &n, e);
    if (r == 0)
        r = find_record(list, n, name, &found, e);
    if (r == 0)
        r = image_make(s->folder, found, ret, e);
    image_record_list_free(list, n);
    return r;
}

static int by_first_name(const void *a, const void *b)
{
    const struct image *x = *(struct image *const *)a, *y = *(struct image *const *)b;
    int r = strcmp(x->names.n ? x->names.v[0] : "~", y->names.n ? y->names.v[0] : "~"); /* the nameless last */
    return r ? r : strcmp(x->id, y->id);
}

int image_list(struct image_store *s, struct image ***ret, size_t *ret_n, struct err *e)
{
    struct image_record **list = NULL;
    size_t n = 0, kept = 0;
    int r = image_record_list(s->folder, &list, &n, e);
    if (r < 0)
        return r;
    struct image **images = mem_array(n + 1, sizeof(struct image *));
    for (size_t i = 0; i < n; i++)
        kept += image_make(s->folder, list[i], &images[kept], NULL) == 0;
    image_record_list_free(list, n);
    qsort(images, kept, sizeof(struct image *), by_first_name);
    *ret = images;
    *ret_n = kept;
    return 0;
}

static void drop_name(struct image_record *r, const char *name)
{
    struct strv kept = {0};
    for (size_t i = 0; i < r->names.n; i++) {
        if (!str_eq(r->names.v[i], name))
            strv_add(&kept, r->names.v[i]);
    }
    strv_done(&r->names);
    r->names = kept;
}

/* The name goes to `r` first and is taken from others then: broken between, the later record has it (image_record's
 * touched_ns), and it is never lost. */
static int put_locked(const char *folder, struct image_record *r, const char *name, struct err *e)
{
    struct image_record before, **list = NULL;
    size_t n = 0;
    if (image_record_load(folder, r->id, &before, NULL) == 0) {
        for (size_t i = 0; i < before.names.n; i++) {
            if (!strv_has(&r->names, before.names.v[i]))
                strv_add(&r->names, before.names.v[i]);
        }
        if (!r->digest)
            r->digest = take_ptr(before.digest);
        image_record_done(&before);
    }
    if (name && !strv_has(&r->names, name))
        strv_add(&r->names, name);
    int k = image_record_save(folder, r, e);
    if (k == 0)
        k = image_record_list(folder, &list, &n, e);
    for (size_t i = 0; k == 0 && name && i < n; i++) {
        if (str_eq(list[i]->id, r->id) || !strv_has(&list[i]->names, name))
            continue;
        drop_name(list[i], name);
        k = image_record_save(folder, list[i], e);
    }
    image_record_list_free(list, n);
    return k;
}

int image_record_put(const char *folder, struct image_record *r, const char *name, struct err *e)
{
    AUTO_CLOSE int lock = -1;
    int k = image_lock(folder, IMAGE_LOCK_NAMES, &lock, e);
    return k < 0 ? k : put_locked(folder, r, name, e);
}

/* Bytes of the record's layers that no other image has. */
static int64_t own_bytes(const char *folder, struct image_record **list, size_t n, const struct image_record *r)
{
    int64_t sum = 0;
    for (size_t i = 0; i < r->layers.n; i++) {
        bool shared = false, hides;
        int64_t bytes;
        for (size_t k = 0; k < n; k++)
            shared = shared || (list[k] != r && strv_has(&list[k]->layers, r->layers.v[i]));
        if (!shared && image_layer_facts(folder, r->layers.v[i], &bytes, &hides))
            sum += bytes;
    }
    return sum;
}

/* Layers go now when no helper counts on them, else with the next sweep. */
static int sweep_or_ask(const char *folder, struct err *e)
{
    AUTO_CLOSE int lock = -1;
    AUTO_FREE char *wanted = file_join(folder, IMAGE_SWEEP_WANTED);
    int r = file_write_fast(wanted, "", 0, 0600, e);
    if (r < 0)
        return r;
    r = image_lock(folder, IMAGE_LOCK_CLEAN, &lock, NULL);
    return r == -EAGAIN ? 0 : r < 0 ? r : image_store_sweep(folder, e);
}

/* Is it one of its names that is meant, not its id? */
static bool named_so(const struct image_record *r, const char *name, char **ret_full)
{
    struct image_ref ref;
    *ret_full = NULL;
    if (digest_valid(name) || image_ref_parse(name, &ref, NULL) < 0)
        return false;
    *ret_full = image_ref_text(&ref);
    image_ref_done(&ref);
    return strv_has(&r->names, *ret_full);
}

static int remove_record(const char *folder, struct image_record **list, size_t n, struct image_record *r,
                         int64_t *ret_freed, struct err *e)
{
    AUTO_FREE char *path = image_path_record(folder, r->id), *records = file_join(folder, "images");
    *ret_freed = own_bytes(folder, list, n, r);
    if (unlink(path) < 0 && errno != ENOENT)
        return err_errno(e, errno, "remove %s", path);
    return file_fsync_dir(
        records,
        e); /* the record first and for good: layers that go after a lost power would leave an image without them */
}

/* Under the lock on names. *ret_gone: the record is away, its layers may follow. */
static int remove_locked(const char *folder, const char *name, bool (*in_use)(void *data, const char *id), void *data,
                         bool *ret_gone, int64_t *ret_freed, struct err *e)
{
    struct image_record **list = NULL, *r = NULL;
    size_t n = 0;
    int k = image_record_list(folder, &list, &n, e);
    if (k == 0)
        k = find_record(list, n, name, &r, e);
    AUTO_FREE char *full = NULL;
    if (k == 0 && named_so(r, name, &full) && r->names.n > 1) {
        drop_name(r, full);
        k = image_record_save(folder, r, e);
    } else if (k == 0 && in_use && in_use(data, r->id)) {
        k = err_set(e, EBUSY, "image '%.200s' is in use by a container; remove the container first", name);
    } else if (k == 0) {
        k = remove_record(folder, list, n, r, ret_freed, e);
        *ret_gone = k == 0;
    }
    image_record_list_free(list, n);
    return k;
}

int image_remove(struct image_store *s, const char *name, bool (*in_use)(void *data, const char *id), void *data,
                 int64_t *ret_freed, struct err *e)
{
    AUTO_CLOSE int lock = -1;
    bool gone = false;
    int64_t freed = 0;
    int r = image_lock(s->folder, IMAGE_LOCK_NAMES, &lock, e);
    if (r == 0)
        r = remove_locked(s->folder, name, in_use, data, &gone, &freed, e);
    mem_closep(&lock); /* before the other lock: see their order in image_record.h */
    if (r == 0 && gone)
        r = sweep_or_ask(s->folder, e);
    if (ret_freed)
        *ret_freed = freed;
    return r;
}

int image_tag(struct image_store *s, const char *name, const char *new_name, struct err *e)
{
    struct image_record **list = NULL, *found;
    struct image_ref ref;
    size_t n = 0;
    int r = image_ref_parse(new_name, &ref, e);
    if (r < 0)
        return r;
    AUTO_FREE char *full = image_ref_text(&ref);
    image_ref_done(&ref);
    AUTO_CLOSE int lock = -1;
    r = image_lock(s->folder, IMAGE_LOCK_NAMES, &lock, e);
    if (r == 0)
        r = image_record_list(s->folder, &list, &n, e);
    if (r == 0)
        r = find_record(list, n, name, &found, e);
    if (r == 0)
        r = put_locked(s->folder, found, full, e);
    image_record_list_free(list, n);
    return r;
}
