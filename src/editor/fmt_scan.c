// SPDX-License-Identifier: Apache-2.0
/* Tokens of a YAML text, from libyaml's scanner, and the comments between them, which it passes over.
 *
 * libyaml counts characters, and the end that it gives of a block scalar is not to be relied on: both are worked out
 * here from the text. */
#include <string.h>

#include "editor/fmt_private.h"

struct scanner {
    yaml_parser_t parser;
    struct ftokens *to;
    size_t chars, bytes; /* one place, in both measures */
    size_t *columns;     /* of the block collections that are open */
    size_t n_columns;
    size_t last; /* index of the last token that is written in the text, and one */
};

size_t ftokens_eol(const struct ftokens *t, size_t at)
{
    const char *nl = at < t->len ? memchr(t->text + at, '\n', t->len - at) : NULL;
    return nl ? (size_t)(nl - t->text) : t->len;
}

static bool starts_char(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

size_t fmt_width(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += starts_char(text[i]);
    return n;
}

/* The byte at which a character begins; calls come in rising order mostly. */
static size_t byte_of(struct scanner *s, size_t index)
{
    const struct ftokens *t = s->to;
    if (index < s->chars)
        s->chars = s->bytes = 0;
    for (; s->chars < index && s->bytes < t->len; s->chars++)
        for (s->bytes++; s->bytes < t->len && !starts_char(t->text[s->bytes]);)
            s->bytes++;
    return s->bytes;
}

/* ---- comments ---- */

static struct fspan add_note(struct ftokens *t, size_t at, bool blank)
{
    size_t end = ftokens_eol(t, at), line = at;
    while (end > at && (t->text[end - 1] == ' ' || t->text[end - 1] == '\t'))
        end--;
    while (line > 0 && t->text[line - 1] != '\n')
        line--;
    t->notes = mem_push(t->notes, t->n_notes, sizeof(*t->notes));
    t->notes[t->n_notes] = (struct fnote){.text = t->text + at, .len = end - at, .blank = blank};
    t->notes[t->n_notes].col = fmt_width(t->text + line, at - line);
    return (struct fspan){(uint32_t)t->n_notes++, 1};
}

/* A comment that goes on below one behind a token, in its column. */
static bool goes_on(const struct ftokens *t, const struct ftoken *prev, const struct ftoken *next, struct fspan note)
{
    return prev && !ftoken_block_scalar(prev) && prev->behind.n > 0 && next->before.n == 0 &&
           !t->notes[note.at].blank && t->notes[note.at].col == t->notes[prev->behind.at].col;
}

/* Takes the comments between two tokens. prev: NULL at the beginning. false: something else is there. */
static bool scan_gap(struct ftokens *t, struct ftoken *prev, struct ftoken *next)
{
    size_t at = prev ? prev->end : 0, breaks = 0;
    for (; at < next->start; at++) {
        if (t->text[at] == '\n') {
            breaks++;
        } else if (t->text[at] == '#') {
            struct fspan note = add_note(t, at, breaks > 1);
            struct fspan *to = prev && breaks == 0            ? &prev->behind
                               : goes_on(t, prev, next, note) ? &prev->behind
                                                              : &next->before;
            *to = (struct fspan){to->n ? to->at : note.at, to->n + 1};
            breaks = 0;
            at = ftokens_eol(t, at) - 1;
        } else if (t->text[at] != ' ' && t->text[at] != '\t') {
            return false;
        }
    }
    next->blank = breaks > 1;
    return true;
}

/* ---- block scalars ---- */

static size_t blanks_at(const struct ftokens *t, size_t at, size_t most)
{
    size_t n = 0;
    while (n < most && at + n < t->len && t->text[at + n] == ' ')
        n++;
    return n;
}

/* The indentation that libyaml finds where the header names none. */
static size_t indent_found(const struct ftokens *t, size_t eol, size_t least)
{
    size_t most = least;
    for (size_t at = eol + 1; at < t->len; at++) {
        size_t blanks = blanks_at(t, at, SIZE_MAX);
        most = blanks > most ? blanks : most;
        at += blanks;
        if (at >= t->len || t->text[at] != '\n')
            break;
    }
    return most;
}

/* YAML 1.1, section 9.2 (1.2.2: 8.1): the header, the indentation, and the last line that counts. */
static void scan_block(struct scanner *s, struct ftoken *t)
{
    const struct ftokens *all = s->to;
    size_t eol = ftokens_eol(all, t->start), parent = s->n_columns ? s->columns[s->n_columns - 1] : 0,
           at = t->start + 1;
    bool keep = false;
    for (; at < eol && strchr("+-123456789", all->text[at]); at++) {
        keep = keep || all->text[at] == '+';
        if (all->text[at] >= '1' && all->text[at] <= '9')
            t->indent = parent + (size_t)(all->text[at] - '0');
    }
    if (t->indent == 0)
        t->indent = indent_found(all, eol, parent + 1);
    const char *hash = memchr(all->text + at, '#', eol - at);
    t->end = eol;
    for (size_t line = eol; line < all->len;) {
        size_t blanks = blanks_at(all, line + 1, t->indent);
        size_t text = line + 1 + blanks;
        if (text >= all->len || (blanks < t->indent && all->text[text] != '\n'))
            break;
        line = ftokens_eol(all, text);
        if (line > text || keep)
            t->end = line;
    }
    if (hash)
        t->behind = add_note(s->to, (size_t)(hash - all->text), false);
}

/* ---- tokens ---- */

static void count_columns(struct scanner *s, const struct ftoken *t)
{
    if (t->type == YAML_BLOCK_SEQUENCE_START_TOKEN || t->type == YAML_BLOCK_MAPPING_START_TOKEN) {
        s->columns = mem_push(s->columns, s->n_columns, sizeof(*s->columns));
        s->columns[s->n_columns++] = t->col;
    } else if (t->type == YAML_BLOCK_END_TOKEN && s->n_columns > 0) {
        s->n_columns--;
    }
}

static bool take_token(struct scanner *s, const yaml_token_t *token)
{
    struct ftokens *to = s->to;
    to->items = mem_push(to->items, to->n, sizeof(*to->items));
    struct ftoken *t = &to->items[to->n++];
    *t = (struct ftoken){.type = token->type, .line = token->start_mark.line, .col = token->start_mark.column};
    if (t->type == YAML_SCALAR_TOKEN)
        t->style = token->data.scalar.style;
    t->end_line = token->end_mark.line;
    t->start = byte_of(s, token->start_mark.index);
    t->end = byte_of(s, token->end_mark.index);
    count_columns(s, t);
    bool written = ftoken_block_scalar(t) || t->end > t->start || t->type == YAML_STREAM_END_TOKEN;
    if (!written)
        return true;
    if (t->type == YAML_STREAM_END_TOKEN)
        t->start = t->end = to->len;
    struct ftoken *prev = s->last ? &to->items[s->last - 1] : NULL;
    if (prev && prev->end > t->start)
        return false;
    bool fits = scan_gap(to, prev, t);
    if (ftoken_block_scalar(t))
        scan_block(s, t);
    s->last = to->n;
    return fits;
}

static bool scan_all(struct scanner *s)
{
    for (bool end = false; !end;) {
        yaml_token_t token;
        if (!yaml_parser_scan(&s->parser, &token))
            return false;
        end = token.type == YAML_STREAM_END_TOKEN;
        bool taken = token.type != YAML_NO_TOKEN && take_token(s, &token);
        yaml_token_delete(&token);
        if (!taken)
            return false;
    }
    return true;
}

bool fmt_scan(const char *text, size_t len, struct ftokens *ret)
{
    struct scanner s = {.to = ret};
    *ret = (struct ftokens){.text = text, .len = len};
    if (!yaml_parser_initialize(&s.parser))
        mem_fail(sizeof(s.parser));
    yaml_parser_set_encoding(&s.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&s.parser, (const unsigned char *)text, len);
    bool done = scan_all(&s);
    yaml_parser_delete(&s.parser);
    free(s.columns);
    return done;
}

void ftokens_done(struct ftokens *t)
{
    free(t->items);
    free(t->notes);
    *t = (struct ftokens){0};
}
