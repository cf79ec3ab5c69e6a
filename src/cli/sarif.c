// SPDX-License-Identifier: Apache-2.0
/* Writes SARIF logs. Numbers in comments are sections of SARIF 2.1.0. */
#include "cli/sarif.h"

#include <string.h>

#include "tosca/diag_codes.h"

/* A path as a URI reference (RFC 3986). The caller frees. */
static char *uri_of(const struct finding_place *at)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@";
    AUTO_BUF struct buf out = {0};
    const char *path = at->path, *slash = strchr(path, '/');
    if (at->builtin && slash)
        path = slash + 1;
    buf_adds(&out, at->builtin ? "sedge-profile:" : path[0] == '/' ? "file://" : "");
    for (const char *s = path; *s; s++) {
        if (strchr(plain, *s))
            buf_addc(&out, *s);
        else
            buf_addf(&out, "%%%02X", (unsigned char)*s);
    }
    return buf_take(&out);
}

static json_t *text_of(const char *text)
{
    json_t *v = json_object();
    json_put_str(v, "text", text);
    return v;
}

/* 3.30 */
static json_t *region(int line, int col, int end_col)
{
    return json_pack("{s:i, s:i, s:i}", "startLine", line, "startColumn", col, "endColumn", end_col);
}

/* 3.28, 3.29 */
static json_t *location(const struct finding_place *at, const char *message)
{
    AUTO_FREE char *uri = uri_of(at);
    json_t *where = region(at->line, at->col, at->end_col);
    if (at->source && str_is_utf8(at->source, strlen(at->source)))
        json_object_set_new(where, "snippet", text_of(at->source));
    json_t *v = json_pack("{s:{s:{s:s}, s:o}}", "physicalLocation", "artifactLocation", "uri", uri, "region", where);
    if (message)
        json_object_set_new(v, "message", text_of(message));
    return v;
}

/* 3.55: the token at the place, replaced by what is likely meant. */
static json_t *fix(const struct finding *f)
{
    AUTO_FREE char *uri = uri_of(&f->at), *what = mem_printf("Write '%s'", f->fix);
    return json_pack("{s:o, s:[{s:{s:s}, s:[{s:o, s:o}]}]}", "description", text_of(what), "artifactChanges",
                     "artifactLocation", "uri", uri, "replacements", "deletedRegion",
                     region(f->at.line, f->fix_col, f->fix_end), "insertedContent", text_of(f->fix));
}

/* 3.27 */
static json_t *result(const struct finding *f)
{
    size_t n, rule = 0;
    const struct diag_code *const *codes = diag_codes(&n);
    while (rule < n && !str_eq(codes[rule]->code, f->code))
        rule++;
    json_t *v =
        json_pack("{s:s, s:s, s:o, s:[o]}", "ruleId", f->code, "level", f->level == DIAG_ERROR ? "error" : "warning",
                  "message", text_of(f->text), "locations", location(&f->at, NULL));
    if (rule < n)
        json_put_int(v, "ruleIndex", (int64_t)rule);
    if (f->related.path)
        json_object_set_new(v, "relatedLocations", json_pack("[o]", location(&f->related, f->related_text)));
    if (f->fix)
        json_object_set_new(v, "fixes", json_pack("[o]", fix(f)));
    return v;
}

/* 3.49 */
static json_t *rule(const struct diag_code *c)
{
    json_t *help = text_of(c->cure);
    AUTO_FREE char *page = diag_code_page(c);
    json_put_str(help, "markdown", page);
    return json_pack("{s:s, s:o, s:o, s:o, s:{s:s}}", "id", c->code, "shortDescription", text_of(c->line),
                     "fullDescription", text_of(c->cause), "help", help, "defaultConfiguration", "level",
                     str_eq(c->level, "warning") ? "warning" : "error");
}

json_t *findings_sarif(const struct findings *f)
{
    json_t *rules = json_array(), *results = json_array();
    size_t n;
    const struct diag_code *const *codes = diag_codes(&n);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(rules, rule(codes[i]));
    for (size_t i = 0; i < f->n; i++)
        json_array_append_new(results, result(&f->items[i]));
    return json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:s, s:o}]}", "$schema",
                     "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool", "driver",
                     "name", "sedge", "version", SEDGE_VERSION, "rules", rules, "columnKind", "unicodeCodePoints",
                     "results", results);
}
