// SPDX-License-Identifier: Apache-2.0
/* Puts layers and records into the store so that whatever stands there is whole: made aside, checked, synced, renamed.
 */
#include "image/image_bring.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/image_disk.h"
#include "io/file.h"

int image_bring_folder(struct image_bring *b, const char *sub, char **ret, struct err *e)
{
    char random[9];
    str_random(random, 8);
    AUTO_FREE char *path = mem_printf("%s/%s/tmp-%s", b->folder, sub, random);
    if (mkdir(path, 0755) < 0)
        return err_errno(e, errno, "make folder %s", path);
    *ret = take_ptr(path);
    return 0;
}

bool image_bring_has(const struct image_bring *b, const char *diff_id)
{
    int64_t bytes;
    bool hides;
    return image_layer_facts(b->folder, diff_id, &bytes, &hides);
}

static void on_progress(void *data, int64_t unpacked)
{
    image_say_progress(data, unpacked);
}

static int unpack_into(struct image_bring *b, int fd, const char *path, struct layer_unpacked *ret, struct err *e)
{
    struct layer_unpack o = {.fd = fd,
                             .folder = path,
                             .limits = layer_limits_default,
                             .stream_max = b->budget,
                             .progress = on_progress,
                             .data = b};
    o.limits.max_bytes = b->budget;
    int r = layer_unpack(&o, ret, e);
    if (r == 0 && ret->skipped) {
        AUTO_FREE char *note = mem_printf("%" PRId64 " device node(s) or socket(s) left out, the first is '%.100s'",
                                          ret->skipped, ret->first_skipped ? ret->first_skipped : "");
        image_say(b, note, b->label, 0, 0);
    }
    return r;
}

static int sync_folder(const char *path, struct err *e)
{
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || syncfs(fd) < 0)
        return err_errno(e, errno, "sync %s", path);
    return 0;
}

int image_bring_adopt(struct image_bring *b, const char *path, const struct layer_unpacked *u, struct err *e)
{
    AUTO_FREE char *place = image_path_layer(b->folder, u->diff_id), *layers = file_join(b->folder, "layers");
    int r = sync_folder(path, e);
    if (r == 0)
        r = image_layer_facts_save(b->folder, u->diff_id, u->bytes, u->hides_all, e);
    if (r < 0)
        return r;
    if (rename(path, place) < 0 && errno != ENOTEMPTY &&
        errno != EEXIST) /* another helper was first: its layer is the same */
        return err_errno(e, errno, "put layer %s in place", u->diff_id);
    b->budget -= u->bytes;
    return file_fsync_dir(layers, e);
}

static int keep_if_right(struct image_bring *b, const char *path, const char *diff_id, const struct layer_unpacked *u,
                         struct err *e)
{
    if (!str_eq(u->diff_id, diff_id))
        return err_set(e, EBADMSG, "layer's content is %s, but the image says %s; get the image again", u->diff_id,
                       diff_id);
    return image_bring_adopt(b, path, u, e);
}

int image_bring_layer(struct image_bring *b, int fd, const char *diff_id, struct err *e)
{
    AUTO_FREE char *path = NULL;
    struct layer_unpacked u = {0};
    int r = image_bring_folder(b, "layers", &path, e);
    if (r < 0)
        return r;
    b->doing = "unpacking";
    r = unpack_into(b, fd, path, &u, e);
    if (r == 0)
        r = keep_if_right(b, path, diff_id, &u, e);
    layer_unpacked_done(&u);
    (void)file_remove_tree(path, NULL); /* nothing is there when it was renamed */
    return err_wrap(e, r, "layer %.19s", b->label ? b->label : diff_id);
}

int image_bring_spool(struct image_bring *b, int fd, char **ret_path, struct layer_unpacked *ret, struct err *e)
{
    AUTO_FREE char *path = NULL;
    int r = image_bring_folder(b, "layers", &path, e);
    if (r < 0)
        return r;
    b->doing = "reading";
    r = unpack_into(b, fd, path, ret, e);
    if (r < 0) {
        (void)file_remove_tree(path, NULL);
        return r;
    }
    *ret_path = take_ptr(path);
    return 0;
}

int image_bring_details(struct image_bring *b, const char *text, size_t len, struct image_details *ret, struct err *e)
{
    int r = image_details_parse(text, len, ret, e);
    if (r < 0)
        return r;
    if (image_platform_score(&b->platform, ret->os, ret->arch, ret->variant) == 0) {
        AUTO_FREE char *want = image_platform_text(&b->platform);
        r = err_set(e, ENOEXEC, "the image is for %.20s/%.20s%s%.20s, but %s is wanted%s", ret->os ? ret->os : "?",
                    ret->arch ? ret->arch : "?", ret->variant ? "/" : "", ret->variant ? ret->variant : "", want,
                    b->platform_given ? "" : " (this machine); choose another with --platform");
        image_details_done(ret);
    }
    return r;
}

/* Layers under one that hides all do not show: they are not even mounted. */
static void fill_layers(struct image_bring *b, const struct strv *diff_ids, struct image_record *r)
{
    for (size_t i = 0; i < diff_ids->n; i++) {
        int64_t bytes;
        bool hides;
        image_layer_facts(b->folder, diff_ids->v[i], &bytes, &hides);
        if (hides) {
            strv_done(&r->layers);
            r->size = 0;
        }
        strv_add(&r->layers, diff_ids->v[i]);
        r->size += bytes;
    }
}

int image_bring_finish(struct image_bring *b, const char *config, size_t config_len, const char *manifest_digest,
                       const char *name, char **ret_id, struct err *e)
{
    char id[DIGEST_TEXT_SIZE];
    struct image_details d;
    int r = image_details_parse(config, config_len, &d, e);
    if (r < 0)
        return r;
    digest_of(config, config_len, id);
    AUTO_FREE char *path = image_path_blob(b->folder, id);
    r = file_write(path, config, config_len, 0600, e);
    if (r == 0) {
        struct image_record record = {.id = mem_strdup(id),
                                      .created_us = d.created_us ? d.created_us : clock_now_us(),
                                      .digest = mem_strdup(manifest_digest)};
        fill_layers(b, &d.diff_ids, &record);
        r = image_record_put(b->folder, &record, name, e);
        image_record_done(&record);
    }
    image_details_done(&d);
    if (r == 0)
        *ret_id = mem_strdup(id);
    return r;
}
