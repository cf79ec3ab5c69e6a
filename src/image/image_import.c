// SPDX-License-Identifier: Apache-2.0
/* Takes an image from an archive: OCI or Docker archive, or a plain root tar.
 *
 * How it works: whatever comes is unpacked once in the jail. An OCI or Docker archive shows by its files; its layers
 * are then unpacked from it, each in the jail again. Anything else is a root, and what was unpacked is its layer
 * already. Files of an archive are opened in its folder as in a chroot, since links in it are a stranger's. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/image_bring.h"
#include "image/image_ref.h"
#include "io/file.h"

struct import {
    struct image_bring *b;
    struct layer_tree files; /* the unpacked archive */
    const char *name;        /* the user's, or NULL */
};

static int open_file(struct import *m, const char *path, int *ret, struct err *e)
{
    struct stat st;
    AUTO_CLOSE int fd = layer_tree_open(&m->files, path, O_RDONLY | O_NONBLOCK); /* a FIFO must not hold us */
    if (fd < 0)
        return err_set(e, ENOEXEC, "the archive has no file '%.200s'; it is damaged, make it again", path);
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return err_set(e, ENOEXEC, "'%.200s' in the archive is not a file", path);
    *ret = take_fd(&fd);
    return 0;
}

static int read_document(struct import *m, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    AUTO_CLOSE int fd = -1;
    int r = open_file(m, path, &fd, e);
    if (r < 0)
        return r;
    r = file_read_fd(fd, IMAGE_MAX_DOCUMENT, ret, ret_len, e);
    return r == -EFBIG
               ? err_set(e, ENOEXEC, "'%.200s' in the archive is larger than %u bytes", path, IMAGE_MAX_DOCUMENT)
               : r;
}

/* sha256 of a whole open file, which is then at its start again. */
static int digest_file(int fd, char ret[DIGEST_TEXT_SIZE], struct err *e)
{
    enum { SIZE = 1024 * 1024 };
    AUTO_FREE char *chunk = mem_alloc(SIZE);
    struct digest d;
    digest_init(&d);
    for (;;) {
        ssize_t n = read(fd, chunk, SIZE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, errno, "read the archive");
        if (n == 0)
            break;
        digest_add(&d, chunk, (size_t)n);
    }
    digest_text(&d, ret);
    return lseek(fd, 0, SEEK_SET) < 0 ? err_errno(e, errno, "read the archive") : 0;
}

/* Opens blobs/sha256/<hex> and checks that it is what its name says, before anything reads it. */
static int open_blob(struct import *m, const char *digest, int *ret, struct err *e)
{
    char have[DIGEST_TEXT_SIZE];
    AUTO_FREE char *path = mem_printf("blobs/sha256/%s", digest + strlen("sha256:"));
    AUTO_CLOSE int fd = -1;
    int r = open_file(m, path, &fd, e);
    if (r == 0)
        r = digest_file(fd, have, e);
    if (r < 0)
        return r;
    if (!str_eq(have, digest))
        return err_set(e, EBADMSG, "'%s' in the archive has the content of %s; the archive is damaged, make it again",
                       path, have);
    *ret = take_fd(&fd);
    return 0;
}

static int read_blob(struct import *m, const char *digest, char **ret, size_t *ret_len, struct err *e)
{
    AUTO_CLOSE int fd = -1;
    int r = open_blob(m, digest, &fd, e);
    return r < 0 ? r : file_read_fd(fd, IMAGE_MAX_DOCUMENT, ret, ret_len, e);
}

static int bring_one(struct import *m, int fd, const char *diff_id, const char *label, struct err *e)
{
    struct stat st;
    m->b->label = label;
    m->b->total = fstat(fd, &st) == 0 ? st.st_size : 0;
    return image_bring_layer(m->b, fd, diff_id, e);
}

/* A full reference from a name that a stranger wrote; NULL when it is none. */
static char *full_name(const char *text)
{
    struct image_ref ref;
    if (!text || image_ref_parse(text, &ref, NULL) < 0)
        return NULL;
    char *full = image_ref_text(&ref);
    image_ref_done(&ref);
    return full;
}

/* Names the image by all of `names` (full references), or by none. */
static int finish(struct import *m, const char *config, size_t len, const char *digest, const struct strv *names,
                  struct err *e)
{
    size_t i = 0;
    do {
        AUTO_FREE char *id = NULL;
        const char *name = i < names->n ? names->v[i] : NULL;
        int r = image_bring_finish(m->b, config, len, digest, name, &id, e);
        if (r < 0)
            return r;
        if (++i >= names->n)
            image_say_done(id, names->n ? names->v[0] : NULL);
    } while (i < names->n);
    return 0;
}

static int oci_layers(struct import *m, const struct image_manifest *man, const struct image_details *d, struct err *e)
{
    if (man->n_layers != d->diff_ids.n)
        return err_set(e, ENOEXEC, "the manifest has %zu layers, the configuration %zu", man->n_layers, d->diff_ids.n);
    for (size_t i = 0; i < man->n_layers; i++) {
        const char *digest = man->layers[i].digest;
        if (image_bring_has(m->b, d->diff_ids.v[i])) {
            image_say(m->b, "already there", digest, 0, 0);
            continue;
        }
        AUTO_CLOSE int fd = -1;
        int r = open_blob(m, digest, &fd, e);
        if (r == 0)
            r = bring_one(m, fd, d->diff_ids.v[i], digest, e);
        if (r < 0)
            return r;
    }
    return 0;
}

static int oci_manifest(struct import *m, const struct image_manifest *man, const char *digest,
                        const struct strv *names, struct err *e)
{
    AUTO_FREE char *config = NULL;
    size_t len;
    struct image_details d;
    int r = read_blob(m, man->config.digest, &config, &len, e);
    if (r == 0)
        r = image_bring_details(m->b, config, len, &d, e);
    if (r < 0)
        return r;
    r = oci_layers(m, man, &d, e);
    image_details_done(&d);
    return r < 0 ? r : finish(m, config, len, digest, names, e);
}

/* A manifest, or an index whose entry for this machine is one: indexes may stand in indexes, but not for ever. */
static int oci_document(struct import *m, const char *digest, const struct strv *names, struct err *e)
{
    AUTO_FREE char *at = mem_strdup(digest);
    for (int depth = 0; depth < 4; depth++) {
        AUTO_FREE char *text = NULL;
        size_t len;
        struct image_manifest man;
        int r = read_blob(m, at, &text, &len, e);
        if (r == 0)
            r = image_manifest_parse(text, len, &man, e);
        if (r < 0)
            return r;
        if (man.kind == IMAGE_DOC_MANIFEST) {
            r = oci_manifest(m, &man, at, names, e);
            image_manifest_done(&man);
            return r;
        }
        const struct image_index_entry *x = image_manifest_choose(&man, &m->b->platform, e);
        free(at);
        at = x ? mem_strdup(x->d.digest) : NULL;
        image_manifest_done(&man);
        if (!at)
            return -ENOENT;
    }
    return err_set(e, ENOEXEC, "the archive's indexes are nested too deep");
}

/* How many images does the archive hold? Entries of one index that differ in platform only are one image. */
static bool is_one_image(const struct image_manifest *index)
{
    for (size_t i = 1; i < index->n_entries; i++) {
        if (!str_eq(index->entries[i].name, index->entries[0].name))
            return false;
    }
    return true;
}

static void add_name(struct import *m, const char *found, struct strv *names)
{
    AUTO_FREE char *full = full_name(m->name ? m->name : found);
    /* A bare tag ("latest") is what skopeo writes for an archive without a name: it names no repository. */
    bool usable = full && (m->name || (found && strpbrk(found, ":/")));
    if (usable && !strv_has(names, full))
        strv_add(names, full);
}

/* All entries for one name; the best of them. */
static int oci_named(struct import *m, const struct image_manifest *index, const char *name, struct err *e)
{
    struct image_manifest same = {.kind = IMAGE_DOC_INDEX,
                                  .entries = mem_array(index->n_entries, sizeof(*index->entries))};
    for (size_t i = 0; i < index->n_entries; i++) {
        if (str_eq(index->entries[i].name, name))
            same.entries[same.n_entries++] = index->entries[i]; /* borrowed */
    }
    const struct image_index_entry *x = image_manifest_choose(&same, &m->b->platform, e);
    AUTO_STRV struct strv words = {0}, names = {0};
    strv_split(&words, name ? name : "", " ");
    add_name(m, words.n ? words.v[0] : NULL, &names);
    for (size_t i = 1; i < words.n; i++)
        add_name(m, words.v[i], &names);
    int r = x ? oci_document(m, x->d.digest, &names, e) : -ENOENT;
    free(same.entries);
    return r;
}

static int import_oci(struct import *m, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len;
    struct image_manifest index;
    int r = read_document(m, "index.json", &text, &len, e);
    if (r == 0)
        r = image_manifest_parse(text, len, &index, e);
    if (r < 0)
        return err_wrap(e, r, "index.json");
    if (index.kind != IMAGE_DOC_INDEX)
        r = err_set(e, ENOEXEC, "index.json of the archive is not an index");
    else if (m->name && !is_one_image(&index))
        r = err_set(e, ENOEXEC, "the archive holds several images: leave --name away to keep their own names");
    AUTO_MAP struct map seen = {0};
    for (size_t i = 0; r == 0 && i < index.n_entries; i++) {
        const char *name = index.entries[i].name;
        if (map_has(&seen, name ? name : ""))
            continue;
        map_set(&seen, name ? name : "", m);
        r = oci_named(m, &index, name, e);
    }
    image_manifest_done(&index);
    return r;
}

static int docker_layers(struct import *m, const struct docker_archive_item *x, const struct image_details *d,
                         struct err *e)
{
    if (x->layers.n != d->diff_ids.n)
        return err_set(e, ENOEXEC, "manifest.json has %zu layers, the configuration %zu", x->layers.n, d->diff_ids.n);
    for (size_t i = 0; i < x->layers.n; i++) {
        const char *diff_id = d->diff_ids.v[i];
        if (image_bring_has(m->b, diff_id)) {
            image_say(m->b, "already there", diff_id, 0, 0);
            continue;
        }
        AUTO_CLOSE int fd = -1;
        int r = open_file(m, x->layers.v[i], &fd, e);
        if (r == 0)
            r = bring_one(m, fd, diff_id, diff_id, e);
        if (r < 0)
            return r;
    }
    return 0;
}

static int docker_image(struct import *m, const struct docker_archive_item *x, struct err *e)
{
    AUTO_FREE char *config = NULL;
    AUTO_STRV struct strv names = {0};
    size_t len;
    struct image_details d;
    int r = read_document(m, x->config, &config, &len, e);
    if (r == 0)
        r = image_bring_details(m->b, config, len, &d, e);
    if (r < 0)
        return r;
    if (m->name)
        add_name(m, NULL, &names);
    for (size_t i = 0; !m->name && i < x->names.n; i++)
        add_name(m, x->names.v[i], &names);
    r = docker_layers(m, x, &d, e);
    image_details_done(&d);
    return r < 0 ? r : finish(m, config, len, NULL, &names, e);
}

static int import_docker(struct import *m, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len, n;
    struct docker_archive_item *items;
    int r = read_document(m, "manifest.json", &text, &len, e);
    if (r == 0)
        r = docker_archive_parse(text, len, &items, &n, e);
    if (r < 0)
        return err_wrap(e, r, "manifest.json of the archive");
    if (m->name && n > 1)
        r = err_set(e, ENOEXEC, "the archive holds %zu images: leave --name away to keep their own names", n);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = docker_image(m, &items[i], e);
    docker_archive_free(items, n);
    return r;
}

/* A configuration for a root that came without one: a shell, and where programs usually lie. No time in it: the same
 * root imported again is the same image. */
static char *plain_config(struct import *m, const char *diff_id)
{
    AUTO_JSON json_t *v = json_pack("{s:s, s:s, s:{s:[s], s:[s]}, s:{s:s, s:[s]}}", "os", m->b->platform.os,
                                    "architecture", m->b->platform.arch, "config", "Cmd", "/bin/sh", "Env",
                                    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "rootfs",
                                    "type", "layers", "diff_ids", diff_id);
    if (m->b->platform.variant)
        json_put_str(v, "variant", m->b->platform.variant);
    return json_text(v);
}

static int import_root(struct import *m, const char *path, const struct layer_unpacked *u, struct err *e)
{
    AUTO_STRV struct strv names = {0};
    int r = image_bring_has(m->b, u->diff_id) ? 0 : image_bring_adopt(m->b, path, u, e);
    if (r < 0)
        return r;
    add_name(m, NULL, &names);
    AUTO_FREE char *config = plain_config(m, u->diff_id);
    return finish(m, config, strlen(config), NULL, &names, e);
}

static bool has_file(struct import *m, const char *path)
{
    AUTO_CLOSE int fd = -1;
    return open_file(m, path, &fd, NULL) == 0;
}

static int import_spooled(struct import *m, const char *path, const struct layer_unpacked *u, struct err *e)
{
    AUTO_CLOSE int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return err_errno(e, errno, "open %s", path);
    layer_tree_init(&m->files, root, 0);
    if (has_file(m, "index.json") && has_file(m, "oci-layout"))
        return import_oci(m, e);
    if (has_file(m, "manifest.json"))
        return import_docker(m, e);
    if (u->entries == 0)
        return err_set(e, ENOEXEC, "the archive holds nothing; give an OCI archive, a Docker archive or a root tar");
    return import_root(m, path, u, e);
}

int image_import(struct image_bring *b, int fd, const char *name, struct err *e)
{
    struct import m = {.b = b, .name = name};
    struct layer_unpacked u = {0};
    AUTO_FREE char *path = NULL;
    struct stat st;
    b->label = NULL;
    b->total = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0;
    int r = image_bring_spool(b, fd, &path, &u, e);
    if (r < 0)
        return err_wrap(e, r, "import");
    r = import_spooled(&m, path, &u, e);
    layer_unpacked_done(&u);
    (void)file_remove_tree(path, NULL); /* a root's folder was renamed away */
    return err_wrap(e, r, "import");
}
