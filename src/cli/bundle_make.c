// SPDX-License-Identifier: Apache-2.0
/* Reads the files of a template into a manifest. */
#include "cli/bundle_make.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"

struct making {
    const struct template *t;
    struct bundle_manifest *m;
    struct strv waiting; /* paths to look at; grows while folders are read */
};

static int digest_fd(int fd, char ret[DIGEST_TEXT_SIZE], int64_t *ret_size)
{
    char block[16384];
    struct digest d;
    digest_init(&d);
    *ret_size = 0;
    for (;;) {
        ssize_t n = read(fd, block, sizeof(block));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        digest_add(&d, block, (size_t)n);
        *ret_size += n;
        if (*ret_size > BUNDLE_FILE_BYTES_MAX)
            return -EFBIG;
    }
    digest_text(&d, ret);
    return 0;
}

static int add_file(struct making *k, const char *path, int fd, mode_t mode, struct err *e)
{
    char digest[DIGEST_TEXT_SIZE];
    int64_t size;
    if (bundle_manifest_find(k->m, path))
        return 0;
    int r = digest_fd(fd, digest, &size);
    if (r < 0)
        return err_errno(e, -r, "bundle: read '%s'", path);
    return bundle_manifest_add(k->m, path, digest, size, mode, e);
}

/* What a folder holds is looked at later. Links in it are passed over: a bundle has none. */
static int add_folder(struct making *k, const char *path, struct err *e)
{
    AUTO_STRV struct strv names = {0};
    int r = template_files_list(&k->t->files, path, &names, e);
    for (size_t i = 0; r == 0 && i < names.n; i++)
        strv_take(&k->waiting, file_join(path, names.v[i]));
    if (r == 0 && k->waiting.n > 4UL * BUNDLE_FILES_MAX)
        r = err_set(e, EINVAL, "bundle: folder '%s' holds more than %d files", path, BUNDLE_FILES_MAX);
    return r;
}

static int add_path(struct making *k, const char *path, struct err *e)
{
    mode_t mode;
    AUTO_CLOSE int fd = template_files_fd(&k->t->files, path, &mode, e);
    if (fd == -EISDIR) {
        err_clear(e);
        return add_folder(k, path, e);
    }
    return fd < 0 ? err_wrap(e, fd, "bundle") : add_file(k, path, fd, mode, e);
}

int bundle_make(const struct template *t, struct bundle_manifest *ret, struct err *e)
{
    AUTO(diags_done)
    struct diags d = {0};
    struct making k = {.t = t, .m = ret};
    struct tosca_options options = template_options(t, NULL);
    *ret = (struct bundle_manifest){0};
    options.inputs_missing_ok = true;
    tosca_files(&options, &k.waiting, &d);
    int r = k.waiting.n ? 0 : err_set(e, EINVAL, "bundle: template '%s' cannot be read", t->given);
    for (size_t i = 0; r == 0 && i < k.waiting.n; i++) {
        AUTO_FREE char *path = mem_strdup(k.waiting.v[i]); /* the list may move */
        r = add_path(&k, path, e);
    }
    strv_done(&k.waiting);
    if (r < 0)
        bundle_manifest_done(ret);
    return r;
}
