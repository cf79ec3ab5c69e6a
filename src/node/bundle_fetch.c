// SPDX-License-Identifier: Apache-2.0
/* Bundles on the node: fetched from the head on the thread pool, each file checked by digest, laid out whole or not at
 * all, shared by pods.
 *
 *   <state>/bundles/<hex>/manifest.json, files/...      what another bundle here has already is linked, not fetched */
#include <errno.h>
#include <inttypes.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "model/bundle_manifest.h"
#include "model/node_link.h"
#include "node/head_place.h"
#include "node/node_state.h"

struct bundle_wait {
    struct node_pod *pod;
    struct bundle_wait *next;
};
struct bundle_job {
    struct node *node;
    char *digest, *folder; /* folder: <state>/bundles */
    struct http_conn *conn;
    struct map here; /* digest -> path of a file with it, owned */
    int r;
    struct err e;
    struct bundle_wait *waits;
    struct bundle_job *next;
};
struct bundle_jobs {
    struct bundle_job *list;
};

char *bundle_path(const struct node *n, const char *digest, const char *name)
{
    return mem_printf("%s/bundles/%s%s%s", n->state_dir, digest + strlen("sha256:"), name ? "/" : "", name ? name : "");
}

bool bundle_is_here(const struct node *n, const char *digest)
{
    AUTO_FREE char *path = bundle_path(n, digest, "manifest.json");
    return file_exists(path);
}

/* ---- on the pool ---- */

static int answer_fault(int status, const char *what, const char *digest, struct err *e)
{
    if (status == 404)
        return err_set(e, ENOENT, "the head has no %s %s; deploy the application again", what, digest);
    return err_set(e, EPROTO, "the head answered %d for %s %s", status, what, digest);
}

static int get_manifest(struct bundle_job *j, struct bundle_manifest *ret, struct buf *text)
{
    AUTO_FREE char *path = mem_printf("/sedge/v1/bundles/%s", j->digest);
    struct http_answer a = {0};
    char digest[DIGEST_TEXT_SIZE];
    int r = http_call(j->conn, "GET", path, NULL, NULL, 0, &a, &j->e);
    if (r == 0 && a.status != 200)
        r = answer_fault(a.status, "bundle", j->digest, &j->e);
    if (r == 0) {
        digest_of(buf_str(&a.body), a.body.len, digest);
        if (!str_eq(digest, j->digest))
            r = err_set(&j->e, EBADMSG, "what the head sent as bundle %s has the digest %s", j->digest, digest);
    }
    if (r == 0)
        r = bundle_manifest_parse(buf_str(&a.body), a.body.len, ret, &j->e);
    *text = a.body;
    a.body = (struct buf){0};
    http_answer_done(&a);
    return r;
}

struct blob {
    int fd;
    int64_t left;
    struct digest digest;
    int *status;
};

static int blob_piece(void *data, const void *bytes, size_t len)
{
    struct blob *b = data;
    if (*b->status != 200)
        return 0;
    b->left -= (int64_t)len;
    if (b->left < 0)
        return -EFBIG;
    digest_add(&b->digest, bytes, len);
    return file_write_fd(b->fd, bytes, len);
}

static int get_blob(struct bundle_job *j, const struct bundle_file *f, int fd)
{
    AUTO_FREE char *path = mem_printf("/sedge/v1/blobs/%s", f->digest);
    char digest[DIGEST_TEXT_SIZE];
    int status = 0;
    struct blob b = {.fd = fd, .left = f->size, .status = &status};
    digest_init(&b.digest);
    int r = http_follow(j->conn, "GET", path, blob_piece, &b, &status, &j->e);
    if (r == 0 && status != 200)
        return answer_fault(status, "file", f->digest, &j->e);
    if (r < 0)
        return j->e.code ? r : err_errno(&j->e, -r, "fetch %s of bundle %s", f->path, j->digest);
    digest_text(&b.digest, digest);
    if (!str_eq(digest, f->digest))
        return err_set(&j->e, EBADMSG, "what the head sent as %s of bundle %s has the digest %s instead of %s", f->path,
                       j->digest, digest, f->digest);
    return fsync(fd) < 0 ? err_errno(&j->e, errno, "fsync %s", f->path) : 0;
}

static int place(struct bundle_job *j, const struct bundle_file *f, const char *files)
{
    AUTO_FREE char *to = file_join(files, f->path);
    AUTO_FREE char *folder = mem_strndup(to, (size_t)(strrchr(to, '/') - to));
    const char *there = map_get(&j->here, f->digest);
    struct stat st;
    int r = file_mkdirs(folder, 0755, &j->e);
    if (r < 0)
        return r;
    if (there && stat(there, &st) == 0 && (st.st_mode & 0777) == f->mode && link(there, to) == 0)
        return 0;
    AUTO_CLOSE int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(&j->e, errno, "make %s", to);
    r = get_blob(j, f, fd);
    if (r == 0 && fchmod(fd, f->mode) < 0)
        r = err_errno(&j->e, errno, "set the mode of %s", to);
    return r;
}

/* What the bundles here hold. */
static void look_here(struct bundle_job *j)
{
    AUTO_STRV struct strv names = {0};
    map_init(&j->here, free);
    if (file_list(j->folder, &names, NULL) < 0)
        return;
    for (size_t i = 0; i < names.n; i++) {
        AUTO_FREE char *path = mem_printf("%s/%s/manifest.json", j->folder, names.v[i]);
        AUTO_FREE char *text = NULL;
        struct bundle_manifest m = {0};
        size_t len;
        if (file_read(path, 8U << 20, &text, &len, NULL) < 0 || bundle_manifest_parse(text, len, &m, NULL) < 0)
            continue;
        for (size_t k = 0; k < m.n; k++)
            map_set(&j->here, m.files[k].digest, mem_printf("%s/%s/files/%s", j->folder, names.v[i], m.files[k].path));
        bundle_manifest_done(&m);
    }
}

static int fill(struct bundle_job *j, const char *temporary)
{
    AUTO_FREE char *files = file_join(temporary, "files");
    AUTO_FREE char *path = file_join(temporary, "manifest.json");
    AUTO_BUF struct buf text = {0};
    struct bundle_manifest m = {0};
    int r = get_manifest(j, &m, &text);
    if (r == 0)
        r = file_mkdirs(files, 0755, &j->e);
    if (r == 0)
        look_here(j);
    for (size_t i = 0; r == 0 && i < m.n; i++)
        r = place(j, &m.files[i], files);
    map_done(&j->here);
    bundle_manifest_done(&m);
    return r < 0 ? r : file_write(path, buf_str(&text), text.len, 0644, &j->e);
}

static int bring(struct bundle_job *j)
{
    AUTO(head_place_done)
    struct head_place place = {0};
    AUTO_FREE char *temporary = mem_printf("%s/tmp-%s", j->folder, j->digest + strlen("sha256:"));
    AUTO_FREE char *final = file_join(j->folder, j->digest + strlen("sha256:"));
    int r = file_remove_tree(temporary, &j->e);
    if (r == 0)
        r = file_mkdirs(temporary, 0755, &j->e);
    if (r == 0)
        r = head_place_read(j->node->run_dir, j->node->state_dir, &j->node->machine, &place, &j->e);
    if (r == 0)
        r = head_place_open(&place, &j->conn, &j->e);
    if (r == 0)
        r = fill(j, temporary);
    if (r == 0 && rename(temporary, final) < 0)
        r = err_errno(&j->e, errno, "rename %s", temporary);
    if (r == 0)
        return file_fsync_dir(j->folder, &j->e);
    file_remove_tree(temporary, NULL);
    return r;
}

static void fetch_work(void *data)
{
    struct bundle_job *j = data;
    j->r = digest_valid(j->digest) ? bring(j) : err_set(&j->e, EINVAL, "'%s' is no digest", j->digest);
    http_close(take_ptr(j->conn));
}

/* ---- on the loop ---- */

static void fetch_after(void *data)
{
    struct bundle_job *j = data, **at = &j->node->bundles->list;
    while (*at != j)
        at = &(*at)->next;
    *at = j->next;
    while (j->waits) {
        struct bundle_wait *w = j->waits;
        j->waits = w->next;
        w->pod->known.busy = POD_DO_NOTHING;
        if (j->r < 0)
            pod_trouble(w->pod, POD_DO_BUNDLE, j->r == -ENOSPC ? POD_FAILED_DISK : POD_FAILED_BUNDLE, true,
                        err_text(&j->e));
        pod_kick(w->pod);
        free(w);
    }
    free(j->digest);
    free(j->folder);
    free(j);
}

void bundle_fetch_for(struct node_pod *p, const char *digest)
{
    struct node *n = p->node;
    struct bundle_job *j = n->bundles->list;
    while (j && !str_eq(j->digest, digest))
        j = j->next;
    bool start = !j;
    if (start) {
        j = mem_alloc(sizeof(*j));
        *j = (struct bundle_job){.node = n,
                                 .digest = mem_strdup(digest),
                                 .folder = file_join(n->state_dir, "bundles"),
                                 .next = n->bundles->list};
        n->bundles->list = j;
    }
    struct bundle_wait *w = mem_alloc(sizeof(*w));
    *w = (struct bundle_wait){p, j->waits};
    j->waits = w;
    p->known.busy = POD_DO_BUNDLE;
    if (start)
        node_work(n, fetch_work, fetch_after, j);
}

void bundle_leave(struct node_pod *p)
{
    for (struct bundle_job *j = p->node->bundles->list; j; j = j->next)
        for (struct bundle_wait **at = &j->waits; *at;) {
            struct bundle_wait *w = *at;
            if (w->pod != p) {
                at = &w->next;
                continue;
            }
            *at = w->next;
            free(w);
            p->known.busy = POD_DO_NOTHING;
        }
}

void bundle_jobs_init(struct node *n)
{
    AUTO_FREE char *folder = file_join(n->state_dir, "bundles");
    AUTO_STRV struct strv names = {0};
    n->bundles = mem_alloc(sizeof(*n->bundles));
    if (file_list(folder, &names, NULL) < 0)
        return;
    for (size_t i = 0; i < names.n; i++) {
        AUTO_FREE char *path = file_join(folder, names.v[i]);
        if (str_starts(names.v[i], "tmp-")) /* of a run that was broken */
            file_remove_tree(path, NULL);
    }
}

void bundle_jobs_end(struct node *n)
{
}

/* ---- sweeping ---- */

static void sweep_work(void *data)
{
    struct strv *paths = data;
    struct err e = {0};
    for (size_t i = 0; i < paths->n; i++)
        if (file_remove_tree(paths->v[i], &e) < 0)
            log_warn("%s", err_text(&e));
}

static void sweep_after(void *data)
{
    strv_done(data);
    free(data);
}

static bool is_wanted(const struct node *n, const char *hex)
{
    for (const struct bundle_job *j = n->bundles->list; j; j = j->next)
        if (str_ends(j->digest, hex))
            return true;
    for (size_t i = 0; i < n->pods.n; i++) {
        const struct node_pod *p = n->pods.items[i].value;
        const char *bundle = pod_wanted_bundle(&p->pod.spec);
        if (bundle && str_ends(bundle, hex))
            return true;
    }
    return false;
}

/* Out of the way at once, so that a pod that comes for it while it is being removed does not find half of it. The name
 * is one that the next start sweeps, too. NULL when it cannot be moved. */
static char *move_away(const char *folder, const char *hex)
{
    AUTO_FREE char *from = file_join(folder, hex);
    AUTO_FREE char *to = mem_printf("%s/tmp-gone-%s-%" PRId64, folder, hex, clock_mono_us());
    return rename(from, to) == 0 ? take_ptr(to) : NULL;
}

void bundle_sweep(struct node *n)
{
    AUTO_FREE char *folder = file_join(n->state_dir, "bundles");
    AUTO_STRV struct strv names = {0};
    if (n->unsure || file_list(folder, &names, NULL) < 0)
        return;
    struct strv *paths = mem_alloc(sizeof(*paths));
    for (size_t i = 0; i < names.n; i++)
        if (!str_starts(names.v[i], "tmp-") && !is_wanted(n, names.v[i])) {
            char *away = move_away(folder, names.v[i]);
            if (away)
                strv_take(paths, away);
        }
    if (paths->n == 0)
        sweep_after(paths);
    else
        node_work(n, sweep_work, sweep_after, paths);
}
