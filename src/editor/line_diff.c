// SPDX-License-Identifier: Apache-2.0
/* Unified diffs: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), with a bound for D. */
#include "editor/line_diff.h"

#include <string.h>

#define EDITS_MOST 1000 /* lines taken out and put in; their search needs memory of its square */
#define CONTEXT    3

struct line {
    const char *text;
    size_t len; /* with its line feed */
    bool changed;
};
struct lines {
    struct line *items;
    size_t n;
};

static struct lines lines_of(const char *text, size_t len)
{
    struct lines l = {0};
    for (size_t at = 0; at < len;) {
        const char *nl = memchr(text + at, '\n', len - at);
        size_t n = nl ? (size_t)(nl - text) + 1 - at : len - at;
        l.items = mem_push(l.items, l.n, sizeof(*l.items));
        l.items[l.n++] = (struct line){text + at, n, false};
        at += n;
    }
    return l;
}

static bool same(const struct line *a, const struct line *b)
{
    return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* ---- the shortest way from one to the other ---- */

/* Two runs of lines, and for each number of edits how far each diagonal came. */
struct search {
    struct line *a, *b;
    long n, m;
    long **reached; /* [d][k + d] for k in -d..d */
    long d;
};

static long came(const struct search *s, long d, long k)
{
    return k < -d || k > d ? -1 : s->reached[d][k + d];
}

/* Is diagonal k reached after d edits by putting a line in (from k + 1) rather than taking one out (from k - 1)? */
static bool by_insertion(const struct search *s, long d, long k)
{
    return k == -d || (k != d && came(s, d - 1, k - 1) < came(s, d - 1, k + 1));
}

/* One more edit on every diagonal. true: the end is reached. */
static bool step(struct search *s, long d)
{
    s->reached[d] = mem_array((size_t)(2 * d + 1), sizeof(long));
    s->d = d;
    for (long k = -d; k <= d; k += 2) {
        long x = d == 0 ? 0 : by_insertion(s, d, k) ? came(s, d - 1, k + 1) : came(s, d - 1, k - 1) + 1;
        while (x < s->n && x - k >= 0 && x - k < s->m && same(&s->a[x], &s->b[x - k]))
            x++;
        s->reached[d][k + d] = x;
        if (x >= s->n && x - k >= s->m)
            return true;
    }
    return false;
}

static void mark_way(const struct search *s)
{
    long x = s->n, k = s->n - s->m;
    for (long d = s->d; d > 0; d--) {
        bool in = by_insertion(s, d, k);
        k += in ? 1 : -1;
        x = came(s, d - 1, k);
        if (in)
            s->b[x - k].changed = true;
        else
            s->a[x].changed = true;
    }
}

static void mark_all(struct line *l, long n)
{
    for (long i = 0; i < n; i++)
        l[i].changed = true;
}

static void mark_changes(struct lines *a, struct lines *b)
{
    size_t from = 0, end = 0;
    while (from < a->n && from < b->n && same(&a->items[from], &b->items[from]))
        from++;
    while (end < a->n - from && end < b->n - from && same(&a->items[a->n - 1 - end], &b->items[b->n - 1 - end]))
        end++;
    struct search s = {
        .a = a->items + from, .b = b->items + from, .n = (long)(a->n - from - end), .m = (long)(b->n - from - end)};
    s.reached = mem_array(EDITS_MOST + 1, sizeof(*s.reached));
    bool found = false;
    long d = 0;
    for (; !found && d <= EDITS_MOST; d++)
        found = step(&s, d);
    if (found) {
        mark_way(&s);
    } else {
        mark_all(s.a, s.n);
        mark_all(s.b, s.m);
    }
    for (long i = 0; i < d; i++)
        free(s.reached[i]);
    free(s.reached);
}

/* ---- showing ---- */

static void put_line(struct buf *to, char sign, const struct line *l)
{
    buf_addc(to, sign);
    buf_add(to, l->text, l->len);
    if (l->text[l->len - 1] != '\n')
        buf_adds(to, "\n\\ No newline at end of file\n");
}

static void put_range(struct buf *to, char sign, size_t from, size_t n)
{
    buf_addf(to, "%c%zu", sign, n ? from + 1 : from);
    if (n != 1)
        buf_addf(to, ",%zu", n);
}

/* A place in both. */
struct place {
    size_t a, b;
};

/* Behind the changes that begin at `p`, or `p` when none do. */
static struct place past_changes(const struct lines *a, const struct lines *b, struct place p)
{
    while (p.a < a->n && a->items[p.a].changed)
        p.a++;
    while (p.b < b->n && b->items[p.b].changed)
        p.b++;
    return p;
}

static bool at_change(const struct lines *a, const struct lines *b, struct place p)
{
    return (p.a < a->n && a->items[p.a].changed) || (p.b < b->n && b->items[p.b].changed);
}

/* The end of the hunk whose first change is at `p`: changes with at most twice the context between them go together. */
static struct place hunk_end(const struct lines *a, const struct lines *b, struct place p)
{
    struct place end = p;
    for (size_t kept = 0; kept <= 2 * CONTEXT; kept++, p.a++, p.b++) {
        if (at_change(a, b, p)) {
            p = end = past_changes(a, b, p);
            kept = 0;
        }
        if (p.a >= a->n || p.b >= b->n)
            break;
    }
    size_t behind = a->n - end.a < CONTEXT ? a->n - end.a : CONTEXT;
    return (struct place){end.a + behind, end.b + behind};
}

static void put_hunk(struct buf *to, const struct lines *a, const struct lines *b, struct place p, struct place end)
{
    buf_adds(to, "@@ ");
    put_range(to, '-', p.a, end.a - p.a);
    buf_adds(to, " ");
    put_range(to, '+', p.b, end.b - p.b);
    buf_adds(to, " @@\n");
    while (p.a < end.a || p.b < end.b) {
        if (p.a < end.a && a->items[p.a].changed)
            put_line(to, '-', &a->items[p.a++]);
        else if (p.b < end.b && b->items[p.b].changed)
            put_line(to, '+', &b->items[p.b++]);
        else {
            put_line(to, ' ', &a->items[p.a++]);
            p.b++;
        }
    }
}

char *line_diff(const char *a, size_t a_len, const char *b, size_t b_len, const char *name)
{
    AUTO_BUF struct buf out = {0};
    struct lines before = lines_of(a, a_len), after = lines_of(b, b_len);
    mark_changes(&before, &after);
    for (struct place p = {0, 0}; p.a < before.n || p.b < after.n; p.a++, p.b++) {
        if (!at_change(&before, &after, p))
            continue;
        size_t ahead = p.a < CONTEXT ? p.a : CONTEXT;
        struct place from = {p.a - ahead, p.b - ahead}, end = hunk_end(&before, &after, p);
        if (out.len == 0)
            buf_addf(&out, "--- %s\n+++ %s\n", name, name);
        put_hunk(&out, &before, &after, from, end);
        p = (struct place){end.a - 1, end.b - 1};
    }
    free(before.items);
    free(after.items);
    return buf_take(&out);
}
