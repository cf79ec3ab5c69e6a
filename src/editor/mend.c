// SPDX-License-Identifier: Apache-2.0
/* Mends a text line by line. */
#include "editor/mend.h"

#include <string.h>

#include "editor/text_index.h"

#define TRIES_MAX   8
#define LARGE_TEXT  (1U << 20) /* bytes of a text that is not read so often */
#define LARGE_TRIES 1

/* Blanks the line that holds the offset. */
static void blank_line(char *text, size_t len, size_t offset)
{
    size_t from = offset < len ? offset : len;
    while (from > 0 && text[from - 1] != '\n')
        from--;
    for (size_t at = from; at < len && text[at] != '\n' && text[at] != '\r'; at++)
        text[at] = ' ';
}

/* Does the line hold anything? */
static bool line_is_blank(const char *text, size_t len, size_t offset)
{
    size_t from = offset < len ? offset : len;
    while (from > 0 && text[from - 1] != '\n')
        from--;
    while (from < len && (text[from] == ' ' || text[from] == '\t'))
        from++;
    return from >= len || text[from] == '\n' || text[from] == '\r';
}

/* Where the reader stumbles, a line that has something in it: it, or the last one before it. */
static size_t fault_offset(const char *text, size_t len, const struct yfault *f)
{
    size_t at = text_yaml_offset(text, len, f->line, 1);
    while (at > 0 && line_is_blank(text, len, at)) {
        while (at > 0 && text[at - 1] != '\n')
            at--;
        at = at > 0 ? at - 1 : 0;
    }
    return at;
}

static bool reads(const char *text, size_t len, struct yfault *f)
{
    struct ydoc doc = {0};
    bool good = yaml_read(text, len, &ylimits_default, &doc, f) == 0;
    ydoc_done(&doc);
    return good;
}

/* The last line with something in it before the one at the offset. */
static size_t line_before(const char *text, size_t len, size_t at)
{
    while (at > 0 && text[at - 1] != '\n')
        at--;
    while (at > 0 && line_is_blank(text, len, at - 1))
        for (at--; at > 0 && text[at - 1] != '\n';)
            at--;
    return at > 0 ? at - 1 : 0;
}

/* Blanks the line of a fault, or the one before it, where often the mistake is: whichever lets the reader come farther.
 */
static bool mend_one(struct buf *copy, struct yfault *f)
{
    size_t at = fault_offset(copy->data, copy->len, f), before = line_before(copy->data, copy->len, at);
    AUTO_BUF struct buf other = {0};
    struct yfault f_other;
    buf_add(&other, copy->data, copy->len);
    blank_line(other.data, other.len, before);
    blank_line(copy->data, copy->len, at);
    if (reads(copy->data, copy->len, f))
        return true;
    bool good = reads(other.data, other.len, &f_other);
    if (!good && f_other.line <= f->line)
        return false;
    struct buf kept = *copy;
    *copy = other;
    other = kept;
    *f = f_other;
    return good;
}

char *yaml_mended(const char *text, size_t len, size_t *ret_len)
{
    struct buf copy = {0};
    struct yfault f;
    buf_add(&copy, text, len);
    bool good = reads(buf_str(&copy), copy.len, &f);
    int tries = len > LARGE_TEXT ? LARGE_TRIES : TRIES_MAX;
    for (int i = 0; i < tries && !good; i++)
        good = mend_one(&copy, &f);
    if (!good && !reads(buf_str(&copy), copy.len, &f)) {
        copy.len = fault_offset(copy.data, copy.len, &f);
        if (!reads(buf_str(&copy), copy.len, &f))
            copy.len = 0;
    }
    *ret_len = copy.len;
    return buf_take(&copy);
}
