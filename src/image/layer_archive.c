// SPDX-License-Identifier: Apache-2.0
/* Opens libarchive, feeds it from a descriptor, and uses it to unpack one compressed stream. */
#include "image/layer_archive.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"

struct layer_archive_functions layer_archive;

#define LAZY_LIB layer_archive
static const struct lazy_symbol archive_symbols[] = {ARCHIVE_FUNCTIONS(LAZY_SYMBOL)};

int layer_archive_open(struct err *e)
{
    return lazy_open("libarchive.so.13", archive_symbols, ARRAY_LEN(archive_symbols), e);
}

static la_ssize_t source_read(struct archive *a, void *data, const void **ret)
{
    struct layer_source *s = data;
    if (s->head_len) {
        size_t n = s->head_len;
        *ret = s->head;
        s->head_len = 0;
        return (la_ssize_t)n;
    }
    *ret = s->buffer;
    ssize_t n = 0;
    do
        n = s->fd < 0 ? 0 : read(s->fd, s->buffer, sizeof(s->buffer));
    while (n < 0 && errno == EINTR);
    return n;
}

struct archive *layer_archive_reader(void)
{
    return layer_archive.archive_read_new();
}

int layer_archive_start(struct archive *a, struct layer_source *source)
{
    return layer_archive.archive_read_open(a, source, NULL, source_read, NULL);
}

const char *layer_archive_fault(struct archive *a)
{
    const char *s = layer_archive.archive_error_string(a);
    return s ? s : "no reason given";
}

static const struct {
    enum layer_packing packing;
    int filter; /* libarchive's number */
    size_t len;
    const char *magic, *name;
} packings[] = {
    {LAYER_GZIP, ARCHIVE_FILTER_GZIP, 2, "\x1f\x8b", "gzip"},
    {LAYER_ZSTD, ARCHIVE_FILTER_ZSTD, 4, "\x28\xb5\x2f\xfd", "zstd"},
    {LAYER_XZ, ARCHIVE_FILTER_XZ, 6, "\xfd\x37zXZ\0", "xz"},
    {LAYER_BZIP2, ARCHIVE_FILTER_BZIP2, 3, "BZh", "bzip2"},
};

enum layer_packing layer_packing_of(const void *head, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(packings); i++) {
        if (len >= packings[i].len && memcmp(head, packings[i].magic, packings[i].len) == 0)
            return packings[i].packing;
    }
    return LAYER_BARE;
}

static int inflate_fault(struct archive *a, const char *name, struct err *e)
{
    const char *why = layer_archive_fault(a);
    if (strstr(why, "emory") || strstr(why, "allocate")) /* "out of memory", "Memory allocation", "Couldn't allocate" */
        return err_set(e, ENOMEM, "unpack %s: it wants a window larger than allowed (%s)", name, why);
    return err_set(e, EBADMSG, "unpack %s: %s", name, why);
}

static int inflate_all(struct archive *a, struct layer_source *source, const char *name, int out, struct err *e)
{
    enum { SIZE = 1024 * 1024 };
    struct archive_entry *entry;
    AUTO_FREE char *block = mem_alloc(SIZE);
    if (layer_archive_start(a, source) != ARCHIVE_OK)
        return inflate_fault(a, name, e);
    int r = layer_archive.archive_read_next_header(a, &entry);
    if (r == ARCHIVE_EOF)
        return 0;
    if (r != ARCHIVE_OK)
        return inflate_fault(a, name, e);
    for (;;) {
        la_ssize_t n = layer_archive.archive_read_data(a, block, SIZE);
        if (n < 0)
            return inflate_fault(a, name, e);
        if (n == 0)
            return 0;
        r = file_write_fd(out, block, (size_t)n);
        if (r < 0)
            return err_errno(e, -r, "unpack %s", name);
    }
}

int layer_inflate(struct layer_source *source, enum layer_packing packing, int out, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(packings); i++) {
        if (packings[i].packing != packing)
            continue;
        struct archive *a = layer_archive_reader();
        if (!a)
            return err_set(e, ENOMEM, "unpack %s: out of memory", packings[i].name);
        /* Exactly this one filter: libarchive's own guess would go on unpacking what is packed twice. */
        int r = layer_archive.archive_read_append_filter(a, packings[i].filter);
        r = r != ARCHIVE_OK || layer_archive.archive_read_support_format_raw(a) != ARCHIVE_OK
                ? err_set(e, ENOTSUP, "unpack %s: this machine's libarchive cannot", packings[i].name)
                : inflate_all(a, source, packings[i].name, out, e);
        layer_archive.archive_read_free(a);
        return r;
    }
    return err_set(e, EINVAL, "nothing to unpack");
}
