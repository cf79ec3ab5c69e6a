// SPDX-License-Identifier: Apache-2.0
/* Finds profiles by name in what the source holds. */
#include "tosca/own_profile.h"

#include <errno.h>
#include <string.h>

#include "tosca/tosca_file.h"

/* The path that the list has under the name. */
static const char *path_listed(struct tctx *c, const struct ynode *list, const char *name, struct map *known,
                               struct err *e)
{
    const struct ynode *at = list && list->kind == Y_MAP ? ynode_get(list, name) : NULL;
    const char *path =
        at && at->kind == Y_SCALAR ? tfile_join(c, "", tctx_printf(c, OWN_PROFILE_FOLDER "/%s", at->text)) : NULL;
    for (size_t i = 0; list && list->kind == Y_MAP && i < list->n && tctx_spend(c, 1); i++)
        if (list->pairs[i].key->kind == Y_SCALAR)
            map_set(known, list->pairs[i].key->text, known);
    if (at && (!path || !import_mount(path) || !str_starts(path, OWN_PROFILE_FOLDER "/")))
        err_set(e, EBADMSG, OWN_PROFILE_INDEX " names no path below " OWN_PROFILE_FOLDER "/NUMBER/ for it");
    return e->code ? NULL : path;
}

static const char *by_list(struct tctx *c, const char *name, struct map *known, struct err *e)
{
    const struct tosca_source *s = c->options->source;
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    struct ydoc doc = {0};
    struct yfault fault = {0};
    const char *path = NULL;
    if (s->read(s->data, OWN_PROFILE_INDEX, &text, &len, e) < 0)
        return NULL;
    map_set(c->named, OWN_PROFILE_INDEX, c);
    if (yaml_read(text, len, &ylimits_default, &doc, &fault) < 0)
        err_set(e, EBADMSG, "read " OWN_PROFILE_INDEX ": %s", fault.text);
    else if (doc.root && doc.root->kind == Y_MAP)
        path = path_listed(c, ynode_get(doc.root, "profiles"), name, known, e);
    ydoc_done(&doc);
    return path;
}

const char *own_profile_path(struct tctx *c, const char *name, struct map *known, struct err *e)
{
    const struct tosca_source *s = c->options->source;
    AUTO_FREE char *path = NULL;
    AUTO_STRV struct strv names = {0};
    bool listed = tfile_exists(c, OWN_PROFILE_INDEX);
    const char *kept = listed ? by_list(c, name, known, e) : NULL;
    if (kept || e->code || !s || !s->profile)
        return kept;
    int r = s->profile(s->data, name, &path, &names, e);
    for (size_t i = 0; i < names.n; i++)
        map_set(known, names.v[i], known);
    if (r < 0)
        return NULL;
    map_set(c->named, OWN_PROFILE_INDEX, c);
    return tctx_strndup(c, path, strlen(path));
}
