// SPDX-License-Identifier: Apache-2.0
/* Pulls an image: reference -> manifest for this machine -> configuration -> the layers that are not there yet ->
 * record. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/image_bring.h"
#include "image/image_disk.h"
#include "image/image_ref.h"
#include "image/registry.h"
#include "io/file.h"

struct pull {
    struct image_bring *b;
    struct registry *registry;
    struct image_manifest manifest;
    char digest[DIGEST_TEXT_SIZE]; /* of what the reference names: the index, where there is one */
    char *config;
    size_t config_len;
    struct image_details details;
};

static void pull_done(struct pull *p)
{
    registry_close(p->registry);
    image_manifest_done(&p->manifest);
    image_details_done(&p->details);
    free(p->config);
}

static int keep_document(struct pull *p, const char *digest, const char *text, size_t len, struct err *e)
{
    AUTO_FREE char *path = image_path_blob(p->b->folder, digest);
    return file_write(path, text, len, 0600, e);
}

/* One document: an index is looked through for this machine's manifest. Indexes may stand in indexes, but not for ever.
 */
static int get_manifest(struct pull *p, const char *reference, struct err *e)
{
    AUTO_FREE char *at = mem_strdup(reference);
    for (int depth = 0; depth < 4; depth++) {
        AUTO_FREE char *text = NULL;
        size_t len;
        char digest[DIGEST_TEXT_SIZE];
        int r = registry_manifest(p->registry, at, &text, &len, digest, e);
        if (r == 0)
            r = image_manifest_parse(text, len, &p->manifest, e);
        if (r < 0)
            return r;
        if (depth == 0) {
            memcpy(p->digest, digest, sizeof(digest));
            r = keep_document(p, digest, text, len, e);
        }
        if (r < 0 || p->manifest.kind == IMAGE_DOC_MANIFEST)
            return r;
        const struct image_index_entry *x = image_manifest_choose(&p->manifest, &p->b->platform, e);
        free(at);
        at = x ? mem_strdup(x->d.digest) : NULL;
        image_manifest_done(&p->manifest);
        if (!at)
            return -ENOENT;
    }
    return err_set(e, ENOEXEC, "the image's indexes are nested too deep");
}

static void on_progress(void *data, int64_t bytes)
{
    image_say_progress(data, bytes);
}

/* Opens the file that a blob comes into, and holds it alone: a second helper that wants the same waits, and then finds
 * it done. */
static int open_partial(struct pull *p, const char *digest, char **ret_path, int *ret, struct err *e)
{
    AUTO_FREE char *path = mem_printf("%s/partial/%s", p->b->folder, digest + strlen("sha256:"));
    for (;;) {
        struct stat st;
        AUTO_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return err_errno(e, errno, "open %s", path);
        while (flock(fd, LOCK_EX) < 0) {
            if (errno != EINTR)
                return err_errno(e, errno, "lock %s", path);
        }
        if (fstat(fd, &st) < 0 || st.st_nlink == 0) /* who held it before took it away: it is another file now */
            continue;
        *ret_path = take_ptr(path);
        *ret = take_fd(&fd);
        return 0;
    }
}

static int get_blob(struct pull *p, const struct image_descriptor *d, int fd, struct err *e)
{
    p->b->label = d->digest;
    p->b->total = d->size;
    p->b->doing = "downloading";
    int r = registry_blob(p->registry, d->digest, d->size, fd, on_progress, p->b, e);
    if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
        r = err_errno(e, errno, "read the download");
    return r;
}

static int get_config(struct pull *p, struct err *e)
{
    AUTO_FREE char *path = NULL;
    AUTO_CLOSE int fd = -1;
    if (p->manifest.config.size > (int64_t)IMAGE_MAX_DOCUMENT)
        return err_set(e, ENOEXEC, "the image's configuration has %lld bytes; %u are possible",
                       (long long)p->manifest.config.size, IMAGE_MAX_DOCUMENT);
    int r = open_partial(p, p->manifest.config.digest, &path, &fd, e);
    if (r == 0)
        r = get_blob(p, &p->manifest.config, fd, e);
    if (r == 0)
        r = file_read_fd(fd, IMAGE_MAX_DOCUMENT, &p->config, &p->config_len, e);
    if (r < 0)
        return r;
    unlink(path);
    r = image_bring_details(p->b, p->config, p->config_len, &p->details, e);
    if (r == 0 && p->details.diff_ids.n != p->manifest.n_layers)
        r = err_set(e, ENOEXEC, "the manifest has %zu layers, the configuration %zu", p->manifest.n_layers,
                    p->details.diff_ids.n);
    return r;
}

static int get_layer(struct pull *p, const struct image_descriptor *d, const char *diff_id, struct err *e)
{
    AUTO_FREE char *path = NULL;
    AUTO_CLOSE int fd = -1;
    if (d->size > p->b->budget)
        return err_set(e, EFBIG, "layer %s has %lld bytes packed, more than the %lld allowed; raise --max-bytes",
                       d->digest, (long long)d->size, (long long)p->b->budget);
    int r = image_bring_has(p->b, diff_id) ? 0 : open_partial(p, d->digest, &path, &fd, e);
    if (r < 0)
        return r;
    if (image_bring_has(p->b, diff_id)) { /* asked once more: who held the file may have made it */
        if (path)
            unlink(path);
        image_say(p->b, "already there", d->digest, 0, 0);
        return 0;
    }
    r = get_blob(p, d, fd, e);
    if (r < 0)
        return r;
    r = image_bring_layer(p->b, fd, diff_id, e);
    /* The right blob, and yet no layer: it will not become one. For want of room it is worth keeping. */
    if (r == 0 || r == -EBADMSG || r == -ENOEXEC)
        unlink(path);
    return r;
}

static int get_image(struct pull *p, struct err *e)
{
    int r = get_config(p, e);
    for (size_t i = 0; r == 0 && i < p->manifest.n_layers; i++)
        r = get_layer(p, &p->manifest.layers[i], p->details.diff_ids.v[i], e);
    return r;
}

static int pull_from(struct image_bring *b, const char *host, const struct image_ref *ref,
                     const struct registry_settings *settings, struct err *e)
{
    AUTO(pull_done)
    struct pull p = {.b = b};
    AUTO_FREE char *full = image_ref_text(ref), *id = NULL, *doing = mem_printf("pulling from %s", host);
    image_say(b, doing, NULL, 0, 0);
    int r = registry_open(settings, host, ref->repository, &p.registry, e);
    if (r == 0)
        r = get_manifest(&p, ref->digest ? ref->digest : ref->tag, e);
    if (r == 0)
        r = get_image(&p, e);
    if (r == 0)
        r = image_bring_finish(b, p.config, p.config_len, p.digest, full, &id, e);
    if (r == 0) {
        AUTO_FREE char *name = image_ref_text(ref);
        image_say_done(id, name);
    }
    return r;
}

int image_pull(struct image_bring *b, const struct image_ref *ref, const struct registry_settings *settings,
               struct err *e)
{
    const char *mirror = registry_settings_get(settings, ref->registry)->mirror;
    AUTO_FREE char *name = image_ref_familiar(ref);
    if (mirror) {
        int r = pull_from(b, mirror, ref, settings, e);
        if (r == 0 || r == -ENOSPC || r == -EFBIG)
            return err_wrap(e, r, "pull '%.200s'", name);
        AUTO_FREE char *note = mem_printf("mirror %s failed (%.200s)", mirror, err_text(e));
        image_say(b, note, NULL, 0, 0);
        err_clear(e);
    }
    return err_wrap(e, pull_from(b, ref->registry, ref, settings, e), "pull '%.200s'", name);
}
