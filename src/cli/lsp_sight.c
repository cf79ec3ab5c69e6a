// SPDX-License-Identifier: Apache-2.0
/* Opens and keeps what documents see. */
#include "cli/lsp_sight.h"

#include <string.h>

#include "cli/lsp_docs.h"
#include "io/file.h"

void lsp_sight_free(struct lsp_sight *x)
{
    if (!x)
        return;
    world_done(&x->world);
    template_close(x->template);
    free(x);
}

static struct lsp_sight *sight_new(struct lsp *s, const struct lsp_doc *d)
{
    AUTO(diags_done)
    struct diags told = {0}; /* by lsp_check */
    struct lsp_sight *x = mem_alloc(sizeof(*x));
    x->generation = s->generation;
    x->over = lsp_overlay_good(s);
    if (template_open_over(d->path, &x->over, &x->template, &told) < 0) {
        free(x);
        return NULL;
    }
    x->options = template_options(x->template, NULL);
    world_open(&x->world, &x->options);
    return x;
}

/* The document's path below the root of the template. */
static const char *path_below(const struct lsp_sight *x, const struct lsp_doc *d)
{
    const char *root = x->template->files.folder;
    size_t n = root ? strlen(root) : 0;
    while (n && root[n - 1] == '/')
        n--;
    return root && strncmp(d->path, root, n) == 0 && d->path[n] == '/' ? d->path + n + 1 : "";
}

struct lsp_sight *lsp_sight_of(struct lsp *s, struct lsp_doc *d, struct tfile **ret_file)
{
    struct lsp_doc *entry = d->entry ? d->entry : d;
    if (entry->sight && entry->sight->generation != s->generation) {
        lsp_sight_free(entry->sight);
        entry->sight = NULL;
    }
    if (!entry->sight)
        entry->sight = sight_new(s, entry);
    if (!entry->sight)
        return NULL;
    *ret_file = world_file(&entry->sight->world, path_below(entry->sight, d));
    world_rest(&entry->sight->world);
    return entry->sight;
}

char *lsp_sight_path(const struct lsp_sight *x, const char *path)
{
    const char *folder = x->template->files.folder;
    return folder ? file_join(folder, path) : mem_strdup(path);
}
