// SPDX-License-Identifier: Apache-2.0
/* Who frees what: scoped cleanup, hand-over, allocation that ends the process when memory is out, and arenas with a budget. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define AUTO(fn) __attribute__((cleanup(fn)))
#define AUTO_FREE AUTO(mem_freep)
#define AUTO_CLOSE AUTO(mem_closep)
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Hands a pointer or a descriptor on: the scope no longer frees it. */
#define take_ptr(p)                                                                                \
    ({                                                                                             \
        __auto_type taken_ = (p);                                                                  \
        (p) = NULL;                                                                                \
        taken_;                                                                                    \
    })
static inline int take_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

void mem_freep(void *pp);  /* for AUTO_FREE: frees *(void **)pp */
void mem_closep(int *fd);  /* for AUTO_CLOSE: closes *fd unless negative; keeps errno */

/* Says on standard error that memory is out (size: what was asked for, SIZE_MAX when past all reason), then abort(). */
_Noreturn void mem_fail(size_t size);

/* These never give NULL: the process ends with a message when memory is out. Use them for sizes of our own making. */
void *mem_alloc(size_t size);                        /* zeroed */
void *mem_array(size_t n, size_t size);              /* zeroed; ends the process when n * size overflows */
void *mem_grow(void *p, size_t n, size_t size);      /* realloc to n * size, overflow checked; new part not zeroed */
char *mem_strdup(const char *s);                     /* NULL gives NULL */
char *mem_strndup(const char *s, size_t n);
__attribute__((format(printf, 1, 2))) char *mem_printf(const char *fmt, ...);

/* Puts one more element behind `n` of them: doubles when n is a power of two. Gives the (moved) array; the caller counts.
 * Use: xs = mem_push(xs, n, sizeof(*xs)); xs[n++] = x; */
void *mem_push(void *array, size_t n, size_t size);

/* An arena: everything in it is freed at once. With a budget, an allocation past it gives NULL (for sizes from outside). */
struct arena;
struct arena *arena_new(size_t budget_bytes); /* 0: no limit */
void arena_free(struct arena *a);             /* NULL is fine */
void arena_freep(struct arena **a);
void *arena_alloc(struct arena *a, size_t size);                      /* zeroed, aligned for any type; NULL past the budget */
char *arena_strndup(struct arena *a, const char *s, size_t n);       /* NULL past the budget */
size_t arena_used(const struct arena *a);
