// SPDX-License-Identifier: Apache-2.0
/* Opens libmicrohttpd when the first server starts. */
#include "http/http_server_private.h"

struct mhd_library mhd_library;

#define LAZY_LIB mhd_library
static const struct lazy_symbol symbols[] = {MHD_FUNCTIONS(LAZY_SYMBOL)};

int mhd_library_open(struct err *e)
{
    return lazy_open("libmicrohttpd.so.12", symbols, ARRAY_LEN(symbols), e);
}
