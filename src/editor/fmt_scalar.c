// SPDX-License-Identifier: Apache-2.0
/* Scalars: words and quotes as they are written, their further lines indented anew; block scalars line for line. */
#include <string.h>

#include "editor/fmt_private.h"

struct slice {
    const char *text;
    size_t len;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Blanks before a line's end are no content, but for one behind a backslash. */
static struct slice trim_end(struct slice s)
{
    size_t len = s.len, slashes = 0;
    while (len > 0 && is_blank(s.text[len - 1]))
        len--;
    while (slashes < len && s.text[len - 1 - slashes] == '\\')
        slashes++;
    if (slashes % 2 == 1 && len < s.len)
        len++;
    return (struct slice){s.text, len};
}

static struct slice trim_start(struct slice s)
{
    while (s.len > 0 && is_blank(*s.text))
        s = (struct slice){s.text + 1, s.len - 1};
    return s;
}

/* Plain and quoted ones (YAML 1.2.2, sections 7.3.1 to 7.3.3): blanks around line ends are none of their content. */
static void put_folding(struct fwriter *w, const struct ftoken *t, size_t indent)
{
    const struct ftokens *all = w->tokens;
    for (size_t at = t->start; at <= t->end;) {
        const char *feed = memchr(all->text + at, '\n', t->end - at);
        size_t eol = feed ? (size_t)(feed - all->text) : t->end;
        struct slice s = {all->text + at, eol - at};
        if (at > t->start)
            s = trim_start(s);
        if (eol < t->end)
            s = trim_end(s);
        if (at > t->start)
            fwriter_line(w, s.len ? indent : 0, false);
        fwriter_text(w, s.text, s.len);
        at = eol + 1;
    }
    fwriter_pend(w, t->behind);
}

/* A line of a block scalar, without its indentation. */
static struct slice block_line(const struct ftokens *all, const struct ftoken *t, size_t at)
{
    size_t eol = ftokens_eol(all, at), blanks = 0;
    while (blanks < t->indent && at + blanks < eol && all->text[at + blanks] == ' ')
        blanks++;
    return (struct slice){all->text + at + blanks, eol - at - blanks};
}

/* Does the content's first line begin with a blank, so that the indentation has to be told? */
static bool block_needs_indent(const struct ftokens *all, const struct ftoken *t, size_t from)
{
    for (size_t at = from; at < t->end; at = ftokens_eol(all, at) + 1) {
        struct slice s = block_line(all, t, at);
        if (s.len)
            return is_blank(*s.text);
    }
    return false;
}

/* '|' or '>', indentation, chomping. A text that lacks its last line feed ends without one in the value: "-" keeps it.
 */
static void put_block_header(struct fwriter *w, const struct ftoken *t, size_t eol)
{
    const struct ftokens *all = w->tokens;
    bool cut = t->end == all->len && t->end > eol;
    fwriter_text(w, all->text + t->start, 1);
    if (block_needs_indent(all, t, eol + 1))
        fwriter_text(w, "2", 1);
    size_t n = strspn(all->text + t->start + 1, "+-0123456789");
    const char *chomp = memchr(all->text + t->start + 1, '+', n);
    chomp = chomp ? chomp : memchr(all->text + t->start + 1, '-', n);
    if (cut || chomp)
        fwriter_text(w, cut ? "-" : chomp, 1);
    fwriter_pend(w, t->behind);
}

static void put_block(struct fwriter *w, const struct ftoken *t, size_t indent)
{
    size_t eol = ftokens_eol(w->tokens, t->start);
    put_block_header(w, t, eol);
    for (size_t at = eol; at < t->end; at = ftokens_eol(w->tokens, at + 1)) {
        struct slice s = block_line(w->tokens, t, at + 1);
        fwriter_line(w, s.len ? indent : 0, false);
        fwriter_text(w, s.text, s.len);
    }
}

void fmt_scalar(struct fwriter *w, const struct ftoken *t, size_t indent)
{
    if (ftoken_block_scalar(t))
        put_block(w, t, indent);
    else
        put_folding(w, t, indent);
}
