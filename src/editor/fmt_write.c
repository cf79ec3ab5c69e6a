// SPDX-License-Identifier: Apache-2.0
/* Lines of the tidied text. Comments behind values wait until their line ends, and lines that follow each other at one
 * indentation have theirs in one column, unless the lines' lengths are too unlike. */
#include <string.h>

#include "editor/fmt_private.h"

#define NOTE_GAP    2  /* blanks before a comment behind a value */
#define UNLIKE_MOST 24 /* characters that lines with comments in one column differ by */

void fwriter_text(struct fwriter *w, const char *text, size_t len)
{
    buf_add(&w->out, text, len);
    w->col += fmt_width(text, len);
}

void fwriter_pend(struct fwriter *w, struct fspan notes)
{
    if (notes.n == 0)
        return;
    w->pending = mem_push(w->pending, w->n_pending, sizeof(*w->pending));
    w->pending[w->n_pending++] = notes;
}

void fwriter_token(struct fwriter *w, const struct ftoken *t)
{
    fwriter_text(w, w->tokens->text + t->start, t->end - t->start);
    fwriter_pend(w, t->behind);
}

static void line_feed(struct fwriter *w)
{
    buf_addc(&w->out, '\n');
    w->line++;
}

static void put_behind(struct fwriter *w, const struct fnote *note, bool below)
{
    if (below)
        line_feed(w);
    w->marks = mem_push(w->marks, w->n_marks, sizeof(*w->marks));
    w->marks[w->n_marks++] = (struct fmark){w->out.len, w->line, w->indent, w->col, below};
    buf_add(&w->out, note->text, note->len);
}

static void put_pending(struct fwriter *w)
{
    for (size_t i = 0; i < w->n_pending; i++)
        for (size_t k = 0; k < w->pending[i].n; k++)
            put_behind(w, &w->tokens->notes[w->pending[i].at + k], i + k > 0);
    w->n_pending = 0;
}

void fwriter_line(struct fwriter *w, size_t indent, bool blank)
{
    put_pending(w);
    if (w->out.len > 0)
        line_feed(w);
    if (w->out.len > 0 && blank)
        line_feed(w);
    for (size_t i = 0; i < indent; i++)
        buf_addc(&w->out, ' ');
    w->col = w->indent = indent;
}

void fwriter_notes(struct fwriter *w, struct fspan notes, size_t indent)
{
    for (size_t i = 0; i < notes.n; i++) {
        const struct fnote *note = &w->tokens->notes[notes.at + i];
        fwriter_line(w, indent, note->blank);
        fwriter_text(w, note->text, note->len);
    }
}

/* How many of the marks share a column, from the first of `m`, and which. */
static size_t group_of(const struct fmark *m, size_t n, size_t *ret_col)
{
    size_t i = 1, least = m->width, most = m->width;
    for (; i < n && m[i].line == m[i - 1].line + 1; i++) {
        if (m[i].below)
            continue;
        size_t low = m[i].width < least ? m[i].width : least, high = m[i].width > most ? m[i].width : most;
        if (m[i].indent != m->indent || high - low > UNLIKE_MOST)
            break;
        least = low;
        most = high;
    }
    *ret_col = most + NOTE_GAP;
    return i;
}

char *fwriter_take(struct fwriter *w, size_t *ret_len)
{
    AUTO_BUF struct buf done = {0};
    size_t from = 0;
    put_pending(w);
    if (w->out.len > 0)
        line_feed(w);
    for (size_t i = 0, col = 0, group = 0; i < w->n_marks; i++, group--) {
        const struct fmark *m = &w->marks[i];
        if (group == 0)
            group = group_of(m, w->n_marks - i, &col);
        buf_add(&done, w->out.data + from, m->at - from);
        for (size_t k = m->below ? 0 : m->width; k < col; k++)
            buf_addc(&done, ' ');
        from = m->at;
    }
    buf_add(&done, buf_str(&w->out) + from, w->out.len - from);
    *ret_len = done.len;
    return buf_take(&done);
}

void fwriter_done(struct fwriter *w)
{
    buf_done(&w->out);
    free(w->pending);
    free(w->marks);
}
