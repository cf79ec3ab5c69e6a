// SPDX-License-Identifier: Apache-2.0
/* Opens libmnl. */
#define LAZY_LIB mnl_library
#include "net/mnl_library.h"

struct mnl_library mnl_library;

static const struct lazy_symbol symbols[] = {MNL_FUNCTIONS(LAZY_SYMBOL)};

int mnl_library_open(struct err *e)
{
    return lazy_open("libmnl.so.0", symbols, ARRAY_LEN(symbols), e);
}
