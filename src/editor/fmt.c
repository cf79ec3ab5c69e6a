// SPDX-License-Identifier: Apache-2.0
/* The formatter's one way: read, scan, tree, print; then the result is read too and compared, so that no fault in
 * between can cost anyone a file. */
#include "editor/fmt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "editor/fmt_private.h"

static int fault_at(struct yfault *f, int line, int col, int code, const char *why)
{
    *f = (struct yfault){.line = line, .col = col};
    snprintf(f->text, sizeof(f->text), "%s", why);
    return -code;
}

static int internal(struct yfault *f, int line)
{
    return fault_at(f, line, 1, ENOTRECOVERABLE,
                    "formatting would change what this file means, so it is left as it is; this is a fault of sedge");
}

/* Characters that end lines in YAML 1.1 only, and byte order marks within the text. */
static const struct {
    const char *bytes, *why;
} doubtful[] = {
    {"\xc2\x85", "U+0085 ends a line in YAML 1.1 but not in 1.2; write it as \\N in double quotes"},
    {"\xe2\x80\xa8", "U+2028 ends a line in YAML 1.1 but not in 1.2; write it as \\L in double quotes"},
    {"\xe2\x80\xa9", "U+2029 ends a line in YAML 1.1 but not in 1.2; write it as \\P in double quotes"},
    {"\xef\xbb\xbf", "a byte order mark within the text; take it out, or write it as \\uFEFF in double quotes"},
};

static int check_doubtful(const char *text, struct yfault *f)
{
    for (size_t i = 0; i < ARRAY_LEN(doubtful); i++) {
        const char *at = strstr(text, doubtful[i].bytes), *line = text;
        if (!at)
            continue;
        int lines = 1;
        for (const char *nl; (nl = memchr(line, '\n', (size_t)(at - line))) != NULL; lines++)
            line = nl + 1;
        return fault_at(f, lines, (int)fmt_width(line, (size_t)(at - line)) + 1, EINVAL, doubtful[i].why);
    }
    return 0;
}

/* Without a byte order mark, with line feeds for all line ends. */
static void normalise(const char *text, size_t len, struct buf *ret)
{
    static const char bom[] = "\xef\xbb\xbf";
    size_t at = len >= strlen(bom) && memcmp(text, bom, strlen(bom)) == 0 ? strlen(bom) : 0;
    while (at < len) {
        const char *cr = memchr(text + at, '\r', len - at);
        size_t upto = cr ? (size_t)(cr - text) : len;
        buf_add(ret, text + at, upto - at);
        if (cr)
            buf_addc(ret, '\n');
        at = upto + 1 + (cr && upto + 1 < len && cr[1] == '\n');
    }
}

struct fmt {
    struct ydoc before, after;
    struct buf plain;
    struct ftokens tokens, tokens_after;
    struct ftree tree;
    struct fwriter writer;
};

static void fmt_done(struct fmt *m)
{
    ydoc_done(&m->before);
    ydoc_done(&m->after);
    ftree_done(&m->tree);
    ftokens_done(&m->tokens);
    ftokens_done(&m->tokens_after);
    fwriter_done(&m->writer);
    buf_done(&m->plain);
}

/* Is the result what the text was? */
static int check(struct fmt *m, const char *text, size_t len, struct yfault *f)
{
    struct yfault unread;
    const struct ynode *apart = NULL;
    if (yaml_read(text, len, NULL, &m->after, &unread) < 0)
        return internal(f, 1);
    if (!fmt_same_tree(&m->before, &m->after, &apart))
        return internal(f, apart ? apart->line : 1);
    if (!fmt_scan(text, len, &m->tokens_after) || !fmt_same_pieces(&m->tokens, &m->tokens_after))
        return internal(f, 1);
    return 0;
}

static int run(struct fmt *m, const char *text, size_t len, char **ret, size_t *ret_len, struct yfault *f)
{
    int r = yaml_read(text, len, NULL, &m->before, f);
    if (r < 0)
        return r;
    normalise(text, len, &m->plain);
    r = check_doubtful(buf_str(&m->plain), f);
    if (r < 0)
        return r;
    bool whole = fmt_scan(buf_str(&m->plain), m->plain.len, &m->tokens) && fmt_tree(&m->tokens, &m->tree);
    if (m->tree.odd)
        return fault_at(f, (int)m->tree.odd->line + 1, (int)m->tree.odd->col + 1, EINVAL, m->tree.odd_why);
    if (!whole)
        return internal(f, 1);
    m->writer.tokens = &m->tokens;
    fmt_print(&m->writer, &m->tree);
    AUTO_FREE char *done = fwriter_take(&m->writer, ret_len);
    if (*ret_len > ylimits_default.max_bytes)
        return fault_at(f, 1, 1, E2BIG, "tidied, this text would be larger than what is taken; split it");
    r = check(m, done, *ret_len, f);
    if (r == 0)
        *ret = take_ptr(done);
    return r;
}

int fmt_text(const char *text, size_t len, char **ret, size_t *ret_len, struct yfault *f)
{
    AUTO(fmt_done)
    struct fmt m = {0};
    return run(&m, text, len, ret, ret_len, f);
}
