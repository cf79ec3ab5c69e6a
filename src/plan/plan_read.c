// SPDX-License-Identifier: Apache-2.0
// Plan files: one operation a line, as "component:Interface.operation" or as comma-separated values.
#include "plan/plan.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

#define MAX_STEPS 10000
#define SHOWN     80 // bytes of a faulty line that an error repeats

// A piece of the text, not closed by NUL.
struct piece {
    const char *at;
    size_t len;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct piece trimmed(const char *at, size_t len)
{
    while (len > 0 && is_blank(at[0]))
        at++, len--;
    while (len > 0 && is_blank(at[len - 1]))
        len--;
    return (struct piece){at, len};
}

// The line without its comment: '#' at its beginning or behind a blank starts one.
static struct piece without_comment(const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (at[i] == '#' && (i == 0 || is_blank(at[i - 1])))
            return trimmed(at, i);
    return trimmed(at, len);
}

static bool is_printable(struct piece p)
{
    for (size_t i = 0; i < p.len; i++)
        if ((unsigned char)p.at[i] < 0x20 || p.at[i] == 0x7f)
            return false;
    return str_is_utf8(p.at, p.len);
}

// Parts `whole` at `sep`, the last one in it where `last`. False when there is none, or nothing before or behind it.
static bool part(struct piece whole, char sep, bool last, struct piece *ret_head, struct piece *ret_tail)
{
    const char *at =
        whole.len == 0 ? NULL : (last ? memrchr(whole.at, sep, whole.len) : memchr(whole.at, sep, whole.len));
    if (!at)
        return false;
    *ret_head = trimmed(whole.at, (size_t)(at - whole.at));
    *ret_tail = trimmed(at + 1, whole.len - (size_t)(at - whole.at) - 1);
    return ret_head->len > 0 && ret_tail->len > 0;
}

// Names of components and interfaces may hold ':' and '.' themselves, so those lines are read from their end.
static bool read_line(struct piece line, bool csv, struct piece ret[3])
{
    struct piece rest;
    if (csv)
        return part(line, ',', false, &ret[0], &rest) && part(rest, ',', false, &ret[1], &ret[2]) &&
               !memchr(ret[2].at, ',', ret[2].len);
    return part(line, ':', true, &ret[0], &rest) && part(rest, '.', true, &ret[1], &ret[2]);
}

static void add_step(struct plan *p, const struct piece words[3], int line)
{
    p->steps = mem_push(p->steps, p->n, sizeof(*p->steps));
    p->steps[p->n++] = (struct plan_step){.component = mem_strndup(words[0].at, words[0].len),
                                          .interface = mem_strndup(words[1].at, words[1].len),
                                          .operation = mem_strndup(words[2].at, words[2].len),
                                          .line = line,
                                          .why = "asked for"};
}

// How much of the line an error shows: never half a character.
static int shown(struct piece line)
{
    size_t n = line.len < SHOWN ? line.len : SHOWN;
    while (n > 0 && n < line.len && ((unsigned char)line.at[n] & 0xc0) == 0x80)
        n--;
    return (int)n;
}

static int take_line(struct piece line, int number, bool csv, struct plan *p, struct err *e)
{
    struct piece words[3];
    if (!is_printable(line))
        return err_set(e, EINVAL, "line %d: not plain UTF-8 text", number);
    if (!read_line(line, csv, words))
        return err_set(e, EINVAL, "line %d: '%.*s' is not %s", number, shown(line), line.at,
                       csv ? "component,interface,operation" : "component:Interface.operation");
    if (p->n >= MAX_STEPS)
        return err_set(e, EINVAL, "line %d: more than %d operations; split the plan", number, MAX_STEPS);
    add_step(p, words, number);
    return 0;
}

int plan_read(const char *text, size_t len, bool csv, struct plan *ret, struct err *e)
{
    *ret = (struct plan){0};
    int r = 0, number = 1;
    for (size_t at = 0; at < len && r >= 0; number++) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - (text + at)) : len - at;
        struct piece line = without_comment(text + at, n);
        if (line.len > 0)
            r = take_line(line, number, csv, ret, e);
        at += n + 1;
    }
    if (r < 0)
        plan_done(ret);
    return r;
}
