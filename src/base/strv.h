// SPDX-License-Identifier: Apache-2.0
/* A list of strings, closed by NULL. */
#pragma once

#include "base/mem.h"

struct strv {
    char **v; /* NULL while empty, else closed by NULL */
    size_t n;
};
#define AUTO_STRV AUTO(strv_done)

void strv_add(struct strv *s, const char *text);                     /* copies */
void strv_take(struct strv *s, char *text);                          /* owns `text` from here on */
__attribute__((format(printf, 2, 3))) void strv_addf(struct strv *s, const char *fmt, ...);
void strv_split(struct strv *s, const char *text, const char *seps); /* adds the non-empty parts */
bool strv_has(const struct strv *s, const char *text);
char *strv_join(const struct strv *s, const char *sep);              /* the caller frees */
void strv_sort(struct strv *s);
void strv_copy(struct strv *to, const struct strv *from);            /* `to` is emptied first */
bool strv_equal(const struct strv *a, const struct strv *b);
void strv_done(struct strv *s);
