// SPDX-License-Identifier: Apache-2.0
/* The log's reader: all files of a log in order of time, then what comes behind, across rotations.
 *
 * Files are opened newest first (a rotation meanwhile shows as the same file twice and is passed over), then read
 * oldest first. A tail is found by a first pass that only counts. The follower keeps the newest file open: when the
 * path names another file, it reads the old one to its end and goes on with its successors. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/container_log.h"
#include "engine/log_private.h"

#define FILES_MOST 64

struct log_cursor {
    char *path;
    FILE *file;
    int inotify;
};

typedef bool (*log_line_fn)(void *data, bool is_err, const char *text, size_t len);

/* One pass over lines. */
struct log_pass {
    const struct container_log_query *q;
    char since[32]; /* as text; "" for the beginning */
    log_line_fn line;
    void *data;
    int64_t skip;     /* so many wanted lines are passed over first */
    int64_t count;    /* wanted lines seen */
    bool in_line[2];  /* a partial line of this stream was given last, so the next piece belongs to it */
    bool skipping[2]; /* and was passed over */
    bool stopped;
};

static void pass_init(struct log_pass *p, const struct container_log_query *q, log_line_fn line, void *data)
{
    *p = (struct log_pass){.q = q, .line = line, .data = data};
    if (q->since_us > 0)
        clock_rfc3339_us(q->since_us, p->since, sizeof(p->since));
}

static bool wanted(const struct log_pass *p, const char *text, bool is_err)
{
    return (is_err ? p->q->err : p->q->out) && (!p->since[0] || memcmp(text, p->since, LOG_TIME_BYTES) >= 0);
}

/* Hands one stored piece on: without the newline while its line goes on. */
static void give(struct log_pass *p, char *text, size_t len, bool is_err, bool partial, bool begins)
{
    size_t head = p->q->timestamps && begins ? LOG_TIME_BYTES + 1 : 0;
    char *from = text + LOG_HEAD_BYTES - head;
    if (head > 0)
        memmove(from, text, head); /* "<time> " to just before the text */
    size_t n = len - LOG_HEAD_BYTES + head;
    p->stopped = !p->line(p->data, is_err, from, partial ? n - 1 : n);
}

/* One stored line with its newline. */
static void pass_line(struct log_pass *p, char *text, size_t len)
{
    if (len <= LOG_HEAD_BYTES || text[len - 1] != '\n' || text[LOG_TIME_BYTES] != ' ')
        return; /* torn by a power cut, or not ours */
    bool is_err = text[LOG_TIME_BYTES + 4] == 'e', partial = text[LOG_HEAD_BYTES - 2] == 'P';
    if (!wanted(p, text, is_err))
        return;
    bool begins = !p->in_line[is_err];
    p->in_line[is_err] = partial;
    if (begins)
        p->skipping[is_err] = p->count++ < p->skip;
    if (p->line && !p->skipping[is_err])
        give(p, text, len, is_err, partial, begins);
}

/* From where the file stands to the end of its last whole line. */
static void pass_file(struct log_pass *p, FILE *f)
{
    AUTO_FREE char *line = NULL;
    size_t room = 0;
    while (!p->stopped) {
        off_t at = ftello(f);
        ssize_t n = getline(&line, &room, f);
        if (n <= 0)
            break;
        if (line[n - 1] != '\n') { /* being written: again when it is whole */
            fseeko(f, at, SEEK_SET);
            break;
        }
        pass_line(p, line, (size_t)n);
    }
    clearerr(f);
}

static bool same_file(FILE *a, FILE *b)
{
    struct stat x, y;
    return fstat(fileno(a), &x) == 0 && fstat(fileno(b), &y) == 0 && x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

static FILE *open_part(const char *path, int i)
{
    AUTO_FREE char *name = i > 0 ? mem_printf("%s.%d", path, i) : mem_strdup(path);
    return fopen(name, "re");
}

/* The files that are there, newest first. */
static size_t open_parts(const char *path, FILE *ret[FILES_MOST])
{
    size_t n = 0;
    for (int i = 0; i < FILES_MOST; i++) {
        FILE *f = open_part(path, i);
        if (!f && i > 0)
            break;
        if (f && n > 0 && same_file(f, ret[n - 1]))
            fclose(f);
        else if (f)
            ret[n++] = f;
    }
    return n;
}

static int64_t count_lines(FILE *files[], size_t n, const struct container_log_query *q)
{
    struct log_pass p;
    pass_init(&p, q, NULL, NULL);
    for (size_t i = n; i > 0; i--) {
        pass_file(&p, files[i - 1]);
        rewind(files[i - 1]);
    }
    return p.count;
}

static int cursor_new(const char *path, struct log_cursor **ret, struct err *e)
{
    AUTO_FREE char *dir = mem_strdup(path);
    char *slash = strrchr(dir, '/');
    if (slash)
        *slash = '\0';
    AUTO_CLOSE int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0 || inotify_add_watch(fd, slash ? dir : ".", IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
        return err_errno(e, errno, "watch %s", path);
    struct log_cursor *c = mem_alloc(sizeof(*c));
    c->path = mem_strdup(path);
    c->inotify = take_fd(&fd);
    *ret = c;
    return 0;
}

int container_log_read(const char *log_path, const struct container_log_query *q, log_line_fn line, void *data,
                       struct log_cursor **ret_cursor, struct err *e)
{
    FILE *files[FILES_MOST] = {0};
    struct log_pass p;
    struct log_cursor *cursor = NULL;
    int r = ret_cursor ? cursor_new(log_path, &cursor, e) : 0; /* watches before it reads: nothing is missed */
    if (r < 0)
        return r;
    size_t n = open_parts(log_path, files);
    pass_init(&p, q, line, data);
    if (q->tail >= 0) {
        int64_t all = count_lines(files, n, q);
        p.skip = all > q->tail ? all - q->tail : 0;
    }
    for (size_t i = n; i > 0; i--)
        pass_file(&p, files[i - 1]);
    if (cursor && n > 0)
        cursor->file = take_ptr(files[0]);
    for (size_t i = 0; i < n; i++)
        if (files[i])
            fclose(files[i]);
    if (ret_cursor)
        *ret_cursor = cursor;
    return 0;
}

int log_cursor_fd(const struct log_cursor *c)
{
    return c->inotify;
}

static void drain_inotify(int fd)
{
    char events[4096];
    while (read(fd, events, sizeof(events)) > 0)
        ;
}

int log_cursor_more(struct log_cursor *c, const struct container_log_query *q, log_line_fn line, void *data,
                    struct err *e)
{
    FILE *files[FILES_MOST] = {0};
    struct log_pass p;
    drain_inotify(c->inotify);
    pass_init(&p, q, line, data);
    size_t n = open_parts(c->path, files), from = n;
    for (size_t i = 0; c->file && i < n; i++)
        if (same_file(files[i], c->file))
            from = i;
    if (c->file)
        pass_file(&p, c->file); /* after the opening: what it got before it was rotated is all there */
    for (size_t i = from; i > 0; i--)
        pass_file(&p, files[i - 1]);
    if (from > 0 && n > 0) {
        if (c->file)
            fclose(c->file);
        c->file = take_ptr(files[0]);
    }
    for (size_t i = 0; i < n; i++)
        if (files[i])
            fclose(files[i]);
    return 0;
}

void log_cursor_free(struct log_cursor *c)
{
    if (!c)
        return;
    if (c->file)
        fclose(c->file);
    mem_closep(&c->inotify);
    free(c->path);
    free(c);
}
