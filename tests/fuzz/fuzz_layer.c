// SPDX-License-Identifier: Apache-2.0
/* Feeds tars to the writer of layers. Beside the layer's folder stands another: nothing of it may change, and no device
 * may stand in the layer but overlayfs' whiteout.
 *
 * The headers' checksums are put right first, so that changed headers are read at all. */
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "fuzz_must.h"
#include "image/layer_write.h"
#include "io/file.h"

#define BLOCK 512U

static char base[] = "/tmp/fuzz-layer-XXXXXX";
static char *inside, *outside, *secret;

static void remove_base(void)
{
    file_remove_tree(base, NULL);
    free(inside);
    free(outside);
    free(secret);
}

static void set_up(void)
{
    struct err e = {0};
    if (inside)
        return;
    must(mkdtemp(base) != NULL && layer_archive_open(&e) == 0, "a folder and libarchive are there");
    inside = file_join(base, "layer");
    outside = file_join(base, "outside");
    secret = file_join(outside, "secret");
    must(mkdir(outside, 0700) == 0 && file_write_fast(secret, "secret", 6, 0600, &e) == 0, "the other folder is there");
    (void)atexit(remove_base);
}

static size_t octal(const uint8_t *at, size_t n)
{
    size_t v = 0;
    for (size_t i = 0; i < n && at[i] >= '0' && at[i] <= '7'; i++)
        v = v * 8 + (size_t)(at[i] - '0');
    return v;
}

static void fix_checksums(uint8_t *data, size_t size)
{
    static const uint8_t zeros[BLOCK];
    for (size_t at = 0; at + BLOCK <= size;) {
        uint8_t *h = data + at;
        unsigned sum = 0;
        at += BLOCK;
        if (memcmp(h, zeros, BLOCK) == 0)
            continue;
        memset(h + 148, ' ', 8);
        for (size_t i = 0; i < BLOCK; i++)
            sum += h[i];
        char text[16];
        snprintf(text, sizeof(text), "%06o", sum & 0777777);
        memcpy(h + 148, text, 7);
        size_t body = octal(h + 124, 11);
        if (body < size)
            at += (body + BLOCK - 1) / BLOCK * BLOCK;
    }
}

static int check_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    must(!S_ISBLK(st->st_mode) && !S_ISSOCK(st->st_mode) && (!S_ISCHR(st->st_mode) || st->st_rdev == 0),
         "no device and no socket is made");
    must(st->st_size <= (1 << 20) || S_ISDIR(st->st_mode), "no file is longer than allowed");
    return 0;
}

static void check_outside(void)
{
    struct stat folder, file;
    AUTO_STRV struct strv names = {0}, beside = {0};
    must(file_list(base, &beside, NULL) == 0 && beside.n == 2, "nothing is made beside the layer");
    must(file_list(outside, &names, NULL) == 0 && names.n == 1, "nothing is made in the other folder");
    must(stat(outside, &folder) == 0 && (folder.st_mode & 07777) == 0700, "the other folder keeps its mode");
    must(lstat(secret, &file) == 0 && file.st_size == 6 && file.st_nlink == 1 && (file.st_mode & 07777) == 0600,
         "the other file stays as it is");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct layer_limits limits = {.max_bytes = 1 << 20, .max_entries = 200, .max_depth = 20};
    struct err e = {0};
    struct layer_report report;
    set_up();
    AUTO_FREE uint8_t *tar = mem_alloc(size + 1);
    memcpy(tar, data, size);
    fix_checksums(tar, size);
    must(mkdir(inside, 0755) == 0, "the layer's folder can be made");
    int root = open(inside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    AUTO_FREE struct layer_source *source = mem_alloc(sizeof(*source));
    source->head = tar;
    source->head_len = size;
    source->fd = -1;
    int r = layer_write(source, root, &limits, &report, &e);
    must((r < 0) == (e.code != 0), "a failure has words");
    must(report.entries <= limits.max_entries && report.bytes <= limits.max_bytes, "no limit is passed");
    layer_report_done(&report);
    close(root);
    must(nftw(inside, check_one, 16, FTW_PHYS) == 0, "the layer can be looked through");
    check_outside();
    must(file_remove_tree(inside, &e) == 0, "the layer can be removed");
    return 0;
}
