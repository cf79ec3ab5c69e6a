// SPDX-License-Identifier: Apache-2.0
/* The trusted side of unpacking.
 *
 * How it works: stream -> [jail: inflate] -> this process: sha256, limits, free disk -> [jail: write]. A bare stream
 * skips the first jail. Neither child is believed: the digest is of bytes that passed here, so a child that was taken
 * over can spoil nothing but a folder that is then thrown away, or one whose own digest it truly is. The writing child
 * says at its end which folders are opaque; the mark itself is set here, for it takes a right (CAP_SYS_ADMIN) that the
 * child must not have. */
#include "image/layer_unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "image/image_disk.h"
#include "image/layer_jail.h"
#include "io/file.h"

#define HEAD_BYTES       6
#define CHUNK            (1024 * 1024)
#define CHECK_DISK_EVERY (4LL * 1024 * 1024)
#define REPORT_MAX       (16U * 1024 * 1024)
#define JAIL_MEMORY      (192LL * 1024 * 1024) /* holds zstd's largest usual window, 128 MiB */
#define OPAQUE_XATTR     "trusted.overlay.opaque"

struct inflate_job {
    struct layer_source *source;
    enum layer_packing packing;
};
struct write_job {
    struct layer_source *source;
    const struct layer_limits *limits;
};

/* "E<errno> text\0": the only words of a child that failed. */
static int report_error(int report, int r, const struct err *e)
{
    dprintf(report, "E%d %s%c", -r, err_text(e), '\0');
    return 1;
}

static int inflate_inside(void *data, int report)
{
    struct inflate_job *job = data;
    struct err e = {0};
    job->source->fd = 0;
    int r = layer_inflate(job->source, job->packing, 1, &e);
    return r < 0 ? report_error(report, r, &e) : 0;
}

static int write_inside(void *data, int report)
{
    struct write_job *job = data;
    struct err e = {0};
    struct layer_report done;
    AUTO_BUF struct buf text = {0};
    AUTO_CLOSE int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    job->source->fd = 0;
    int r = root < 0 ? err_errno(&e, errno, "open the layer's folder")
                     : layer_write(job->source, root, job->limits, &done, &e);
    if (r < 0)
        return report_error(report, r, &e);
    buf_addf(&text, "S%lld %lld %lld%c", (long long)done.entries, (long long)done.bytes, (long long)done.skipped, '\0');
    if (done.first_skipped)
        buf_addf(&text, "K%s%c", done.first_skipped, '\0');
    for (size_t i = 0; i < done.opaque.n; i++)
        buf_addf(&text, "O%s%c", done.opaque.v[i], '\0');
    r = file_write_fd(report, text.data, text.len);
    layer_report_done(&done);
    return r < 0 ? 1 : 0;
}

/* Only what a layer may do to us may come out of a report: any other number is "broken". */
static int known_fault(int64_t code)
{
    static const int known[] = {ENOEXEC, EBADMSG, EFBIG, ENOSPC, ENOMEM, EPERM, EIO, EROFS, ENOSYS};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (known[i] == code)
            return known[i];
    }
    return EBADMSG;
}

/* Text of foreign origin becomes one printable line. */
static void make_printable(char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            *s = '?';
    }
}

static int take_error(char *text, struct err *e)
{
    char *space = strchr(text, ' ');
    int64_t code = 0;
    if (space)
        *space = '\0';
    str_to_i64(text, 1, 4096, &code);
    make_printable(space ? space + 1 : text);
    return err_set(e, known_fault(code), "%s", space ? space + 1 : "unpacking failed");
}

static void take_numbers(char *text, struct layer_unpacked *u)
{
    int64_t *const into[] = {&u->entries, &u->bytes, &u->skipped};
    AUTO_STRV struct strv parts = {0};
    strv_split(&parts, text, " ");
    for (size_t i = 0; i < parts.n && i < ARRAY_LEN(into); i++)
        str_to_i64(parts.v[i], 0, INT64_MAX, into[i]);
}

static int mark_opaque(struct layer_tree *t, const char *path, struct layer_unpacked *u, struct err *e)
{
    if (str_eq(path, ".")) {
        u->hides_all = true;
        return 0;
    }
    AUTO_CLOSE int fd = layer_tree_open(t, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (fd < 0) /* it gave way to something that hides by itself */
        return 0;
    if (fsetxattr(fd, OPAQUE_XATTR, "y", 1, 0) < 0)
        return err_errno(
            e, errno, "mark folder '%.200s' as opaque (the store's file system must know trusted.* attributes)", path);
    return 0;
}

/* Reads what a child said, and does it: errors, numbers, opaque folders. */
static int take_report(int report, int root, struct layer_unpacked *u, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    struct layer_tree tree;
    int r = file_read_fd(report, REPORT_MAX, &text, &len, e);
    if (r < 0)
        return err_wrap(e, r, "read the unpacking process' report");
    layer_tree_init(&tree, root, 0);
    for (size_t at = 0; r == 0 && at < len; at += strlen(text + at) + 1) {
        char *record = text + at;
        if (*record == 'E')
            r = take_error(record + 1, e);
        else if (*record == 'S' && u)
            take_numbers(record + 1, u);
        else if (*record == 'K' && u && !u->first_skipped)
            make_printable(u->first_skipped = mem_strdup(record + 1));
        else if (*record == 'O' && u)
            r = mark_opaque(&tree, record + 1, u, e);
    }
    layer_tree_done(&tree);
    return r;
}

/* Its end: 0 only when it ended well and said nothing else. */
static int finish_inmate(struct layer_inmate *m, int root, const char *what, struct layer_unpacked *u, struct err *e)
{
    int r = take_report(m->report, root, u, e);
    int status = layer_inmate_wait(m);
    if (r < 0)
        return r;
    if (status != 0)
        return err_set(e, EBADMSG, "%s: the process ended with status %d without a word", what, status);
    return 0;
}

struct pump {
    const struct layer_unpack *o;
    struct layer_source *source; /* holds the head */
    struct layer_inmate inflater, writer;
    int from, to; /* the unpacked stream in, and out to the writer */
    int root;
    struct digest digest;
};

static void pump_done(struct pump *p)
{
    if (p->from >= 0 && p->from != p->o->fd)
        mem_closep(&p->from);
    mem_closep(&p->to);
    mem_closep(&p->root);
    layer_inmate_done(&p->inflater);
    layer_inmate_done(&p->writer);
    free(p->source);
}

static int make_pipe(int *ret_read, int *ret_write, struct err *e)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(e, errno, "make a pipe");
    (void)fcntl(ends[1], F_SETPIPE_SZ,
                CHUNK); /* fewer switches between the processes; the limit of the machine may be lower */
    *ret_read = ends[0];
    *ret_write = ends[1];
    return 0;
}

static int start_writer(struct pump *p, struct err *e)
{
    AUTO_CLOSE int in = -1;
    int r = make_pipe(&in, &p->to, e);
    if (r < 0)
        return r;
    struct layer_source *empty = mem_alloc(sizeof(*empty));
    struct write_job job = {.source = empty, .limits = &p->o->limits};
    struct layer_jail jail = {.root = p->o->folder,
                              .in = in,
                              .out = -1,
                              .max_file = p->o->limits.max_bytes,
                              .memory = JAIL_MEMORY,
                              .run = write_inside,
                              .data = &job};
    r = layer_jail_start(&jail, &p->writer, e);
    free(empty);
    return r;
}

static int start_inflater(struct pump *p, enum layer_packing packing, struct err *e)
{
    AUTO_CLOSE int out = -1;
    int r = make_pipe(&p->from, &out, e);
    if (r < 0)
        return r;
    struct inflate_job job = {.source = p->source, .packing = packing};
    struct layer_jail jail = {
        .place = p->o->folder, .in = p->o->fd, .out = out, .memory = JAIL_MEMORY, .run = inflate_inside, .data = &job};
    return layer_jail_start(&jail, &p->inflater, e);
}

/* The first bytes, which say how the stream is packed. */
static int read_head(struct pump *p, struct err *e)
{
    struct layer_source *s = p->source;
    while (s->head_len < HEAD_BYTES) {
        ssize_t n = read(p->o->fd, s->buffer + s->head_len, HEAD_BYTES - s->head_len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, errno, "read the archive");
        if (n == 0)
            break;
        s->head_len += (size_t)n;
    }
    if (s->head_len == 0)
        return err_set(e, ENOEXEC, "the archive is empty; give an OCI archive, a Docker archive or a root tar");
    return 0;
}

/* Some of the stream: hashed and handed on. -EPIPE: the writer is gone. */
static int pass_on(struct pump *p, const void *data, size_t len)
{
    digest_add(&p->digest, data, len);
    return file_write_fd(p->to, data, len);
}

static int check_room(struct pump *p, int64_t done, int64_t *checked, struct err *e)
{
    if (done > p->o->stream_max)
        return err_set(e, EFBIG, "it unpacks to more than the %lld bytes allowed; raise --max-bytes",
                       (long long)p->o->stream_max);
    if (done - *checked < CHECK_DISK_EVERY && *checked)
        return 0;
    *checked = done ? done : 1;
    if (p->o->progress)
        p->o->progress(p->o->data, done);
    return image_disk_check(p->root, e);
}

static int pump_stream(struct pump *p, struct err *e)
{
    AUTO_FREE char *chunk = mem_alloc(CHUNK);
    int64_t done = 0, checked = 0;
    int r = p->inflater.pid ? 0 : pass_on(p, p->source->buffer, p->source->head_len);
    while (r == 0) {
        r = check_room(p, done, &checked, e);
        if (r < 0)
            return r;
        ssize_t n = read(p->from, chunk, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, errno, "read the archive");
        if (n == 0)
            return 0;
        done += n;
        r = pass_on(p, chunk, (size_t)n);
    }
    return r == -EPIPE ? 0 : err_errno(e, -r, "pass the stream on"); /* the writer's own report says why it went */
}

static int unpack_started(struct pump *p, struct layer_unpacked *u, struct err *e)
{
    int r = pump_stream(p, e);
    mem_closep(&p->to);
    p->to = -1;
    if (r < 0)
        return r;
    struct err written = {0};
    int w = finish_inmate(&p->writer, p->root, "unpack", u, &written);
    if (p->inflater.pid && w == 0) { /* when the writer gave up first, the inflater only says that nobody listens */
        r = finish_inmate(&p->inflater, p->root, "unpack", NULL, e);
        if (r < 0)
            return r;
    }
    if (w < 0 && p->inflater.pid && w != -ENOSPC &&
        w != -EFBIG) { /* a broken stream shows at the writer as a cut-off one: the inflater knows better */
        mem_closep(&p->from);
        p->from = -1;
        r = finish_inmate(&p->inflater, p->root, "unpack", NULL, e);
        if (r == -EBADMSG || r == -ENOMEM)
            return r;
        err_clear(e);
    }
    if (w < 0)
        return err_set(e, -w, "%s", err_text(&written));
    digest_text(&p->digest, u->diff_id);
    return 0;
}

static int unpack_with(struct pump *p, struct layer_unpacked *u, struct err *e)
{
    p->root = open(p->o->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->root < 0)
        return err_errno(e, errno, "open %s", p->o->folder);
    int r = read_head(p, e);
    if (r < 0)
        return r;
    enum layer_packing packing = layer_packing_of(p->source->buffer, p->source->head_len);
    r = start_writer(p, e);
    if (r < 0)
        return r;
    if (packing == LAYER_BARE) {
        p->from = p->o->fd;
        return unpack_started(p, u, e);
    }
    char head[HEAD_BYTES];
    memcpy(head, p->source->buffer, sizeof(head)); /* the buffer is read into as soon as the head was given */
    p->source->head = head;
    r = start_inflater(p, packing, e);
    return r < 0 ? r : unpack_started(p, u, e);
}

int layer_unpack(const struct layer_unpack *o, struct layer_unpacked *ret, struct err *e)
{
    *ret = (struct layer_unpacked){0};
    int r = layer_archive_open(e);
    if (r < 0)
        return r;
    AUTO(pump_done)
    struct pump p = {.o = o,
                     .source = mem_alloc(sizeof(struct layer_source)),
                     .from = -1,
                     .to = -1,
                     .root = -1,
                     .inflater = {.report = -1},
                     .writer = {.report = -1}};
    struct layer_unpacked u = {0};
    digest_init(&p.digest);
    r = unpack_with(&p, &u, e);
    if (r < 0) {
        layer_unpacked_done(&u);
        return r;
    }
    *ret = u;
    return 0;
}

void layer_unpacked_done(struct layer_unpacked *u)
{
    free(u->first_skipped);
    *u = (struct layer_unpacked){0};
}
