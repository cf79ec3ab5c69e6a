// SPDX-License-Identifier: Apache-2.0
/* Findings for people, with the source line and a mark, and as JSON. */
#include <string.h>

#include "cli/cli_private.h"
#include "cli/findings.h"
#include "cli/source_line.h"

#define TEXT_MAX 4096 /* bytes of a text that are shown */

static const struct {
    const char *word;
    enum tint tint;
} levels[] = {[DIAG_ERROR] = {"error", TINT_RED}, [DIAG_WARNING] = {"warning", TINT_YELLOW}};

/* The line, and below it a mark under the place. */
static void print_source(FILE *to, bool color, const struct finding_place *at, enum tint tint)
{
    if (str_empty(at->source))
        return;
    struct source_view v = source_view(at->source, at->col);
    AUTO_FREE char *text = v.text, *mark = mem_alloc(v.width + 1);
    memset(mark, '~', v.width);
    mark[0] = '^';
    fprintf(to, "%5d | %s\n      | %*s%s%s%s\n", at->line, text, (int)v.before, "", tint_on(color, tint), mark,
            tint_off(color, tint));
}

static void print_head(FILE *to, bool color, const struct finding_place *at, const char *word, enum tint tint)
{
    AUTO_FREE char *path = source_harmless(at->path, TEXT_MAX);
    fprintf(to, "%s%s:%d:%d:%s %s%s:%s ", tint_on(color, TINT_BOLD), path, at->line, at->col,
            tint_off(color, TINT_BOLD), tint_on(color, tint), word, tint_off(color, tint));
}

static void print_one(FILE *to, bool color, const struct finding *f)
{
    enum tint tint = levels[f->level].tint;
    AUTO_FREE char *text = source_harmless(f->text, TEXT_MAX);
    print_head(to, color, &f->at, levels[f->level].word, tint);
    fprintf(to, "%s [%s]\n", text, f->code);
    print_source(to, color, &f->at, tint);
    if (!f->related.path)
        return;
    AUTO_FREE char *note = source_harmless(f->related_text, TEXT_MAX);
    print_head(to, color, &f->related, "note", TINT_BLUE);
    fprintf(to, "%s\n", note);
    print_source(to, color, &f->related, TINT_BLUE);
}

static bool is_first(const struct findings *f, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (str_eq(f->items[k].code, f->items[i].code))
            return false;
    return true;
}

void findings_print(FILE *to, bool color, const struct findings *f)
{
    for (size_t i = 0; i < f->n; i++) {
        print_one(to, color, &f->items[i]);
        if (is_first(f, i))
            fprintf(to, "      %s= more: sedge explain %s%s\n", tint_on(color, TINT_FAINT), f->items[i].code,
                    tint_off(color, TINT_FAINT));
    }
}

static json_t *place_json(const struct finding_place *at)
{
    json_t *v = json_object();
    json_put_str(v, "file", at->path);
    json_put_int(v, "line", at->line);
    json_put_int(v, "column", at->col);
    json_put_int(v, "endColumn", at->end_col);
    return v;
}

static json_t *finding_json(const struct finding *f)
{
    json_t *v = json_object(), *at = place_json(&f->at);
    json_put_str(v, "level", levels[f->level].word);
    json_put_str(v, "code", f->code);
    json_object_update(v, at);
    json_decref(at);
    json_put_str(v, "text", f->text);
    if (f->fix)
        json_object_set_new(v, "suggestion",
                            json_pack("{s:s, s:i, s:i, s:i}", "text", f->fix, "line", f->at.line, "column", f->fix_col,
                                      "endColumn", f->fix_end));
    if (f->related.path) {
        json_t *related = place_json(&f->related);
        json_put_str(related, "text", f->related_text);
        json_object_set_new(v, "related", related);
    }
    return v;
}

json_t *findings_json(const struct findings *f)
{
    json_t *array = json_array();
    for (size_t i = 0; i < f->n; i++)
        json_array_append_new(array, finding_json(&f->items[i]));
    return array;
}
