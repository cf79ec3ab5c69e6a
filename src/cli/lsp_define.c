// SPDX-License-Identifier: Apache-2.0
/* Where the name under the cursor is defined (3.17, "Go to Definition Request"). */
#include <string.h>

#include "cli/lsp_answers.h"
#include "cli/lsp_look.h"
#include "cli/lsp_profiles.h"
#include "cli/lsp_uri.h"
#include "editor/definition.h"
#include "io/file.h"
#include "tosca/import_url.h"

static json_t *location(const struct lsp *s, const char *path, json_t *range)
{
    AUTO_FREE char *uri = lsp_uri_of(s, path);
    return json_pack("{s:s, s:o}", "uri", uri, "range", range);
}

/* A place in a file that is not the document: its text is the one that was read for types, or what is on disk. */
static json_t *place_elsewhere(struct lsp *s, const char *path, const struct definition *d)
{
    const struct lsp_doc *open = lsp_doc_of_path(s, path);
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    struct text_index ix;
    if (!open && file_read(path, TEMPLATE_FILE_MAX, &text, &len, NULL) < 0)
        return NULL;
    text_index_make(&ix, open ? open->text : text, open ? open->len : len);
    size_t at = text_index_yaml(&ix, d->line, d->col);
    json_t *range = lsp_range(s, &ix, at, at + d->bytes);
    text_index_done(&ix);
    return location(s, path, range);
}

static json_t *place_of(struct lsp *s, struct lsp_look *x, const struct definition *d)
{
    if (d->here)
        return location(s, x->doc->path, lsp_range(s, &x->doc->index, d->from, d->to));
    AUTO_FREE char *url = import_url_of(d->file);
    AUTO_FREE char *path = !x->sight    ? NULL
                           : d->builtin ? lsp_profile_path(s, x->sight->options.profiles, d->file)
                           : url        ? lsp_fetched_path(x->sight->options.source, d->file)
                                        : lsp_sight_path(x->sight, d->file);
    if (!path)
        return NULL;
    return d->line ? place_elsewhere(s, path, d)
                   : location(s, path,
                              json_pack("{s:{s:i, s:i}, s:{s:i, s:i}}", "start", "line", 0, "character", 0, "end",
                                        "line", 0, "character", 0));
}

json_t *lsp_definition(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    struct lsp_look x;
    if (!lsp_look_at(s, params, &x, fault))
        return NULL;
    struct definition d;
    json_t *v = definition_of(&x.cursor, &d) ? place_of(s, &x, &d) : NULL;
    lsp_look_done(&x);
    return v;
}
