// SPDX-License-Identifier: Apache-2.0
/* Each file is a line of JSON (URL, headers, times, size, digest), then the text. */
#include "cli/import_cache.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/file.h"

#define FILE_MAX_BYTES (16U << 20)

void import_copy_done(struct import_copy *c)
{
    free(c->etag);
    free(c->modified);
    free(c->text);
    *c = (struct import_copy){0};
}

bool import_copy_fresh(const struct import_copy *c, int64_t now_us)
{
    int64_t age = now_us - c->fetched_us; /* a clock that went back makes nothing fresh for long */
    return age >= 0 && age < c->fresh_us;
}

/* The value of a directive: "" without one, NULL when it is not there. In `room`. */
static const char *directive(const char *header, const char *name, char *room, size_t size)
{
    size_t n = strlen(name);
    for (const char *p = header; p && *p; p += strcspn(p, ","), p += *p == ',') {
        p += strspn(p, " \t");
        size_t word = strcspn(p, "=, \t");
        if (word != n || strncasecmp(p, name, n) != 0)
            continue;
        const char *value = p[n] == '=' ? p + n + 1 + (p[n + 1] == '"') : "";
        snprintf(room, size, "%.*s", (int)strspn(value, "0123456789"), value);
        return room;
    }
    return NULL;
}

int64_t import_fresh_us(const char *cache_control)
{
    char room[32];
    int64_t seconds;
    if (directive(cache_control, "no-store", room, sizeof(room)))
        return -1;
    if (directive(cache_control, "no-cache", room, sizeof(room)))
        return 0;
    const char *age = directive(cache_control, "max-age", room, sizeof(room));
    if (!age)
        return IMPORT_FRESH_US;
    if (!str_to_i64(age, 0, INT64_MAX, &seconds))
        return 0; /* what cannot be read is no leave */
    return seconds < IMPORT_FRESH_MAX_US / US_PER_S ? seconds * US_PER_S : IMPORT_FRESH_MAX_US;
}

char *import_cache_folder(void)
{
    const char *own = getenv("SEDGE_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (!str_empty(own))
        return file_join(own, "imports");
    if (geteuid() == 0)
        return mem_strdup("/var/cache/sedge/imports");
    if (!str_empty(xdg) && xdg[0] == '/')
        return file_join(xdg, "sedge/imports");
    return str_empty(home) ? NULL : file_join(home, ".cache/sedge/imports");
}

/* By the URL's digest: any URL is a name then. */
static char *file_of(const char *folder, const char *url)
{
    char digest[DIGEST_TEXT_SIZE];
    digest_of(url, strlen(url), digest);
    return file_join(folder, strchr(digest, ':') + 1);
}

static int copy_read(const char *text, size_t len, const char *url, struct import_copy *ret, struct err *e)
{
    char digest[DIGEST_TEXT_SIZE];
    const char *end = len ? memchr(text, '\n', len) : NULL;
    AUTO_JSON json_t *v = end ? json_parse(text, (size_t)(end - text), NULL) : NULL;
    size_t body = end ? len - (size_t)(end + 1 - text) : 0;
    if (end)
        digest_of(end + 1, body, digest);
    if (!v || !str_eq(json_str(v, "digest", NULL), digest) || json_int(v, "size", -1) != (int64_t)body ||
        !str_eq(json_str(v, "url", NULL), url))
        return err_set(e, EBADMSG, "the copy in the cache is damaged");
    *ret = (struct import_copy){.etag = mem_strdup(json_str(v, "etag", NULL)),
                                .modified = mem_strdup(json_str(v, "modified", NULL)),
                                .fetched_us = json_int(v, "fetched", 0),
                                .fresh_us = json_int(v, "fresh", 0),
                                .text = mem_grow(NULL, body + 1, 1),
                                .len = body};
    memcpy(ret->text, end + 1, body);
    ret->text[body] = '\0';
    return 0;
}

int import_cache_read(const char *folder, const char *url, struct import_copy *ret, struct err *e)
{
    AUTO_FREE char *path = file_of(folder, url), *text = NULL;
    size_t len = 0;
    *ret = (struct import_copy){0};
    int r = file_read(path, FILE_MAX_BYTES, &text, &len, NULL);
    return r == -ENOENT ? r : copy_read(text ? text : "", len, url, ret, e);
}

/* ---- writing ---- */

static void head_add(struct buf *out, const char *url, const struct import_copy *c)
{
    char digest[DIGEST_TEXT_SIZE];
    AUTO_JSON json_t *v = json_object();
    digest_of(c->text, c->len, digest);
    json_put_str(v, "url", url);
    json_put_str(v, "etag", c->etag);
    json_put_str(v, "modified", c->modified);
    json_put_int(v, "fetched", c->fetched_us);
    json_put_int(v, "fresh", c->fresh_us);
    json_put_int(v, "size", (int64_t)c->len);
    json_put_str(v, "digest", digest);
    AUTO_FREE char *text = json_text(v);
    buf_addf(out, "%s\n", text);
}

/* Takes the oldest ones away when there are too many. */
static void sweep(const char *folder)
{
    AUTO_STRV struct strv names = {0};
    if (file_list(folder, &names, NULL) < 0)
        return;
    for (size_t left = names.n; left > IMPORT_CACHE_MAX; left--) {
        size_t oldest = names.n;
        struct timespec when = {0};
        for (size_t i = 0; i < names.n; i++) {
            struct stat st;
            AUTO_FREE char *path = file_join(folder, names.v[i]);
            if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
                continue;
            if (oldest == names.n || st.st_mtim.tv_sec < when.tv_sec) {
                oldest = i;
                when = st.st_mtim;
            }
        }
        if (oldest == names.n)
            return;
        AUTO_FREE char *path = file_join(folder, names.v[oldest]);
        unlink(path);
    }
}

int import_cache_write(const char *folder, const char *url, const struct import_copy *copy, struct err *e)
{
    AUTO_FREE char *path = file_of(folder, url);
    AUTO_BUF struct buf out = {0};
    bool is_new = !file_exists(path);
    int r = file_mkdirs(folder, 0700, e);
    if (r < 0)
        return r;
    head_add(&out, url, copy);
    buf_add(&out, copy->text, copy->len);
    r = file_write_fast(path, out.data, out.len, 0600, e); /* what a power cut damages, the digest tells */
    if (r == 0 && is_new)
        sweep(folder);
    return r;
}
