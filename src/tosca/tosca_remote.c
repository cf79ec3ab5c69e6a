// SPDX-License-Identifier: Apache-2.0
/* Resolves references of files, fetched ones too, and asks the source for what is not there. */
#include "tosca/tosca_remote.h"

#include <errno.h>
#include <string.h>

#include "tosca/import_url.h"

/* The path of a URL, out of memory of its own into the context's. */
static const char *keep(struct tctx *c, char *path)
{
    const char *kept = path ? tctx_strndup(c, path, strlen(path)) : NULL;
    free(path);
    return kept;
}

/* A reference of a file that is not the application's own. */
static const char *path_from_elsewhere(struct tctx *c, const struct tfile *f, const char *name, size_t mount,
                                       struct err *e)
{
    AUTO_FREE char *url = import_url_of(f->path);
    if (url && str_starts(name, "file:")) {
        err_set(e, EINVAL, "'%s' may not name files of this machine", f->shown);
        return NULL;
    }
    if (url && str_starts(name, "//")) /* another host, the same scheme */
        return keep(c, import_url_path(tctx_printf(c, "%.*s%s", (int)strcspn(url, "/"), url, name), e));
    const char *rel = url ? keep(c, import_url_relative(name, e)) : name;
    const char *path = rel ? tfile_join(c, f->path, rel) : NULL;
    if (rel && (!path || strlen(path) <= mount)) {
        err_set(e, EINVAL, "the path leads out of %s", url ? "its host" : "the profile's folder");
        return NULL;
    }
    return path;
}

const char *remote_path(struct tctx *c, const struct tfile *f, const char *name, struct err *e)
{
    size_t mount = import_mount(f->path);
    bool fetched = mount && str_starts(f->path, IMPORT_URL_FOLDER "/");
    if (!str_starts(name, "file:") && tfile_is_url(name))
        return keep(c, import_url_path(name, e));
    if (!fetched && str_starts(name, "file:")) /* of the application itself, too */
        name += strlen(str_starts(name, "file://") ? "file://" : "file:");
    if (mount)
        return path_from_elsewhere(c, f, name, mount, e);
    const char *path = tfile_join(c, f->path, name);
    if (path && *path)
        return path;
    err_set(e, EINVAL, "the path leads out of the application's folder");
    return NULL;
}

struct tremote *remote_new(struct tctx *c, const char *credential, const char *repository_url)
{
    const char *below = credential ? keep(c, import_url_path(repository_url, NULL)) : NULL;
    if (!below)
        return NULL;
    size_t len = strlen(below);
    bool open = below[len - 1] == '^'; /* the host alone, or a URL that ends with a slash */
    struct tremote *r = tctx_alloc(c, sizeof(*r));
    r->credential = credential;
    r->below = open ? tctx_strndup(c, below, len - 1) : tctx_printf(c, "%s/", below);
    return r;
}

int remote_fetch(struct tctx *c, struct at at, const char *path, const struct tremote *from, bool artifact,
                 struct err *e)
{
    const struct tosca_source *s = c->options->source;
    AUTO_FREE char *url = import_url_of(path);
    if (!url || !s || !s->fetch)
        return err_set(e, ENETUNREACH, "it is not among the files here, and nothing is fetched over the network here");
    struct tosca_remote what = {.url = url, .path = path, .artifact = artifact};
    if (from && str_starts(path, from->below))
        what.credential = from->credential;
    int r = s->fetch(s->data, &what, e);
    if (r > 0)
        tosca_warn(c, at, "IMPORT", "import '%s': %s", url, err_text(e));
    return r > 0 ? 0 : r;
}
