// SPDX-License-Identifier: Apache-2.0
/* Writes a tar's entries into a layer's folder.
 *
 * How it works: libarchive only reads; every name it gives is cleaned here, its parent is opened in the root, and what
 * stands at the last component gives way. Owners come before modes (chown takes set-user-id away), modes before
 * attributes (security.capability would fall too), times last; folders' times come after everything, since what is
 * written into a folder moves them. Real devices are never made: the only node is overlayfs' whiteout, character device
 * 0/0. */
#include "image/layer_write.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "image/layer_archive.h"
#include "io/file.h"

const struct layer_limits layer_limits_default = {
    .max_bytes = 16LL << 30, .max_entries = 1000 * 1000, .max_depth = 200};

#define WHITEOUT        ".wh."
#define WHITEOUT_OPAQUE ".wh..wh..opq"
#define WHITEOUT_OWN    ".wh..wh." /* aufs' own files: nothing of the image */
#define XATTR_MAX_BYTES 65536

struct folder_time {
    char *path;
    struct timespec mtime;
};

struct writer {
    struct archive *archive;
    struct layer_tree tree;
    const struct layer_limits *limits;
    struct layer_report *report;
    struct folder_time *times;
    size_t n_times;
};

struct item { /* one entry and where it goes */
    struct archive_entry *entry;
    const char *path; /* cleaned; "" is the root */
    const char *name; /* its last component */
    int dir;          /* the folder it goes into; the tree's */
};

void layer_report_done(struct layer_report *r)
{
    free(r->first_skipped);
    strv_done(&r->opaque);
    *r = (struct layer_report){0};
}

/* An error of the machine or of the layer at one entry. */
static int entry_fault(const struct item *x, int r, const char *what, struct err *e)
{
    if (r == -EDQUOT)
        r = -ENOSPC;
    return err_errno(e, -r, "%s '%.300s'", what, x->path);
}

static struct timespec entry_time(struct archive_entry *entry)
{
    return (struct timespec){.tv_sec = layer_archive.archive_entry_mtime(entry),
                             .tv_nsec = layer_archive.archive_entry_mtime_nsec(entry)};
}

static bool owns_all(void)
{
    return geteuid() == 0;
}

static int set_owner(const struct item *x, int fd)
{
    int64_t uid = layer_archive.archive_entry_uid(x->entry), gid = layer_archive.archive_entry_gid(x->entry);
    if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX)
        return -EOVERFLOW;
    if (!owns_all()) /* only tests run so: the helper is root */
        return 0;
    int r = fd >= 0 ? fchown(fd, (uid_t)uid, (gid_t)gid)
                    : fchownat(x->dir, x->name, (uid_t)uid, (gid_t)gid, AT_SYMLINK_NOFOLLOW);
    return r < 0 ? -errno : 0;
}

/* security.capability and user.*: all that has a meaning inside a container. trusted.overlay.* from outside would
 * redirect overlayfs, so nothing "trusted" is taken. */
static bool is_wanted_xattr(const char *name)
{
    return str_eq(name, "security.capability") || (str_starts(name, "user.") && !str_starts(name, "user.overlay."));
}

static int set_xattrs(const struct item *x, int fd)
{
    const char *name;
    const void *value;
    size_t size;
    if (layer_archive.archive_entry_xattr_reset(x->entry) == 0)
        return 0;
    while (layer_archive.archive_entry_xattr_next(x->entry, &name, &value, &size) == ARCHIVE_OK) {
        if (!name || !is_wanted_xattr(name) || size > XATTR_MAX_BYTES)
            continue;
        if (fsetxattr(fd, name, value, size, 0) == 0)
            continue;
        /* A file system without user.*, or too many of them: not worth the image. A lost capability is. */
        if (!str_starts(name, "user.") || errno == EIO)
            return -errno;
    }
    return 0;
}

static int set_all(const struct item *x, int fd)
{
    mode_t mode = layer_archive.archive_entry_perm(x->entry) & 07777;
    int r = set_owner(x, fd);
    if (r == 0 && fchmod(fd, mode) < 0)
        r = -errno;
    if (r == 0)
        r = set_xattrs(x, fd);
    return r;
}

/* For what cannot be opened: links and FIFOs. */
static int set_named(const struct item *x)
{
    mode_t mode = layer_archive.archive_entry_perm(x->entry) & 07777;
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, entry_time(x->entry)};
    int r = set_owner(x, -1);
    if (r == 0 && layer_archive.archive_entry_filetype(x->entry) == AE_IFIFO && fchmodat(x->dir, x->name, mode, 0) < 0)
        r = -errno;
    if (r == 0 && utimensat(x->dir, x->name, times, AT_SYMLINK_NOFOLLOW) < 0)
        r = -errno;
    return r;
}

/* One block of a file. */
static int write_block(struct writer *w, const struct item *x, int fd, const char *data, size_t len, int64_t at,
                       struct err *e)
{
    int64_t end;
    if (at < 0 || __builtin_add_overflow(at, (int64_t)len, &end) || end > w->limits->max_bytes)
        return err_set(e, EFBIG, "file '%.300s' is longer than the %lld bytes allowed; raise --max-bytes", x->path,
                       (long long)w->limits->max_bytes);
    w->report->bytes += (int64_t)len;
    if (w->report->bytes > w->limits->max_bytes)
        return err_set(e, EFBIG, "the layer holds more than the %lld bytes allowed; raise --max-bytes",
                       (long long)w->limits->max_bytes);
    while (len) {
        ssize_t n = pwrite(fd, data, len, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return entry_fault(x, -errno, "write", e);
        data += n;
        len -= (size_t)n;
        at += n;
    }
    return 0;
}

static int write_content(struct writer *w, const struct item *x, int fd, struct err *e)
{
    const void *data;
    size_t len;
    la_int64_t at, size = layer_archive.archive_entry_size(x->entry);
    for (;;) {
        int r = layer_archive.archive_read_data_block(w->archive, &data, &len, &at);
        if (r == ARCHIVE_EOF)
            break;
        if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
            return err_set(e, EBADMSG, "read '%.300s': %s", x->path, layer_archive_fault(w->archive));
        r = write_block(w, x, fd, data, len, at, e);
        if (r < 0)
            return r;
    }
    if (size > w->limits->max_bytes)
        return err_set(e, EFBIG, "file '%.300s' is longer than the %lld bytes allowed; raise --max-bytes", x->path,
                       (long long)w->limits->max_bytes);
    struct stat st;
    if (fstat(fd, &st) == 0 && size > st.st_size && ftruncate(fd, size) < 0) /* a sparse file that ends in a hole */
        return entry_fault(x, -errno, "write", e);
    return 0;
}

static int write_file(struct writer *w, struct item *x, struct err *e)
{
    enum { FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC };
    AUTO_CLOSE int fd = openat(x->dir, x->name, FLAGS, 0600);
    if (fd < 0 && errno == EEXIST) {
        int r = layer_tree_remove(&w->tree, x->dir, x->name, NULL);
        if (r < 0)
            return entry_fault(x, r, "replace", e);
        fd = openat(x->dir, x->name, FLAGS, 0600);
    }
    if (fd < 0)
        return entry_fault(x, -errno, "make", e);
    int r = write_content(w, x, fd, e);
    if (r < 0)
        return r;
    r = set_all(x, fd);
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, entry_time(x->entry)};
    if (r == 0 && futimens(fd, times) < 0)
        r = -errno;
    return r < 0 ? entry_fault(x, r, "set owner, mode or attributes of", e) : 0;
}

static int write_folder(struct writer *w, struct item *x, struct err *e)
{
    AUTO_CLOSE int fd = -1;
    int r = 0;
    if (*x->path == '\0')
        fd = layer_tree_open(&w->tree, "", O_RDONLY | O_DIRECTORY);
    else
        r = layer_tree_mkdir(&w->tree, x->dir, x->name, x->path, &fd);
    if (r < 0 || fd < 0)
        return entry_fault(x, r < 0 ? r : fd, "make folder", e);
    r = set_all(x, fd);
    if (r < 0)
        return entry_fault(x, r, "set owner, mode or attributes of", e);
    w->times = mem_push(w->times, w->n_times, sizeof(*w->times));
    w->times[w->n_times++] = (struct folder_time){mem_strdup(x->path), entry_time(x->entry)};
    return 0;
}

static int write_symlink(struct writer *w, struct item *x, struct err *e)
{
    const char *target = layer_archive.archive_entry_symlink(x->entry);
    if (str_empty(target))
        return err_set(e, ENOEXEC, "link '%.300s' has no target", x->path);
    int r = layer_tree_remove(&w->tree, x->dir, x->name, NULL);
    if (r == 0 && symlinkat(target, x->dir, x->name) < 0)
        r = -errno;
    if (r == 0)
        r = set_named(x);
    return r < 0 ? entry_fault(x, r, "make link", e) : 0;
}

static int write_fifo(struct writer *w, struct item *x, struct err *e)
{
    int r = layer_tree_remove(&w->tree, x->dir, x->name, NULL);
    if (r == 0 && mknodat(x->dir, x->name, S_IFIFO | 0600, 0) < 0)
        r = -errno;
    if (r == 0)
        r = set_named(x);
    return r < 0 ? entry_fault(x, r, "make FIFO", e) : 0;
}

static int skip_entry(struct writer *w, struct item *x, struct err *e)
{
    if (w->report->skipped++ == 0)
        w->report->first_skipped = mem_strdup(x->path);
    return 0;
}

/* "./a//b/" -> "a/b"; NULL when it leads outside. */
static char *clean_path(const char *path)
{
    while (*path == '/')
        path++;
    return file_clean_relative(path);
}

/* Splits a clean path: the folder above (owned by the caller) and the name, which points into `path`. */
static char *split_path(const char *path, const char **ret_name)
{
    const char *slash = strrchr(path, '/');
    *ret_name = slash ? slash + 1 : path;
    return slash ? mem_strndup(path, (size_t)(slash - path)) : mem_strdup("");
}

static int write_hardlink(struct writer *w, struct item *x, struct err *e)
{
    AUTO_FREE char *target = clean_path(layer_archive.archive_entry_hardlink(x->entry));
    if (str_empty(target))
        return err_set(e, ENOEXEC, "hard link '%.300s' leads outside the layer", x->path);
    if (str_eq(target, x->path))
        return 0;
    const char *name;
    AUTO_FREE char *above = split_path(target, &name);
    AUTO_CLOSE int from = layer_tree_open(&w->tree, above, O_RDONLY | O_DIRECTORY);
    struct stat st;
    if (from < 0 || fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return err_set(e, ENOEXEC, "hard link '%.200s' leads to '%.200s', which this layer does not have", x->path,
                       target);
    if (S_ISDIR(st.st_mode))
        return err_set(e, ENOEXEC, "hard link '%.200s' leads to a folder", x->path);
    struct stat old; /* the same file by another way round: taking it away first would lose it */
    if (fstatat(x->dir, x->name, &old, AT_SYMLINK_NOFOLLOW) == 0 && old.st_ino == st.st_ino && old.st_dev == st.st_dev)
        return 0;
    int r = layer_tree_remove(&w->tree, x->dir, x->name, NULL);
    if (r == 0 && linkat(from, name, x->dir, x->name, 0) < 0)
        r = -errno;
    return r < 0 ? entry_fault(x, r, "make hard link", e) : 0;
}

static const struct {
    mode_t type;
    int (*write)(struct writer *w, struct item *x, struct err *e);
} kinds[] = {
    {AE_IFREG, write_file}, {AE_IFDIR, write_folder}, {AE_IFLNK, write_symlink}, {AE_IFIFO, write_fifo},
    {AE_IFCHR, skip_entry}, {AE_IFBLK, skip_entry},   {AE_IFSOCK, skip_entry},
};

/* A ".wh." name. `above` is the path of the folder it stands in. */
static int write_whiteout(struct writer *w, struct item *x, const char *above, struct err *e)
{
    if (str_eq(x->name, WHITEOUT_OPAQUE)) {
        strv_add(&w->tree.opaque, *above ? above : ".");
        return 0;
    }
    if (str_starts(x->name, WHITEOUT_OWN))
        return 0;
    const char *name = x->name + strlen(WHITEOUT);
    if (*name == '\0' || str_eq(name, ".") || str_eq(name, ".."))
        return err_set(e, ENOEXEC, "whiteout '%.300s' names nothing", x->path);
    AUTO_FREE char *path = mem_printf("%s%s%s", above, *above ? "/" : "", name);
    int r = layer_tree_whiteout(&w->tree, x->dir, name, path);
    return r < 0 ? entry_fault(x, r, "make whiteout", e) : 0;
}

static int write_placed(struct writer *w, struct item *x, const char *above, struct err *e)
{
    if (str_starts(x->name, WHITEOUT))
        return write_whiteout(w, x, above, e);
    if (*x->path == '\0') /* the root itself: its metadata, and only as a folder */
        return layer_archive.archive_entry_filetype(x->entry) == AE_IFDIR ? write_folder(w, x, e) : 0;
    if (layer_archive.archive_entry_hardlink(x->entry))
        return write_hardlink(w, x, e);
    mode_t type = layer_archive.archive_entry_filetype(x->entry);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (kinds[i].type == type)
            return kinds[i].write(w, x, e);
    }
    return err_set(e, ENOEXEC, "'%.300s' is of an unknown kind (%o)", x->path, (unsigned)type);
}

static size_t depth_of(const char *path)
{
    size_t n = 1;
    for (; *path; path++)
        n += *path == '/';
    return n;
}

static int write_entry(struct writer *w, struct archive_entry *entry, struct err *e)
{
    const char *raw = layer_archive.archive_entry_pathname(entry);
    if (str_empty(raw))
        return err_set(e, ENOEXEC, "entry %lld has no usable name", (long long)w->report->entries);
    AUTO_FREE char *path = clean_path(raw);
    if (!path)
        return err_set(e, ENOEXEC, "entry '%.300s' leads outside the layer", raw);
    if (strlen(path) >= PATH_MAX || depth_of(path) > w->limits->max_depth)
        return err_set(e, EFBIG, "entry '%.80s...' is deeper than %zu folders or longer than %d bytes", path,
                       w->limits->max_depth, PATH_MAX - 1);
    struct item x = {.entry = entry, .path = path};
    AUTO_FREE char *above = split_path(path, &x.name);
    int r = layer_tree_dir(&w->tree, above, &x.dir, e);
    return r < 0 ? r : write_placed(w, &x, above, e);
}

static int write_entries(struct writer *w, struct err *e)
{
    struct archive_entry *entry;
    for (;;) {
        int r = layer_archive.archive_read_next_header(w->archive, &entry);
        if (r == ARCHIVE_EOF)
            return 0;
        /* ARCHIVE_RETRY, too, is a broken header: to go on behind it would lose files without a word. */
        if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
            return w->report->entries == 0
                       ? err_set(e, ENOEXEC, "this is no tar archive (%s)", layer_archive_fault(w->archive))
                       : err_set(e, EBADMSG, "after %lld entries: %s", (long long)w->report->entries,
                                 layer_archive_fault(w->archive));
        if (++w->report->entries > w->limits->max_entries)
            return err_set(e, EFBIG, "the layer has more than %lld entries", (long long)w->limits->max_entries);
        r = write_entry(w, entry, e);
        if (r < 0)
            return r;
    }
}

/* In the archive's order, so that of two entries for one folder the later wins. A folder that gave way since is passed
 * over. */
static void set_folder_times(struct writer *w)
{
    for (size_t i = 0; i < w->n_times; i++) {
        struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, w->times[i].mtime};
        AUTO_CLOSE int fd = layer_tree_open(&w->tree, w->times[i].path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (fd >= 0)
            (void)futimens(fd, times);
    }
}

static void writer_done(struct writer *w)
{
    if (w->archive)
        layer_archive.archive_read_free(w->archive);
    for (size_t i = 0; i < w->n_times; i++)
        free(w->times[i].path);
    free(w->times);
    layer_tree_done(&w->tree);
}

/* What stands behind the archive's end belongs to the stream and to its digest: it is taken off the pipe. */
static void drain(struct layer_source *s)
{
    while (s->fd >= 0) {
        ssize_t n = read(s->fd, s->buffer, sizeof(s->buffer));
        if (n == 0 || (n < 0 && errno != EINTR))
            return;
    }
}

static int write_all(struct writer *w, struct layer_source *source, struct err *e)
{
    w->archive = layer_archive_reader();
    if (!w->archive || layer_archive.archive_read_support_format_tar(w->archive) != ARCHIVE_OK)
        return err_set(e, ENOMEM, "open the tar reader: out of memory");
    if (layer_archive_start(w->archive, source) != ARCHIVE_OK)
        return err_set(e, ENOEXEC, "this is no tar archive (%s)", layer_archive_fault(w->archive));
    int r = write_entries(w, e);
    if (r < 0)
        return r;
    drain(source);
    set_folder_times(w);
    return 0;
}

int layer_write(struct layer_source *source, int root, const struct layer_limits *limits, struct layer_report *ret,
                struct err *e)
{
    *ret = (struct layer_report){0};
    struct layer_report report = {0};
    AUTO(writer_done)
    struct writer w = {.limits = limits, .report = &report};
    layer_tree_init(&w.tree, root, limits->max_depth);
    /* Names in pax headers are UTF-8: libarchive would lose them in the "C" locale. For this thread only. */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL), before = utf8 ? uselocale(utf8) : NULL;
    int r = write_all(&w, source, e);
    if (utf8) {
        uselocale(before);
        freelocale(utf8);
    }
    if (r < 0) {
        layer_report_done(&report);
        return r;
    }
    report.opaque = w.tree.opaque;
    w.tree.opaque = (struct strv){0};
    *ret = report;
    return 0;
}
