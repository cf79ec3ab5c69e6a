// SPDX-License-Identifier: Apache-2.0
/* How it works: what was fetched once is kept in memory until the command ends, so that a template is checked, packed
 * and sent from the same bytes; faults are kept, too. A copy in the cache that is fresh is taken without a word to its
 * server, one that is not is asked about by its ETag or date; when the server cannot be reached, it is taken with a
 * warning. */
#include "cli/import_fetch.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "cli/import_cache.h"
#include "http/http_fetch.h"

struct import {
    int r; /* as imports_fetch gave it */
    struct import_copy copy;
    struct err e;
};
struct imports {
    struct import_options options;
    char *folder;   /* of the cache; NULL: none */
    struct map got; /* path -> struct import */
    int64_t until_us, file_us;
};

static void import_free(void *p)
{
    struct import *i = p;
    import_copy_done(&i->copy);
    free(i);
}

static bool is_on(const char *variable)
{
    const char *v = getenv(variable);
    return !str_empty(v) && !str_eq(v, "0");
}

struct imports *imports_new(const struct import_options *options)
{
    struct imports *m = mem_alloc(sizeof(*m));
    const char *seconds = getenv("SEDGE_FETCH_SECONDS");
    int64_t n;
    if (options)
        m->options = *options;
    m->options.offline = m->options.offline || is_on("SEDGE_OFFLINE");
    m->folder = import_cache_folder();
    m->file_us = seconds && str_to_i64(seconds, 1, 3600, &n) ? n * US_PER_S : IMPORT_FILE_US;
    map_init(&m->got, import_free);
    return m;
}

void imports_free(struct imports *m)
{
    if (!m)
        return;
    map_done(&m->got);
    free(m->folder);
    free(m);
}

/* ---- the server ---- */

static const struct {
    int status, code;
    const char *words;
} answers[] = {
    {401, EACCES, "401 (unauthorized); give a credential with the repository that it is imported by"},
    {403, EACCES, "403 (forbidden); check the credential of the repository that it is imported by"},
    {404, ENOENT, "404 (not found); check the URL"},
    {410, ENOENT, "410 (gone); it is not there any more"},
    {429, ENETUNREACH, "429 (too many requests); try again later"},
};

static int answer_refused(int status, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(answers); i++)
        if (answers[i].status == status)
            return err_set(e, answers[i].code, "its server answers %s", answers[i].words);
    return err_set(e, status >= 500 ? ENETUNREACH : EPROTO, "its server answers %d", status);
}

static const char *advice(int code)
{
    return code == EKEYREJECTED  ? "; SSL_CERT_FILE=FILE names the certificates that are trusted"
           : code == ENETUNREACH ? "; check the URL and this machine's network"
                                 : "";
}

static void keep(struct imports *m, const char *url, const struct import_copy *copy)
{
    if (m->folder && copy->fresh_us >= 0)
        import_cache_write(m->folder, url, copy, NULL); /* without it the next command only fetches again */
}

/* What the answer makes of the copy that we have. */
static int take_answer(struct imports *m, const char *url, struct http_fetched *a, struct import_copy *copy,
                       struct err *e)
{
    int64_t fresh = import_fresh_us(a->cache_control);
    if (a->status == 304 && copy->text) {
        copy->fetched_us = clock_now_us();
        copy->fresh_us = fresh;
        keep(m, url, copy);
        return 0;
    }
    if (a->status != 200)
        return answer_refused(a->status, e);
    import_copy_done(copy);
    *copy = (struct import_copy){.etag = take_ptr(a->etag),
                                 .modified = take_ptr(a->modified),
                                 .fetched_us = clock_now_us(),
                                 .fresh_us = fresh,
                                 .text = take_ptr(a->text),
                                 .len = a->len};
    keep(m, url, copy);
    return 0;
}

static int ask_server(struct imports *m, const struct tosca_remote *what, struct import_copy *copy, struct err *e)
{
    int64_t now = clock_mono_us();
    const char *ca = getenv("SSL_CERT_FILE");
    AUTO(http_fetched_done)
    struct http_fetched answer = {0};
    m->until_us = m->until_us ? m->until_us : now + IMPORT_ALL_FILES * m->file_us;
    if (now >= m->until_us)
        return err_set(e, ETIMEDOUT, "the template's imports take more than %lld seconds together",
                       (long long)(IMPORT_ALL_FILES * m->file_us / US_PER_S));
    struct http_fetch q = {.url = what->url,
                           .credential = what->credential,
                           .etag = copy->text ? copy->etag : NULL,
                           .modified = copy->text ? copy->modified : NULL,
                           .ca = str_empty(ca) ? NULL : ca,
                           .max = IMPORT_FILE_MAX,
                           .time_us = m->until_us - now < m->file_us ? m->until_us - now : m->file_us};
    struct err why = {0};
    int r = http_fetch(&q, &answer, &why);
    if (r < 0)
        return err_set(e, -r, "%s%s", err_text(&why), advice(-r));
    return take_answer(m, what->url, &answer, copy, e);
}

/* ---- one file ---- */

static bool is_passing(int r)
{
    return r == -ENETUNREACH || r == -ETIMEDOUT || r == -EPROTO;
}

static int no_network(const struct imports *m, struct err *e)
{
    return err_set(e, ENOENT, "it is not in the cache (%s), and with --offline nothing is fetched over the network",
                   m->folder ? m->folder : "there is none: set SEDGE_CACHE");
}

/* The network failed: an old copy is better than none. */
static int take_old(const struct import_copy *copy, int r, struct err *e)
{
    char when[32];
    if (!copy->text || !is_passing(r))
        return r;
    AUTO_FREE char *why = mem_strdup(err_text(e));
    err_set(e, -r, "%s; the copy of %s is taken", why, clock_rfc3339(copy->fetched_us, when, sizeof(when)));
    return 1;
}

static int bring(struct imports *m, const struct tosca_remote *what, struct import_copy *copy, struct err *e)
{
    struct err damaged = {0};
    int r = m->folder && !m->options.refresh ? import_cache_read(m->folder, what->url, copy, &damaged) : -ENOENT;
    if (r == 0 && (m->options.offline || import_copy_fresh(copy, clock_now_us())))
        return 0;
    if (m->options.offline)
        return r == -EBADMSG ? err_set(e, EBADMSG, "%s (%s), and with --offline nothing is fetched over the network",
                                       err_text(&damaged), m->folder)
                             : no_network(m, e);
    r = ask_server(m, what, copy, e);
    return r < 0 ? take_old(copy, r, e) : r;
}

int imports_fetch(struct imports *m, const struct tosca_remote *what, struct err *e)
{
    struct import *i = map_get(&m->got, what->path);
    if (!i) {
        i = mem_alloc(sizeof(*i));
        i->r = bring(m, what, &i->copy, &i->e);
        map_set(&m->got, what->path, i);
    }
    if (i->r != 0)
        *e = i->e;
    return i->r;
}

const char *imports_get(const struct imports *m, const char *path, size_t *ret_len)
{
    const struct import *i = m ? map_get(&m->got, path) : NULL;
    if (!i || i->r < 0)
        return NULL;
    *ret_len = i->copy.len;
    return i->copy.text;
}
