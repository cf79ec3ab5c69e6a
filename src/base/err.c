// SPDX-License-Identifier: Apache-2.0
/* Errors held in place: nothing here allocates, so that out-of-memory can be told, too. */
#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Makes `text` (already cut to `size` by printf) one line; `cut` marks its end with "..." at a character's border. */
static void err_tidy(char *text, size_t size, bool cut)
{
    for (unsigned char *p = (unsigned char *)text; *p != '\0'; p++)
        if (*p < 0x20 || *p == 0x7f)
            *p = ' ';
    if (!cut)
        return;
    size_t end = size - sizeof("...");
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    memcpy(text + end, "...", sizeof("..."));
}

/* Writes "<words><colon><tail>"; the pieces may stand in e->text themselves, hence the copy. */
__attribute__((format(printf, 4, 0))) static void err_write(struct err *e, const char *colon, const char *tail,
                                                            const char *fmt, va_list ap)
{
    char text[sizeof(e->text)];
    bool cut = false;
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    size_t len = n < 0 ? 0 : (size_t)n;
    if (len < sizeof(text)) {
        int more = snprintf(text + len, sizeof(text) - len, "%s%s", colon, tail);
        len += more < 0 ? 0 : (size_t)more;
    }
    cut = len >= sizeof(text);
    err_tidy(text, sizeof(text), cut);
    memcpy(e->text, text, sizeof(text));
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
    if (e == NULL)
        return -code;
    va_list ap;
    va_start(ap, fmt);
    err_write(e, "", "", fmt, ap);
    va_end(ap);
    e->code = code;
    return -code;
}

int err_wrap(struct err *e, int r, const char *fmt, ...)
{
    if (r >= 0 || e == NULL)
        return r;
    if (e->code == 0)
        e->code = -r;
    va_list ap;
    va_start(ap, fmt);
    err_write(e, ": ", err_text(e), fmt, ap);
    va_end(ap);
    return r;
}

int err_errno(struct err *e, int code, const char *fmt, ...)
{
    if (e == NULL)
        return -code;
    char why[128];
    va_list ap;
    va_start(ap, fmt);
    err_write(e, ": ", strerror_r(code, why, sizeof(why)), fmt, ap);
    va_end(ap);
    e->code = code;
    return -code;
}

void err_clear(struct err *e)
{
    if (e == NULL)
        return;
    e->code = 0;
    e->text[0] = '\0';
}

const char *err_text(const struct err *e)
{
    if (e == NULL)
        return "unknown error";
    if (e->text[0] != '\0')
        return e->text;
    return e->code == 0 ? "no error" : strerror(e->code);
}
