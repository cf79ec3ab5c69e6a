// SPDX-License-Identifier: Apache-2.0
/* Opens GnuTLS when first needed and turns its errors into ours. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "io/tls_private.h"

struct tls_library tls_library;

#define LAZY_LIB tls_library
static const struct lazy_symbol symbols[] = {GNUTLS_FUNCTIONS(LAZY_SYMBOL)};

/* The library's time is ours, which may be corrected. */
static time_t now(time_t *ret)
{
    time_t t = (time_t)(clock_now_us() / US_PER_S);
    if (ret)
        *ret = t;
    return t;
}

int tls_library_open(struct err *e)
{
    int r = lazy_open("libgnutls.so.30", symbols, ARRAY_LEN(symbols), e);
    if (r == 0)
        tls_library.gnutls_global_set_time_function(now);
    return r;
}

int tls_fail(struct err *e, int code, int gnutls_code, const char *fmt, ...)
{
    char words[200];
    va_list args;
    va_start(args, fmt);
    vsnprintf(words, sizeof(words), fmt, args);
    va_end(args);
    return err_set(e, code, "%s: %s", words, tls_library.gnutls_strerror(gnutls_code));
}

gnutls_datum_t tls_datum(const char *text)
{
    return (gnutls_datum_t){.data = (unsigned char *)(uintptr_t)text, .size = (unsigned)strlen(text)};
}
