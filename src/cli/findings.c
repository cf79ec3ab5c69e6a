// SPDX-License-Identifier: Apache-2.0
/* Findings for people, with the source line and a mark, and for programs. */
#include "cli/findings.h"

#include <string.h>

#include "cli/cli_private.h"

#define SHOWN_MAX 200 /* bytes of a source line that are shown */

/* Bytes of the character that begins here; 1 for what is no UTF-8. */
static size_t char_len(const char *s)
{
    size_t n = 1;
    while (n < 4 && ((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* A byte, or the first of two, that would move a terminal's cursor or change its ways. */
static bool is_control(const char *s)
{
    unsigned char c = (unsigned char)s[0], next = c ? (unsigned char)s[1] : 0;
    return c < 0x20 || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0);
}

/* The text with blanks for control characters. The caller frees. */
static char *harmless(const char *text, size_t max)
{
    AUTO_BUF struct buf out = {0};
    for (const char *s = text; *s && out.len < max;) {
        size_t n = char_len(s);
        if (is_control(s))
            buf_addc(&out, ' ');
        else
            buf_add(&out, s, n);
        s += n;
    }
    return buf_take(&out);
}

/* The line, and below it a mark at the column. */
static void print_source(FILE *to, bool color, const struct diag *f, const char *line)
{
    size_t blanks = 0;
    const char *s = line;
    for (int col = 1; *s && col < f->col; col++) {
        s += char_len(s);
        blanks++;
    }
    if (*line == '\0' || (size_t)(s - line) >= SHOWN_MAX)
        return;
    AUTO_FREE char *shown = harmless(line, SHOWN_MAX);
    fprintf(to, "%5d | %s\n      | %*s%s^%s\n", f->line, shown, (int)blanks, "", tint_on(color, TINT_GREEN),
            tint_off(color, TINT_GREEN));
}

static void print_one(FILE *to, bool color, const struct template *t, const struct diag *f)
{
    static const struct {
        const char *word;
        enum tint tint;
    } levels[] = {[DIAG_ERROR] = {"error", TINT_RED}, [DIAG_WARNING] = {"warning", TINT_YELLOW}};
    AUTO_FREE char *path = t ? template_shown(t, f->file) : mem_strdup(f->file);
    AUTO_FREE char *file = harmless(path, 4096), *text = harmless(f->text, 4096);
    AUTO_FREE char *line = t ? template_line(t, f->file, f->line) : NULL;
    enum tint tint = levels[f->level].tint;
    fprintf(to, "%s%s:%d:%d:%s %s%s:%s %s\n", tint_on(color, TINT_BOLD), file, f->line, f->col,
            tint_off(color, TINT_BOLD), tint_on(color, tint), levels[f->level].word, tint_off(color, tint), text);
    if (line)
        print_source(to, color, f, line);
}

void findings_print(FILE *to, bool color, const struct template *t, const struct diags *d)
{
    static const enum diag_level order[] = {DIAG_WARNING, DIAG_ERROR}; /* what matters most stands last */
    for (size_t k = 0; k < ARRAY_LEN(order); k++)
        for (size_t i = 0; i < d->n; i++)
            if (d->items[i].level == order[k])
                print_one(to, color, t, &d->items[i]);
}

void findings_json(json_t *array, const struct template *t, const struct diags *d)
{
    for (size_t i = 0; i < d->n; i++) {
        const struct diag *f = &d->items[i];
        AUTO_FREE char *path = t ? template_shown(t, f->file) : mem_strdup(f->file);
        json_t *v = json_object();
        json_put_str(v, "level", f->level == DIAG_ERROR ? "error" : "warning");
        json_put_str(v, "code", f->code);
        json_put_str(v, "file", path);
        json_put_int(v, "line", f->line);
        json_put_int(v, "column", f->col);
        AUTO_FREE char *text =
            str_is_utf8(f->text, strlen(f->text)) ? mem_strdup(f->text) : harmless("(text that is not UTF-8)", 100);
        json_put_str(v, "text", text);
        json_array_append_new(array, v);
    }
}
