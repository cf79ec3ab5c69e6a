// SPDX-License-Identifier: Apache-2.0
/* Opens templates given as files, folders and archives, and tells places in them the way the user would write them. */
#include "cli/template.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/template_entry.h"
#include "cli/template_root.h"
#include "io/file.h"
#include "tosca/import_url.h"

__attribute__((format(printf, 4, 5))) static int refuse(struct diags *d, int code, const char *path, const char *fmt,
                                                        ...)
{
    char text[600];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    diags_add(d, DIAG_ERROR, "IO", path, 1, 1, "%s", text);
    return -code;
}

/* The program's own, unless $SEDGE_DATA names others. */
static int open_definitions(struct template *t, struct diags *d)
{
    if (!getenv("SEDGE_DATA") && tosca_profiles.exists(NULL, "index.yaml")) {
        t->profiles = tosca_profiles;
        return 0;
    }
    AUTO_FREE char *folder = NULL;
    struct err e = {0};
    int r = file_data_folder("profiles", &folder, &e);
    if (r == 0)
        r = file_root_open(folder, TEMPLATE_FILE_MAX, &t->definitions, &e);
    t->profiles = (struct tosca_source){file_root_read, file_root_exists, &t->definitions};
    return r < 0 ? refuse(d, -r, t->given, "open the built-in types: %s", err_text(&e)) : 0;
}

static int open_root(struct template *t, const char *folder, struct diags *d)
{
    struct err e = {0};
    const struct template_overlay *over = t->files.over;
    int r = template_files_folder(folder, TEMPLATE_FILE_MAX, &t->files, &e);
    t->files.over = over;
    return r < 0 ? refuse(d, -r, t->given, "%s", err_text(&e)) : 0;
}

static int open_file(struct template *t, struct diags *d)
{
    const char *slash = strrchr(t->given, '/');
    AUTO_FREE char *beside = slash == t->given ? mem_strdup("/")
                             : slash           ? mem_strndup(t->given, (size_t)(slash - t->given))
                                               : mem_strdup(".");
    AUTO_FREE char *folder = realpath(beside, NULL), *root = NULL;
    struct err e = {0};
    if (!folder)
        return refuse(d, errno, t->given, "open the folder of '%s': %s", t->given, strerror(errno));
    int r = template_root_find(folder, slash ? slash + 1 : t->given, t->files.over, &t->trees, &root, &t->entry, &e);
    return r < 0 ? refuse(d, -r, t->given, "%s", err_text(&e)) : open_root(t, root, d);
}

static int open_folder(struct template *t, struct diags *d)
{
    AUTO_FREE char *folder = realpath(t->given, NULL);
    if (!folder)
        return refuse(d, errno, t->given, "open the folder '%s': %s", t->given, strerror(errno));
    int r = open_root(t, folder, d);
    return r < 0 ? r : template_entry_find(&t->files, t->given, &t->entry, d);
}

static int open_archive(struct template *t, int fd, struct diags *d)
{
    int r = template_files_archive(fd, t->given, TEMPLATE_FILE_MAX, &t->files, d);
    return r < 0 ? r : template_entry_find(&t->files, t->given, &t->entry, d);
}

static int open_any(struct template *t, struct diags *d)
{
    struct stat st;
    AUTO_CLOSE int fd = open(t->given, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0)
        return refuse(d, errno, t->given, "open '%s': %s", t->given,
                      errno == ENOENT ? "there is no such file or folder" : strerror(errno));
    int r = open_definitions(t, d);
    if (r < 0)
        return r;
    if (S_ISDIR(st.st_mode))
        return open_folder(t, d);
    if (!S_ISREG(st.st_mode))
        return refuse(d, EINVAL, t->given, "open '%s': it is neither a file nor a folder", t->given);
    return csar_look(t->given, fd) != CSAR_NONE ? open_archive(t, fd, d) : open_file(t, d);
}

/* "templates/My Shop.yaml" -> "my-shop-<hash>" */
static char *name_of(const char *entry)
{
    static const char *const endings[] = {".yaml", ".yml"};
    const char *slash = strrchr(entry, '/');
    AUTO_FREE char *base = mem_strdup(slash ? slash + 1 : entry);
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (str_ends(base, endings[i]) && strlen(base) > strlen(endings[i]))
            base[strlen(base) - strlen(endings[i])] = '\0';
    return str_to_label(base);
}

/* A file of an editor: what its folder lacks on disk is not there. */
static int open_typed(struct template *t, struct diags *d)
{
    int r = open_definitions(t, d);
    if (r < 0)
        return r;
    const char *slash = strrchr(t->given, '/');
    AUTO_FREE char *folder = slash == t->given ? mem_strdup("/") : mem_strndup(t->given, (size_t)(slash - t->given));
    if (file_exists(folder))
        return open_file(t, d);
    t->files.folder = take_ptr(folder);
    t->entry = mem_strdup(slash + 1);
    return 0;
}

static int open_by(const char *path, const struct template_overlay *over, const struct import_options *options,
                   int (*by)(struct template *, struct diags *), struct template **ret, struct diags *d)
{
    AUTO(template_closep)
    struct template *t = mem_alloc(sizeof(*t));
    t->files.root.fd = t->definitions.fd = -1;
    t->files.over = over;
    map_init(&t->trees, tosca_tree_free);
    t->source = (struct tosca_source){.read = template_files_read,
                                      .exists = template_files_exists,
                                      .data = &t->files,
                                      .fetch = template_files_fetch,
                                      .profile = template_files_profile};
    t->given = mem_strdup(path);
    int r = by(t, d);
    if (r < 0)
        return r;
    t->files.imports = imports_new(options);
    t->files.profiles = profile_files_new(options ? &options->profiles : NULL);
    *ret = take_ptr(t);
    return 0;
}

int template_open(const char *path, struct template **ret, struct diags *d)
{
    return open_by(path, NULL, NULL, open_any, ret, d);
}

int template_open_with(const char *path, const struct import_options *options, struct template **ret, struct diags *d)
{
    return open_by(path, NULL, options, open_any, ret, d);
}

int template_open_over(const char *path, const struct template_overlay *over, struct template **ret, struct diags *d)
{
    const struct import_options still = {.offline = true}; /* a server that is away must not stop the typing */
    return open_by(path, over, &still, open_typed, ret, d);
}

void template_close(struct template *t)
{
    if (!t)
        return;
    template_files_close(&t->files);
    file_root_close(&t->definitions);
    map_done(&t->trees);
    free(t->given);
    free(t->entry);
    free(t->name);
    free(t);
}

void template_closep(struct template **t)
{
    template_close(*t);
    *t = NULL;
}

const char *template_name(struct template *t)
{
    if (!t->name)
        t->name = name_of(t->entry);
    return t->name;
}

struct tosca_options template_options(const struct template *t, json_t *inputs)
{
    return (struct tosca_options){.entry = t->entry, .inputs = inputs, .source = &t->source, .profiles = &t->profiles};
}

/* `path` seen from the folder of `from`, both below one root. */
static char *path_from(const char *from, const char *path)
{
    AUTO_BUF struct buf out = {0};
    const char *rest = path, *slash;
    while ((slash = strchr(from, '/')) != NULL) {
        size_t n = (size_t)(slash - from) + 1;
        if (out.len == 0 && strncmp(from, rest, n) == 0)
            rest += n;
        else
            buf_adds(&out, "../");
        from = slash + 1;
    }
    buf_adds(&out, rest);
    return buf_take(&out);
}

char *template_shown(const struct template *t, const char *path)
{
    struct stat st;
    char *url = import_url_of(path);
    if (url || (url = profile_files_place(t->files.profiles, path)) != NULL)
        return url;
    bool file = t->files.over || (!t->files.archive && stat(t->given, &st) == 0 && S_ISREG(st.st_mode));
    if (!file)
        return file_join(t->given, path);
    AUTO_FREE char *beside = path_from(t->entry, path);
    const char *slash = strrchr(t->given, '/');
    return mem_printf("%.*s%s", slash ? (int)(slash - t->given) + 1 : 0, t->given, beside);
}

int template_text(const struct template *t, const char *path, bool builtin, char **ret, size_t *ret_len)
{
    return builtin ? t->profiles.read(t->profiles.data, path, ret, ret_len, NULL)
                   : template_files_read((void *)(uintptr_t)&t->files, path, ret, ret_len, NULL);
}
