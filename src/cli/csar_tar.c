// SPDX-License-Identifier: Apache-2.0
/* Tar archives. A tar has no directory, and one that is packed cannot be read from the middle: it is unpacked once,
 * into a file without a name. A child does it that can open nothing, reach nothing and start nothing; what it says is
 * checked here as if a stranger said it. */
#include "cli/csar_tar.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/csar_name.h"
#include "io/confine.h"
#include "io/file.h"

#define BLOCK  65536
#define MEMORY (64LL << 20)

/* ---- what the child says ---- */

static int no_tar(struct err *e)
{
    return err_set(e, EBADMSG, "it is no whole tar archive, plain or packed by gzip");
}

/* All of it; -EBADMSG when the end comes first. */
static int read_all(int fd, void *data, size_t len, struct err *e)
{
    for (char *at = data; len > 0;) {
        ssize_t n = read(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, errno, "read it");
        if (n == 0)
            return no_tar(e);
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

static int copy_data(int in, int64_t size, int spool, struct err *e)
{
    char block[BLOCK];
    while (size > 0) {
        size_t n = size < BLOCK ? (size_t)size : BLOCK;
        int r = read_all(in, block, n, e);
        if (r < 0)
            return r;
        r = file_write_fd(spool, block, n);
        if (r < 0)
            return err_errno(e, -r, "unpack it into a temporary file");
        size -= (int64_t)n;
    }
    return 0;
}

/* "./a/b" -> "a/b"; "./" -> "" */
static const char *without_dot(const char *name)
{
    while (name[0] == '.' && (name[1] == '/' || name[1] == '\0'))
        for (name++; *name == '/'; name++)
            ;
    return name;
}

static int take_member(struct csar *c, const struct csar_tar_record *record, const char *name, int in, struct err *e)
{
    bool file = record->what == CSAR_TAR_FILE;
    name = without_dot(name);
    if (!*name && record->what == CSAR_TAR_FOLDER) /* the folder that was packed */
        return 0;
    AUTO_FREE char *path = csar_name_clean(name, strlen(name), e);
    if (!path)
        return -EBADMSG;
    if (!file && record->what != CSAR_TAR_FOLDER)
        return err_set(e, EBADMSG, "member '%.200s' is neither a file nor a folder; links are not taken", path);
    const struct csar_member m = {.path = path,
                                  .folder = !file,
                                  .runs = file && record->runs,
                                  .size = file ? record->size : 0,
                                  .at = (uint64_t)c->unpacked};
    int r = csar_add(c, &m, e);
    return r == 0 && file ? copy_data(in, record->size, c->spool, e) : r;
}

int csar_tar_take(struct csar *c, int in, struct err *e)
{
    for (;;) {
        struct csar_tar_record record;
        char name[CSAR_TAR_NAME_MAX + 1];
        int r = read_all(in, &record, sizeof(record), e);
        if (r < 0 || record.what == CSAR_TAR_END)
            return r;
        if (record.name_len > CSAR_TAR_NAME_MAX)
            return no_tar(e);
        r = csar_count(c, e);
        if (r == 0)
            r = read_all(in, name, record.name_len, e);
        if (r < 0)
            return r;
        name[record.name_len] = '\0';
        if (strlen(name) != record.name_len)
            return no_tar(e);
        r = take_member(c, &record, name, in, e);
        if (r < 0)
            return r;
    }
}

/* ---- the child ---- */

__attribute__((noreturn)) static void send_confined(int in, int out, pid_t parent)
{
    const struct confine nothing = {.memory = MEMORY, .still = true};
    int from = fcntl(in, F_DUPFD, 3), to = fcntl(out, F_DUPFD, 3);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent || from < 0 || to < 0 || dup2(from, 0) < 0 ||
        dup2(to, 1) < 0)
        _exit(1);
    (void)syscall(SYS_close_range, 3U, ~0U, 0U);
    (void)setlocale(LC_CTYPE, "C.UTF-8"); /* names are UTF-8 */
    if (confine_process(&nothing, NULL) < 0)
        _exit(1);
    _exit(csar_tar_send(0, 1) < 0);
}

/* The end of a pipe from which its records come. */
static int child_start(int fd, pid_t *ret_pid, struct err *e)
{
    int ends[2];
    if (lseek(fd, 0, SEEK_SET) < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(e, errno, "make a pipe");
    AUTO_CLOSE int from = ends[0], to = ends[1];
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return err_errno(e, errno, "start a process to unpack");
    if (pid == 0)
        send_confined(fd, to, parent);
    *ret_pid = pid;
    return take_fd(&from);
}

/* ---- the archive ---- */

/* A file without a name, on disk where that goes: what is in the archive may be large. */
static int spool_open(struct err *e)
{
    const char *places[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        int fd = str_empty(places[i]) ? -1 : open(places[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd >= 0)
            return fd;
    }
    int fd = memfd_create("sedge-csar", MFD_CLOEXEC);
    return fd < 0 ? err_errno(e, errno, "make a temporary file") : fd;
}

static int tar_unpack(struct csar *c, const struct csar_member *m, int (*take)(void *, const char *, size_t),
                      void *data)
{
    char block[BLOCK];
    int64_t done = 0;
    while (done < m->size) {
        size_t want = m->size - done < BLOCK ? (size_t)(m->size - done) : BLOCK;
        ssize_t n = pread(c->spool, block, want, (off_t)m->at + done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EBADMSG;
        int r = take(data, block, (size_t)n);
        if (r < 0)
            return r;
        done += n;
    }
    return 0;
}

static void tar_close(struct csar *c)
{
    mem_closep(&c->spool);
}

int csar_tar_open(struct csar *c, int fd, struct err *e)
{
    static const struct csar_kind kind = {tar_unpack, tar_close};
    pid_t pid = 0;
    int r = csar_tar_library(e);
    if (r < 0)
        return r;
    AUTO_CLOSE int in = child_start(fd, &pid, e); /* before the spool is there: it is none of the child's */
    if (in < 0)
        return in;
    c->kind = &kind;
    c->spool = spool_open(e);
    r = c->spool < 0 ? c->spool : csar_tar_take(c, in, e);
    kill(pid, SIGKILL); /* it has ended, or nobody listens any more */
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return r;
}
