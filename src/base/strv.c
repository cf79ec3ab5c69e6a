// SPDX-License-Identifier: Apache-2.0
/* Lists of strings; the array always holds one slot more than strings, for the closing NULL. */
#include "base/strv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

void strv_take(struct strv *s, char *text)
{
    s->v = mem_push(s->v, s->n + 1, sizeof(*s->v));
    s->v[s->n++] = text;
    s->v[s->n] = NULL;
}

void strv_add(struct strv *s, const char *text)
{
    strv_take(s, mem_strdup(text));
}

void strv_addf(struct strv *s, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    strv_take(s, n < 0 ? mem_strdup("") : text);
}

void strv_split(struct strv *s, const char *text, const char *seps)
{
    for (const char *p = text + strspn(text, seps); *p != '\0'; p += strspn(p, seps)) {
        size_t len = strcspn(p, seps);
        strv_take(s, mem_strndup(p, len));
        p += len;
    }
}

bool strv_has(const struct strv *s, const char *text)
{
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->v[i], text))
            return true;
    return false;
}

char *strv_join(const struct strv *s, const char *sep)
{
    struct buf b = {0};
    for (size_t i = 0; i < s->n; i++) {
        if (i > 0)
            buf_adds(&b, sep);
        buf_adds(&b, s->v[i]);
    }
    return buf_take(&b);
}

static int strv_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void strv_sort(struct strv *s)
{
    if (s->n > 1)
        qsort(s->v, s->n, sizeof(*s->v), strv_compare);
}

void strv_copy(struct strv *to, const struct strv *from)
{
    if (to == from)
        return;
    strv_done(to);
    for (size_t i = 0; i < from->n; i++)
        strv_add(to, from->v[i]);
}

bool strv_equal(const struct strv *a, const struct strv *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!str_eq(a->v[i], b->v[i]))
            return false;
    return true;
}

void strv_done(struct strv *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->v[i]);
    free(s->v);
    *s = (struct strv){0};
}
