// SPDX-License-Identifier: Apache-2.0
/* Sends a bundle: the manifest first, then what the head says it lacks, then the manifest again. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/api_client.h"
#include "cli/bundle_make.h"

#define BLOBS   "/sedge/v1/blobs/"
#define BUNDLES "/sedge/v1/bundles/"

struct upload {
    struct http_conn *c;
    const struct template *t;
    const struct bundle_manifest *m;
    char *path, *text; /* of the manifest */
    size_t sent;
};

static void upload_done(struct upload *u)
{
    free(u->path);
    free(u->text);
}

/* 1 when the head has the bundle, 0 when not. */
static int upload_known(const struct upload *u, struct err *e)
{
    AUTO(http_answer_done)
    struct http_answer a = {0};
    int r = http_call(u->c, "HEAD", u->path, NULL, NULL, 0, &a, e);
    return r < 0 ? r : a.status == 200;
}

/* 0, or -ENOENT with *ret_missing: the digests that the head lacks. */
static int upload_manifest(const struct upload *u, json_t **ret_missing, struct err *e)
{
    AUTO(http_answer_done)
    struct http_answer a = {0};
    int r = http_call(u->c, "PUT", u->path, "application/json", u->text, strlen(u->text), &a, e);
    if (r < 0)
        return r;
    if (a.status < 300)
        return 0;
    AUTO_JSON json_t *v = a.status == 409 ? json_parse(buf_str(&a.body), a.body.len, NULL) : NULL;
    json_t *missing = json_object_get(v, "missing");
    if (!json_is_array(missing))
        return client_fault(&a, e);
    *ret_missing = json_incref(missing);
    return -ENOENT;
}

static const struct bundle_file *file_of(const struct bundle_manifest *m, const char *digest)
{
    for (size_t i = 0; i < m->n; i++)
        if (str_eq(m->files[i].digest, digest))
            return &m->files[i];
    return NULL;
}

static int upload_blob(struct upload *u, const char *digest, struct err *e)
{
    const struct bundle_file *f = digest ? file_of(u->m, digest) : NULL;
    if (!f)
        return err_set(e, EPROTO, "the head asks for '%.100s', which is no file of the bundle", digest ? digest : "?");
    mode_t mode;
    AUTO_CLOSE int fd = template_files_fd(&u->t->files, f->path, &mode, e);
    struct stat st;
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0 || st.st_size != f->size)
        return err_set(e, ESTALE, "'%s' changed while it was being sent; try again", f->path);
    AUTO(http_answer_done)
    struct http_answer a = {0};
    AUTO_FREE char *path = mem_printf(BLOBS "%s", digest);
    int r = http_call_fd(u->c, "PUT", path, "application/octet-stream", fd, &a, e);
    if (r == 0 && a.status >= 300)
        r = client_fault(&a, e);
    u->sent += r == 0;
    return err_wrap(e, r, "send '%s'", f->path);
}

static int upload_all(struct upload *u, struct err *e)
{
    AUTO_JSON json_t *missing = NULL;
    size_t i;
    json_t *digest;
    int r = upload_manifest(u, &missing, e);
    if (r != -ENOENT || !missing)
        return r;
    json_array_foreach(missing, i, digest)
    {
        r = upload_blob(u, json_string_value(digest), e);
        if (r < 0)
            return r;
    }
    AUTO_JSON json_t *still = NULL;
    r = upload_manifest(u, &still, e);
    return still ? err_set(e, EPROTO, "the head lacks files that it has just been sent") : r;
}

int bundle_upload(struct http_conn *c, const struct template *t, const struct bundle_manifest *m,
                  char ret_digest[DIGEST_TEXT_SIZE], size_t *ret_sent, struct err *e)
{
    AUTO(upload_done)
    struct upload u = {.c = c, .t = t, .m = m, .text = bundle_manifest_text(m)};
    digest_of(u.text, strlen(u.text), ret_digest);
    u.path = mem_printf(BUNDLES "%s", ret_digest);
    int r = upload_known(&u, e);
    if (r == 0)
        r = upload_all(&u, e);
    if (ret_sent)
        *ret_sent = u.sent;
    return r < 0 ? err_wrap(e, r, "send the bundle") : 0;
}
