// SPDX-License-Identifier: Apache-2.0
/* Opens shared libraries at first use and fills tables of their functions. */
#include "base/lazy.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/text.h"

/* Who to install when a library is missing (Debian's names). */
static const struct {
    const char *soname, *package;
} packages[] = {
    {"libmicrohttpd.so.12", "libmicrohttpd12"},
    {"libgnutls.so.30", "libgnutls30"},
    {"libsqlite3.so.0", "libsqlite3-0"},
    {"libcurl-gnutls.so.4", "libcurl3-gnutls"},
    {"libcurl.so.4", "libcurl4"},
    {"libarchive.so.13", "libarchive13"},
    {"libminizip.so.1", "libminizip1"},
    {"libnettle.so.8", "libnettle8"},
    {"libmnl.so.0", "libmnl0"},
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const char *package_of(const char *soname)
{
    for (size_t i = 0; i < ARRAY_LEN(packages); i++)
        if (str_eq(packages[i].soname, soname))
            return packages[i].package;
    return "the package that holds it";
}

static bool all_known(const struct lazy_symbol *symbols, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (*symbols[i].where == NULL)
            return false;
    return true;
}

/* Looks all names up before the table is filled: a table is whole or empty. */
static int fill_table(void *library, const char *soname, const struct lazy_symbol *symbols, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (!dlsym(library, symbols[i].name))
            return err_set(e, ENOENT, "library %s has no function %s: it is too old or built without it; upgrade %s",
                           soname, symbols[i].name, package_of(soname));
    for (size_t i = 0; i < n; i++)
        *symbols[i].where = dlsym(library, symbols[i].name);
    return 0;
}

static int open_locked(const char *soname, const struct lazy_symbol *symbols, size_t n, struct err *e)
{
    if (n > 0 && all_known(symbols, n))
        return 0;
    void *library = dlopen(soname, RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        return err_set(e, ENOENT, "open library %s: %s; install it with 'apt install %s'", soname,
                       why ? why : "unknown", package_of(soname));
    }
    int r = fill_table(library, soname, symbols, n, e);
    if (r < 0)
        dlclose(library);
    return r; /* otherwise left open on purpose: the table points into it */
}

int lazy_open(const char *soname, const struct lazy_symbol *symbols, size_t n, struct err *e)
{
    pthread_mutex_lock(&lock);
    int r = open_locked(soname, symbols, n, e);
    pthread_mutex_unlock(&lock);
    return r;
}
