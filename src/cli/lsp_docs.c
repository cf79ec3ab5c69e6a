// SPDX-License-Identifier: Apache-2.0
/* Keeps the texts of open documents as the client changes them (3.17, "Text Document Synchronization"). */
#include "cli/lsp_docs.h"

#include <limits.h>
#include <string.h>

#include "cli/lsp_profiles.h"
#include "cli/lsp_sight.h"
#include "cli/lsp_uri.h"
#include "editor/mend.h"
#include "editor/sketch.h"
#include "io/file.h"
#include "io/file_root.h"

#define UNTITLED "/untitled/" /* where documents are that are in no file */

void lsp_docs_start(struct lsp *s)
{
    file_data_folder("profiles", &s->profiles, NULL);
    file_data_folder("docs/errors", &s->pages, NULL);
}

static void doc_free(struct lsp_doc *d)
{
    lsp_sight_free(d->sight);
    text_index_done(&d->index);
    json_decref(d->version);
    free(d->uri);
    free(d->path);
    free(d->text);
    free(d->good);
    free(d);
}

void lsp_docs_done(struct lsp *s)
{
    for (size_t i = 0; i < s->n_docs; i++)
        doc_free(s->docs[i]);
    free(s->docs);
}

struct lsp_doc *lsp_doc_find(const struct lsp *s, const char *uri)
{
    for (size_t i = 0; i < s->n_docs; i++)
        if (str_eq(s->docs[i]->uri, uri))
            return s->docs[i];
    return NULL;
}

struct lsp_doc *lsp_doc_of_path(const struct lsp *s, const char *path)
{
    for (size_t i = 0; i < s->n_docs; i++)
        if (str_eq(s->docs[i]->path, path))
            return s->docs[i];
    return NULL;
}

struct lsp_doc *lsp_doc_asked(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    const char *uri = json_string_value(json_at(params, "textDocument", "uri", NULL));
    struct lsp_doc *d = uri ? lsp_doc_find(s, uri) : NULL;
    if (!d)
        *fault = (struct lsp_fault){LSP_INVALID_PARAMS, "textDocument.uri names no open document"};
    return d;
}

/* A number that counts lines or characters. */
static size_t count_of(const json_t *v)
{
    json_int_t n = json_integer_value(v);
    return n < 0 ? 0 : n > INT32_MAX ? INT32_MAX : (size_t)n;
}

static size_t offset_of(const struct lsp *s, const struct text_index *ix, const json_t *position)
{
    struct text_pos pos = {count_of(json_object_get(position, "line")),
                           count_of(json_object_get(position, "character"))};
    return text_offset(ix, pos, s->unit);
}

size_t lsp_doc_offset(const struct lsp *s, const struct lsp_doc *d, const json_t *position)
{
    return offset_of(s, &d->index, position);
}

json_t *lsp_position(const struct lsp *s, const struct text_index *ix, size_t offset)
{
    struct text_pos pos = text_position(ix, offset, s->unit);
    return json_pack("{s:I, s:I}", "line", (json_int_t)pos.line, "character", (json_int_t)pos.ch);
}

json_t *lsp_range(const struct lsp *s, const struct text_index *ix, size_t from, size_t to)
{
    return json_pack("{s:o, s:o}", "start", lsp_position(s, ix, from), "end", lsp_position(s, ix, to));
}

char *lsp_uri_of(const struct lsp *s, const char *path)
{
    const struct lsp_doc *d = lsp_doc_of_path(s, path);
    return d ? mem_strdup(d->uri) : lsp_uri_make(path);
}

/* ---- overlays ---- */

static bool text_typed(void *data, const char *path, const char **ret, size_t *ret_len)
{
    struct lsp *s = data;
    struct lsp_doc *d = lsp_doc_of_path(s, path);
    if (!d)
        return false;
    if (s->seen)
        map_set(s->seen, path, d);
    *ret = d->text;
    *ret_len = d->len;
    return true;
}

static bool is_yaml(const char *text, size_t len)
{
    struct ydoc doc = {0};
    struct yfault fault;
    bool good = yaml_read(text, len, &ylimits_default, &doc, &fault) == 0;
    ydoc_done(&doc);
    return good;
}

static bool text_good(void *data, const char *path, const char **ret, size_t *ret_len)
{
    struct lsp_doc *d = lsp_doc_of_path(data, path);
    if (!d)
        return false;
    if (d->state == TEXT_UNKNOWN)
        d->state = is_yaml(d->text, d->len) ? TEXT_GOOD : TEXT_BROKEN;
    if (d->state == TEXT_BROKEN && !d->good)
        d->good = yaml_mended(d->text, d->len, &d->good_len);
    *ret = d->state == TEXT_GOOD ? d->text : d->good;
    *ret_len = d->state == TEXT_GOOD ? d->len : d->good_len;
    return true;
}

struct template_overlay lsp_overlay_typed(struct lsp *s)
{
    return (struct template_overlay){.text = text_typed, .data = s};
}

struct template_overlay lsp_overlay_good(struct lsp *s)
{
    return (struct template_overlay){.text = text_good, .data = s};
}

/* ---- changes ---- */

void lsp_changed(struct lsp *s)
{
    s->generation++;
    s->last_us = clock_mono_us();
    s->changed_us = s->changed_us ? s->changed_us : s->last_us;
}

/* Has it a key of a template, perhaps mistyped, or speaks it of TOSCA at all? */
static bool is_template(const struct lsp_doc *d)
{
    static const char *const keys[] = {
        "tosca_definitions_version", "topology_template", "service_template", "node_types", "data_types",
        "capability_types",          "relationship_types"};
    struct sketch s;
    bool is = strcasestr(d->text, "tosca") != NULL;
    sketch_read(&s, d->text, is ? 0 : d->len);
    for (size_t i = 0; !is && s.root->kind == SKETCH_MAP && i < s.root->n; i++)
        is = str_nearest(s.root->pairs[i].key->text, keys, ARRAY_LEN(keys)) != NULL;
    sketch_done(&s);
    return is;
}

/* Takes the text over. */
static void doc_set(struct lsp_doc *d, char *text, size_t len)
{
    if (d->state == TEXT_GOOD) { /* it is the last good one, should the new one be broken */
        free(d->good);
        d->good = take_ptr(d->text);
        d->good_len = d->len;
    }
    free(d->text);
    text_index_done(&d->index);
    d->text = text;
    d->len = len;
    d->state = TEXT_UNKNOWN;
    d->blank = strspn(text, " \t\r\n") == len;
    d->foreign = !d->blank && !is_template(d);
    text_index_make(&d->index, d->text, d->len);
}

/* Where the processor finds the document: the folder's real path, which is what it goes by. */
static char *path_of(const char *uri, size_t number)
{
    AUTO_FREE char *path = lsp_uri_path(uri);
    if (!path)
        return mem_printf(UNTITLED "%zu.yaml", number);
    char *slash = strrchr(path, '/');
    AUTO_FREE char *folder = slash == path ? mem_strdup("/") : mem_strndup(path, (size_t)(slash - path));
    char real[PATH_MAX];
    return realpath(folder, real) ? file_join(real, slash + 1) : mem_strdup(path);
}

static size_t bytes_open(const struct lsp *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_docs; i++)
        n += s->docs[i]->len;
    return n;
}

static void doc_close(struct lsp *s, const char *uri)
{
    for (size_t i = 0; i < s->n_docs; i++) {
        if (!str_eq(s->docs[i]->uri, uri))
            continue;
        doc_free(s->docs[i]);
        s->n_docs--;
        memmove(s->docs + i, s->docs + i + 1, (s->n_docs - i) * sizeof(*s->docs));
        break;
    }
    for (size_t i = 0; i < s->n_docs; i++)
        s->docs[i]->entry = NULL; /* found out anew */
    lsp_changed(s);
}

json_t *lsp_did_open(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    const json_t *item = json_object_get(params, "textDocument"), *text = json_object_get(item, "text");
    const char *uri = json_str(item, "uri", NULL);
    if (!uri || !json_is_string(text)) {
        *fault = (struct lsp_fault){LSP_INVALID_PARAMS, "textDocument has no uri or no text"};
        return NULL;
    }
    doc_close(s, uri); /* opened twice */
    if (s->n_docs >= LSP_DOCS_MAX || bytes_open(s) + json_string_length(text) > LSP_TEXT_MAX) {
        *fault = (struct lsp_fault){LSP_INVALID_PARAMS, "too many documents are open, or too much text"};
        return NULL;
    }
    struct lsp_doc *d = mem_alloc(sizeof(*d));
    d->uri = mem_strdup(uri);
    d->path = path_of(uri, s->generation);
    d->builtin = lsp_profile_is(s, d->path);
    d->version = json_incref(json_object_get(item, "version"));
    struct buf copy = {0};
    buf_add(&copy, json_string_value(text), json_string_length(text));
    size_t len = copy.len;
    doc_set(d, buf_take(&copy), len);
    s->docs = mem_push(s->docs, s->n_docs, sizeof(struct lsp_doc *));
    s->docs[s->n_docs++] = d;
    return NULL;
}

/* One change: the whole text, or what stands in its range. */
static bool change_apply(const struct lsp *s, struct lsp_doc *d, const json_t *change)
{
    const json_t *text = json_object_get(change, "text"), *range = json_object_get(change, "range");
    if (!json_is_string(text))
        return false;
    size_t from = 0, to = d->len, len, by = json_string_length(text);
    if (json_is_object(range)) {
        from = offset_of(s, &d->index, json_object_get(range, "start"));
        to = offset_of(s, &d->index, json_object_get(range, "end"));
    }
    if (by > LSP_TEXT_MAX - bytes_open(s))
        return false;
    char *whole = text_replaced(d->text, d->len, from, to, json_string_value(text), by, &len);
    doc_set(d, whole, len);
    return true;
}

json_t *lsp_did_change(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    struct lsp_doc *d = lsp_doc_asked(s, params, fault);
    const json_t *changes = json_object_get(params, "contentChanges");
    if (!d)
        return NULL;
    for (size_t i = 0; i < json_array_size(changes) && !fault->text; i++)
        if (!change_apply(s, d, json_array_get(changes, i)))
            *fault = (struct lsp_fault){LSP_INVALID_PARAMS, "a change has no text, or too much of it"};
    json_decref(d->version);
    d->version = json_incref(json_at(params, "textDocument", "version", NULL));
    lsp_changed(s);
    return NULL;
}

json_t *lsp_did_close(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    const struct lsp_doc *d = lsp_doc_asked(s, params, fault);
    if (d)
        doc_close(s, json_string_value(json_at(params, "textDocument", "uri", NULL)));
    return NULL;
}

json_t *lsp_did_save(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    lsp_changed(s);
    return NULL;
}

json_t *lsp_files_changed(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    lsp_changed(s);
    return NULL;
}
