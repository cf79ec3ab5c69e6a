// SPDX-License-Identifier: Apache-2.0
/* Opens nettle. */
#define LAZY_LIB nettle
#include "base/nettle_library.h"

#include <pthread.h>
#include <stdio.h>

static struct nettle_library nettle;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_nettle(void)
{
    static const struct lazy_symbol symbols[] = {NETTLE_FUNCTIONS(LAZY_SYMBOL)};
    struct err e = {0};
    if (lazy_open("libnettle.so.8", symbols, ARRAY_LEN(symbols), &e) == 0)
        return;
    fprintf(stderr, "sedge: %s\n", err_text(&e));
    abort();
}

const struct nettle_library *nettle_library(void)
{
    pthread_once(&once, open_nettle);
    return &nettle;
}
