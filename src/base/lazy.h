// SPDX-License-Identifier: Apache-2.0
/* Libraries opened when first used, so that a process that does not need them does not carry them.
 *
 * A library's functions are listed once in an X-macro; the struct of pointers and the loader come from it:
 *
 *     #define ZLIB_FUNCTIONS(X) X(compress) X(uncompress)
 *     static struct { ZLIB_FUNCTIONS(LAZY_MEMBER) } zlib;
 *     static const struct lazy_symbol zlib_symbols[] = {ZLIB_FUNCTIONS(LAZY_SYMBOL)};   // with #define LAZY_LIB zlib before
 *     int r = lazy_open("libz.so.1", zlib_symbols, ARRAY_LEN(zlib_symbols), e);           // cheap when it is open already
 *     zlib.compress(...);
 */
#pragma once

#include "base/err.h"
#include "base/mem.h"

struct lazy_symbol {
    const char *name;
    void **where;
};
#define LAZY_MEMBER(fn) __typeof__(&fn) fn;
#define LAZY_SYMBOL(fn) {#fn, (void **)(uintptr_t)&LAZY_LIB.fn},

/* 0, or -ENOENT with `e` naming the library, its missing symbol and the Debian package to install (from a small table). Stays open for ever. Call it once per process use;
 * calling again with the same symbols is a no-op. Thread-safe. */
int lazy_open(const char *soname, const struct lazy_symbol *symbols, size_t n, struct err *e);
