// SPDX-License-Identifier: Apache-2.0
/* Reads and writes images' records, and knows where everything in the store lies. */
#include "image/image_record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"

#define RECORD_MAX (1024 * 1024)
#define SHA256     "sha256:"

static const char *hex_of(const char *digest)
{
    return digest + strlen(SHA256);
}

char *image_path_blob(const char *folder, const char *digest)
{
    return mem_printf("%s/blobs/sha256/%s", folder, hex_of(digest));
}

char *image_path_layer(const char *folder, const char *diff_id)
{
    return mem_printf("%s/layers/%s", folder, hex_of(diff_id));
}

char *image_path_layer_facts(const char *folder, const char *diff_id)
{
    return mem_printf("%s/layers/%s.json", folder, hex_of(diff_id));
}

char *image_path_record(const char *folder, const char *id)
{
    return mem_printf("%s/images/%s.json", folder, hex_of(id));
}

void image_record_done(struct image_record *r)
{
    free(r->id);
    free(r->digest);
    strv_done(&r->names);
    strv_done(&r->layers);
    *r = (struct image_record){0};
}

void image_record_free(void *r)
{
    if (r)
        image_record_done(r);
    free(r);
}

static void texts_read(const json_t *v, struct strv *ret)
{
    for (size_t i = 0; i < json_array_size(v); i++) {
        const char *s = json_string_value(json_array_get(v, i));
        if (s)
            strv_add(ret, s);
    }
}

static json_t *texts_write(const struct strv *s)
{
    json_t *v = json_array();
    for (size_t i = 0; i < s->n; i++)
        json_array_append_new(v, json_string(s->v[i]));
    return v;
}

static int record_read(const json_t *v, const char *id, struct image_record *r)
{
    r->id = mem_strdup(id);
    texts_read(json_object_get(v, "names"), &r->names);
    texts_read(json_object_get(v, "layers"), &r->layers);
    r->size = json_int(v, "size", 0);
    r->created_us = json_int(v, "created", 0);
    r->digest = mem_strdup(json_str(v, "digest", NULL));
    if (!str_eq(json_str(v, "id", ""), id))
        return -EBADMSG;
    for (size_t i = 0; i < r->layers.n; i++) {
        if (!digest_valid(r->layers.v[i]))
            return -EBADMSG;
    }
    return 0;
}

int image_record_load(const char *folder, const char *id, struct image_record *ret, struct err *e)
{
    *ret = (struct image_record){0};
    if (!digest_valid(id))
        return err_set(e, EINVAL, "'%.80s' is not an image's id", id);
    AUTO_FREE char *path = image_path_record(folder, id), *text = NULL;
    size_t len;
    struct stat st;
    int r = file_read(path, RECORD_MAX, &text, &len, e);
    if (r < 0)
        return r;
    AUTO_JSON json_t *v = json_parse(text, len, e);
    struct image_record x = {0};
    if (!v || record_read(v, id, &x) < 0) {
        image_record_done(&x);
        return err_set(e, EBADMSG, "record %s is damaged; remove it, and pull or import the image again", path);
    }
    if (stat(path, &st) == 0)
        x.touched_ns = st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec;
    *ret = x;
    return 0;
}

int image_record_save(const char *folder, const struct image_record *r, struct err *e)
{
    AUTO_JSON json_t *v = json_object();
    json_put_str(v, "id", r->id);
    json_object_set_new(v, "names", texts_write(&r->names));
    json_object_set_new(v, "layers", texts_write(&r->layers));
    json_put_int(v, "size", r->size);
    json_put_int(v, "created", r->created_us);
    json_put_str(v, "digest", r->digest);
    AUTO_FREE char *text = json_pretty(v), *path = image_path_record(folder, r->id);
    return err_wrap(e, file_write(path, text, strlen(text), 0600, e), "write the image's record");
}

int image_record_list(const char *folder, struct image_record ***ret, size_t *ret_n, struct err *e)
{
    AUTO_FREE char *path = file_join(folder, "images");
    AUTO_STRV struct strv names = {0};
    struct image_record **list = NULL;
    size_t n = 0;
    int r = file_list(path, &names, e);
    if (r < 0)
        return r;
    for (size_t i = 0; i < names.n; i++) {
        size_t len = strlen(names.v[i]);
        if (len != 64 + strlen(".json") || !str_ends(names.v[i], ".json"))
            continue;
        AUTO_FREE char *id = mem_printf(SHA256 "%.64s", names.v[i]);
        struct image_record x;
        if (image_record_load(folder, id, &x, NULL) <
            0) /* taken away meanwhile, or damaged: one bad record must not hide the others */
            continue;
        list = mem_push(list, n, sizeof(struct image_record *));
        list[n] = mem_alloc(sizeof(x));
        *list[n++] = x;
    }
    *ret = list;
    *ret_n = n;
    return 0;
}

void image_record_list_free(struct image_record **list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        image_record_free(list[i]);
    free(list);
}

int image_lock(const char *folder, enum image_lock which, int *ret_fd, struct err *e)
{
    static const struct {
        const char *name;
        int how;
    } locks[] = {[IMAGE_LOCK_USE] = {"lock", LOCK_SH},
                 [IMAGE_LOCK_CLEAN] = {"lock", LOCK_EX | LOCK_NB},
                 [IMAGE_LOCK_NAMES] = {"names", LOCK_EX}};
    AUTO_FREE char *path = file_join(folder, locks[which].name);
    AUTO_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(e, errno, "open lock %s", path);
    while (flock(fd, locks[which].how) < 0) {
        if (errno == EWOULDBLOCK)
            return err_set(e, EAGAIN, "%s: an image is being pulled or imported", path);
        if (errno != EINTR)
            return err_errno(e, errno, "lock %s", path);
    }
    *ret_fd = take_fd(&fd);
    return 0;
}

bool image_layer_facts(const char *folder, const char *diff_id, int64_t *ret_bytes, bool *ret_hides_all)
{
    AUTO_FREE char *path = image_path_layer(folder, diff_id), *facts = image_path_layer_facts(folder, diff_id),
                   *text = NULL;
    size_t len = 0;
    *ret_bytes = 0;
    *ret_hides_all = false;
    if (!file_exists(path) || file_read(facts, RECORD_MAX, &text, &len, NULL) < 0)
        return false;
    AUTO_JSON json_t *v = json_parse(text, len, NULL);
    *ret_bytes = json_int(v, "bytes", 0);
    *ret_hides_all = json_bool(v, "hidesAll", false);
    return v != NULL;
}

int image_layer_facts_save(const char *folder, const char *diff_id, int64_t bytes, bool hides_all, struct err *e)
{
    AUTO_FREE char *path = image_path_layer_facts(folder, diff_id);
    AUTO_FREE char *text =
        mem_printf("{\"bytes\": %lld, \"hidesAll\": %s}\n", (long long)bytes, hides_all ? "true" : "false");
    return file_write(path, text, strlen(text), 0600, e);
}
