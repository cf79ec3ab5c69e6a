// SPDX-License-Identifier: Apache-2.0
/* Archives of any kind: their list of members, within limits, and what the members hold. */
#include "cli/csar.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/csar_private.h"
#include "io/file.h"

#define RATIO_FREE (16LL << 20)

/* ---- the list ---- */

int csar_count(struct csar *c, struct err *e)
{
    return ++c->named > CSAR_MEMBERS_MAX ? err_set(e, EBADMSG, "it has more than %d members", CSAR_MEMBERS_MAX) : 0;
}

static struct csar_member *member_new(struct csar *c, const char *path)
{
    c->members = mem_push(c->members, c->n, sizeof(*c->members));
    c->members[c->n] = (struct csar_member){.path = mem_strdup(path), .folder = true};
    map_set(&c->by_path, path, (void *)(uintptr_t)(c->n + 1));
    return &c->members[c->n++];
}

/* The folders above a path. */
static int folders_add(struct csar *c, const char *path, struct err *e)
{
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        AUTO_FREE char *folder = mem_strndup(path, (size_t)(slash - path));
        const struct csar_member *there = csar_find(c, folder);
        if (there && !there->folder)
            return err_set(e, EBADMSG, "'%.200s' is a file, and the folder of others", folder);
        if (!there)
            member_new(c, folder);
    }
    return 0;
}

static int count_bytes(struct csar *c, int64_t size, struct err *e)
{
    if (size < 0 || size > CSAR_BYTES_MAX || (c->unpacked += size) > CSAR_BYTES_MAX)
        return err_set(e, EBADMSG, "it unfolds to more than %lld bytes", CSAR_BYTES_MAX);
    if (c->unpacked > RATIO_FREE && c->unpacked / CSAR_RATIO_MAX > c->packed)
        return err_set(e, EBADMSG, "it unfolds to more than %d times its size", CSAR_RATIO_MAX);
    return 0;
}

int csar_add(struct csar *c, const struct csar_member *m, struct err *e)
{
    int r = folders_add(c, m->path, e);
    if (r == 0)
        r = count_bytes(c, m->folder ? 0 : m->size, e);
    if (r < 0)
        return r;
    const struct csar_member *there = csar_find(c, m->path);
    if (there && m->folder && there->folder)
        return 0;
    if (there)
        return err_set(e, EBADMSG, "'%.200s' is in it twice", m->path);
    struct csar_member *added = member_new(c, m->path);
    char *path = added->path;
    *added = *m;
    added->path = path;
    return 0;
}

size_t csar_members(const struct csar *c, const struct csar_member **ret)
{
    *ret = c->members;
    return c->n;
}

const struct csar_member *csar_find(const struct csar *c, const char *path)
{
    uintptr_t i = (uintptr_t)map_get(&c->by_path, path);
    return i ? &c->members[i - 1] : NULL;
}

/* ---- opening ---- */

enum csar_look csar_look(const char *name, int fd)
{
    static const struct {
        const char *ending;
        enum csar_look look;
    } endings[] = {
        {".csar", CSAR_ZIP}, {".zip", CSAR_ZIP}, {".tar", CSAR_TAR}, {".tar.gz", CSAR_TAR}, {".tgz", CSAR_TAR}};
    char head[TAR_MAGIC_AT + 5] = "";
    ssize_t n = pread(fd, head, sizeof(head), 0);
    if (n >= 2 && memcmp(head, "PK", 2) == 0)
        return CSAR_ZIP;
    if ((n >= 2 && memcmp(head, "\x1f\x8b", 2) == 0) ||
        (n == (ssize_t)sizeof(head) && memcmp(head + TAR_MAGIC_AT, "ustar", 5) == 0))
        return CSAR_TAR;
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (str_ends(name, endings[i].ending))
            return endings[i].look;
    return CSAR_NONE;
}

static int open_any(struct csar *c, int fd, const char *shown, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return err_errno(e, errno, "look at it");
    c->packed = st.st_size;
    int r = csar_look(shown, fd) == CSAR_TAR ? csar_tar_open(c, fd, e) : csar_zip_open(c, fd, e);
    return r == 0 && c->n == 0 ? err_set(e, EBADMSG, "it is empty") : r;
}

int csar_open(int fd, const char *shown, struct csar **ret, struct diags *d)
{
    struct csar *c = mem_alloc(sizeof(*c));
    struct err e = {0};
    c->spool = -1;
    int r = open_any(c, fd, shown, &e);
    if (r == 0) {
        *ret = c;
        return 0;
    }
    diags_add(d, DIAG_ERROR, r == -EBADMSG ? "CSAR" : "IO", shown, 1, 1, "unpack '%s': %s", shown, err_text(&e));
    csar_close(c);
    return r;
}

void csar_close(struct csar *c)
{
    if (!c)
        return;
    if (c->kind)
        c->kind->close(c);
    for (size_t i = 0; i < c->n; i++)
        free(c->members[i].path);
    free(c->members);
    map_done(&c->by_path);
    free(c);
}

/* ---- members ---- */

static int file_member(const struct csar *c, const char *path, const struct csar_member **ret, struct err *e)
{
    *ret = csar_find(c, path);
    if (!*ret)
        return -ENOENT;
    return (*ret)->folder ? err_set(e, EISDIR, "'%.200s' is a folder of the archive", path) : 0;
}

static int unpack(struct csar *c, const struct csar_member *m, int (*take)(void *, const char *, size_t), void *data,
                  struct err *e)
{
    int r = c->kind->unpack(c, m, take, data);
    if (r == -EBADMSG)
        return err_set(e, EBADMSG, "member '%.200s' of the archive is damaged", m->path);
    return r < 0 ? err_errno(e, -r, "unpack '%.200s'", m->path) : 0;
}

static int take_text(void *data, const char *block, size_t n)
{
    buf_add(data, block, n);
    return 0;
}

int csar_read(struct csar *c, const char *path, size_t max, char **ret, size_t *ret_len, struct err *e)
{
    const struct csar_member *m;
    AUTO_BUF struct buf text = {0};
    int r = file_member(c, path, &m, e);
    if (r == 0 && (uint64_t)m->size > max)
        r = err_set(e, EFBIG, "'%.200s' has %lld bytes; at most %zu are taken", path, (long long)m->size, max);
    if (r == 0)
        r = unpack(c, m, take_text, &text, e);
    if (r < 0)
        return r;
    *ret_len = text.len;
    *ret = buf_take(&text);
    return 0;
}

static int take_bytes(void *data, const char *block, size_t n)
{
    return file_write_fd(*(int *)data, block, n);
}

int csar_fd(struct csar *c, const char *path, struct err *e)
{
    const struct csar_member *m;
    int r = file_member(c, path, &m, e);
    if (r == -ENOENT)
        r = err_set(e, ENOENT, "'%.200s' is not in the archive", path);
    if (r < 0)
        return r;
    AUTO_CLOSE int fd = memfd_create("sedge-csar", MFD_CLOEXEC);
    if (fd < 0)
        return err_errno(e, errno, "unpack '%.200s'", path);
    r = unpack(c, m, take_bytes, &fd, e);
    if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
        r = err_errno(e, errno, "unpack '%.200s'", path);
    return r < 0 ? r : take_fd(&fd);
}
