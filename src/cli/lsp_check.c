// SPDX-License-Identifier: Apache-2.0
/* Checks open documents as `sedge validate` does, and tells the client what changed in what was found (3.17,
 * "PublishDiagnostics Notification"). */
#include <string.h>

#include "cli/findings.h"
#include "cli/lsp_docs.h"
#include "cli/lsp_profiles.h"
#include "cli/lsp_uri.h"
#include "cli/template_check.h"
#include "editor/sketch.h"
#include "io/file.h"

enum { SEVERITY_ERROR = 1, SEVERITY_WARNING = 2 };

/* What one round found. */
struct round {
    struct lsp *s;
    struct map told;                 /* URI -> array of diagnostics */
    struct map fixes;                /* URI -> array of what lsp_fixes gives */
    struct map texts;                /* path -> struct shown: files that are not open */
    const struct lsp_doc *doc;       /* that is checked, */
    const struct template *template; /* opened as this; NULL: it could not be */
};

/* A file that is not open, as far as places need it. */
struct shown {
    char *text;
    struct text_index index;
};

static void shown_free(void *p)
{
    struct shown *x = p;
    text_index_done(&x->index);
    free(x->text);
    free(x);
}

static void json_free(void *p)
{
    json_decref(p);
}

/* The lines of a file, open or not. */
static const struct text_index *index_of(struct round *r, const char *path)
{
    const struct lsp_doc *d = lsp_doc_of_path(r->s, path);
    if (d)
        return &d->index;
    struct shown *x = map_get(&r->texts, path);
    if (!x) {
        size_t len = 0;
        x = mem_alloc(sizeof(*x));
        if (file_read(path, TEMPLATE_FILE_MAX, &x->text, &len, NULL) < 0)
            x->text = mem_strdup("");
        text_index_make(&x->index, x->text, len);
        map_set(&r->texts, path, x);
    }
    return &x->index;
}

/* Absolute path of a finding's place; NULL: it is in no file of this machine. The caller frees. */
static char *path_of(const struct round *r, const struct finding_place *at)
{
    const char *slash = strchr(at->path, '/');
    char *path = NULL;
    if (at->builtin && slash && r->template)
        path = lsp_profile_path(r->s, &r->template->profiles, slash + 1);
    else if (!at->builtin)
        path = lsp_path_clean(at->path);
    return path;
}

static json_t *range_of(struct round *r, const struct text_index *ix, int line, int col, int end_col)
{
    size_t from = text_index_yaml(ix, line, col), to = text_index_yaml(ix, line, end_col);
    return lsp_range(r->s, ix, from, to > from ? to : from);
}

static json_t *place_range(struct round *r, const struct finding_place *at, const char *path)
{
    return range_of(r, index_of(r, path), at->line, at->col, at->end_col);
}

/* The page that explains a code, where it is on this machine. */
static void put_page(const struct round *r, json_t *v, const char *code)
{
    AUTO_FREE char *page = r->s->pages ? mem_printf("%s/%s.md", r->s->pages, code) : NULL;
    if (!page || !file_exists(page))
        return;
    AUTO_FREE char *uri = lsp_uri_make(page);
    json_object_set_new(v, "codeDescription", json_pack("{s:s}", "href", uri));
}

static void put_related(struct round *r, json_t *v, const struct finding *f)
{
    if (!f->related.path)
        return;
    AUTO_FREE char *path = path_of(r, &f->related), *uri = path ? lsp_uri_of(r->s, path) : NULL;
    if (!path) /* fetched: the text says where */
        return;
    json_object_set_new(v, "relatedInformation",
                        json_pack("[{s:{s:s, s:o}, s:s}]", "location", "uri", uri, "range",
                                  place_range(r, &f->related, path), "message", f->related_text));
}

static json_t *diagnostic(struct round *r, const struct finding *f, const char *path)
{
    json_t *v = json_pack("{s:o, s:i, s:s, s:s, s:s}", "range", place_range(r, &f->at, path), "severity",
                          f->level == DIAG_ERROR ? SEVERITY_ERROR : SEVERITY_WARNING, "code", f->code, "source",
                          "sedge", "message", f->text);
    put_page(r, v, f->code);
    put_related(r, v, f);
    return v;
}

/* Adds to the URI's array, unless the same stands there. Takes the reference. */
static void add_to(struct map *to, const char *uri, json_t *v)
{
    json_t *list = map_get(to, uri), *other;
    size_t i;
    if (!list) {
        list = json_array();
        map_set(to, uri, list);
    }
    json_array_foreach(list, i, other)
    {
        if (!json_equal(v, other))
            continue;
        json_decref(v);
        return;
    }
    json_array_append_new(list, v);
}

static void add_fix(struct round *r, const struct finding *f, const char *path, const char *uri, json_t *problem)
{
    if (!f->fix)
        return;
    json_t *edit = range_of(r, index_of(r, path), f->at.line, f->fix_col, f->fix_end);
    add_to(&r->fixes, uri, json_pack("{s:o, s:s, s:O}", "range", edit, "text", f->fix, "problem", problem));
}

/* What is found in a fetched file stands at the head of the document that imports it. */
static void add_distant(struct round *r, const struct finding *f)
{
    struct finding here = *f;
    AUTO_FREE char *text = mem_printf("%s:%d:%d: %s", f->at.path, f->at.line, f->at.col, f->text);
    here.text = text;
    here.at = (struct finding_place){.line = 1, .col = 1, .end_col = INT32_MAX};
    here.fix = NULL;
    add_to(&r->told, r->doc->uri, diagnostic(r, &here, r->doc->path));
}

static void add_finding(struct round *r, const struct finding *f)
{
    AUTO_FREE char *path = path_of(r, &f->at);
    if (!path) {
        add_distant(r, f);
        return;
    }
    AUTO_FREE char *uri = lsp_uri_of(r->s, path);
    json_t *v = diagnostic(r, f, path);
    add_fix(r, f, path, uri, v);
    add_to(&r->told, uri, v);
}

/* ---- which documents are checked ---- */

/* A file with node templates is checked itself; one of types alone as a part of what imports it. */
static bool has_topology(const struct lsp_doc *d)
{
    struct sketch sketch;
    sketch_read(&sketch, d->text, d->len);
    bool has = sketch_at(&sketch, "topology_template", NULL) || sketch_at(&sketch, "service_template", NULL);
    sketch_done(&sketch);
    return has;
}

static void check_one(struct round *r, struct lsp_doc *d, struct map *seen)
{
    AUTO(template_check_done)
    struct template_check c = {.path = d->path, .inputs_missing_ok = true};
    AUTO_FINDINGS struct findings found = {0};
    struct template_overlay over = lsp_overlay_typed(r->s);
    struct err e = {0};
    c.over = &over;
    r->s->seen = seen;
    template_check(&c, &e);
    findings_add(&found, &c, &e);
    r->s->seen = NULL;
    r->doc = d;
    r->template = c.template;
    for (size_t i = 0; i < found.n; i++)
        add_finding(r, &found.items[i]);
}

/* Checks a document, and notes which others are parts of it. */
static void check_entry(struct round *r, struct lsp_doc *d)
{
    AUTO_MAP struct map seen = {0};
    check_one(r, d, &seen);
    for (size_t i = 0; i < seen.n; i++) {
        struct lsp_doc *part = seen.items[i].value;
        if (part != d && !part->topology && !part->entry)
            part->entry = d;
    }
}

static void check_docs(struct round *r)
{
    struct lsp *s = r->s;
    for (size_t i = 0; i < s->n_docs; i++) {
        s->docs[i]->entry = NULL;
        s->docs[i]->topology = has_topology(s->docs[i]);
        map_set(&r->told, s->docs[i]->uri, json_array());
    }
    for (int round = 0; round < 2; round++) /* topologies first */
        for (size_t i = 0; i < s->n_docs; i++) {
            struct lsp_doc *d = s->docs[i];
            if (!d->builtin && !d->foreign && !d->blank && d->topology == (round == 0) && !d->entry)
                check_entry(r, d);
        }
}

/* ---- telling ---- */

static void publish(struct lsp *s, const char *uri, json_t *found)
{
    const struct lsp_doc *d = lsp_doc_find(s, uri);
    AUTO_JSON json_t *params = json_pack("{s:s, s:O}", "uri", uri, "diagnostics", found);
    if (d && d->version)
        json_object_set(params, "version", d->version);
    AUTO_FREE char *text = json_text(params);
    if (str_eq(text, map_get(&s->published, uri)))
        return;
    map_set(&s->published, uri, take_ptr(text));
    lsp_notify(s, "textDocument/publishDiagnostics", json_incref(params));
}

/* What was told of files that nothing is found in any more is taken back. */
static void publish_gone(struct round *r)
{
    struct lsp *s = r->s;
    AUTO_STRV struct strv gone = {0};
    for (size_t i = 0; i < s->published.n; i++)
        if (!map_has(&r->told, s->published.items[i].key))
            strv_add(&gone, s->published.items[i].key);
    for (size_t i = 0; i < gone.n; i++) {
        map_del(&s->published, gone.v[i]);
        lsp_notify(s, "textDocument/publishDiagnostics", json_pack("{s:s, s:[]}", "uri", gone.v[i], "diagnostics"));
    }
}

static void keep_fixes(struct round *r)
{
    map_done(&r->s->fixes);
    map_init(&r->s->fixes, json_free);
    for (size_t i = 0; i < r->fixes.n; i++)
        map_set(&r->s->fixes, r->fixes.items[i].key, json_incref(r->fixes.items[i].value));
}

void lsp_check(struct lsp *s)
{
    struct round r = {.s = s};
    s->changed_us = 0;
    map_init(&r.told, json_free);
    map_init(&r.fixes, json_free);
    map_init(&r.texts, shown_free);
    check_docs(&r);
    publish_gone(&r);
    for (size_t i = 0; i < r.told.n; i++)
        publish(s, r.told.items[i].key, r.told.items[i].value);
    keep_fixes(&r);
    map_done(&r.texts);
    map_done(&r.fixes);
    map_done(&r.told);
}

int64_t lsp_due(const struct lsp *s, int64_t now)
{
    if (!s->changed_us || s->state != LSP_READY)
        return -1;
    int64_t due = s->last_us + LSP_QUIET_US, most = s->changed_us + LSP_QUIET_MOST;
    due = due < most ? due : most;
    return due > now ? due - now : 0;
}
