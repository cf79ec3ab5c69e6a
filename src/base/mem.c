// SPDX-License-Identifier: Apache-2.0
/* Memory that is there or ends the process, scoped cleanup, and arenas.
 *
 * An arena is a chain of chunks, newest first. A chunk is filled from its front; a request that does not fit into the
 * newest chunk gets a new one (of its own size when it is big), so nothing ever moves. The budget counts what was asked
 * for, rounded up to the alignment, not the chunks' slack. */
#include "base/mem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_FIRST 1024
#define CHUNK_MOST  (64 * 1024)
#define ARENA_ALIGN (_Alignof(max_align_t))

struct chunk {
    struct chunk *older;
    size_t size, used;
    _Alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct chunk *newest;
    size_t budget, used, next_size;
};

_Noreturn void mem_fail(size_t size)
{
    char line[96];
    int n = snprintf(line, sizeof(line), "sedge: out of memory (%zu bytes asked for)\n", size);
    if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
        abort();
    abort();
}

void mem_freep(void *pp)
{
    void **p = pp;
    free(*p);
    *p = NULL;
}

void mem_closep(int *fd)
{
    if (*fd < 0)
        return;
    int saved = errno;
    close(*fd);
    *fd = -1;
    errno = saved;
}

void *mem_alloc(size_t size)
{
    return mem_array(1, size);
}

void *mem_array(size_t n, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(n, size, &total) || total > PTRDIFF_MAX)
        mem_fail(SIZE_MAX);
    void *p = calloc(1, total > 0 ? total : 1);
    if (p == NULL)
        mem_fail(total);
    return p;
}

void *mem_grow(void *p, size_t n, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(n, size, &total) || total > PTRDIFF_MAX)
        mem_fail(SIZE_MAX);
    void *grown = realloc(p, total > 0 ? total : 1);
    if (grown == NULL)
        mem_fail(total);
    return grown;
}

char *mem_strdup(const char *s)
{
    return s == NULL ? NULL : mem_strndup(s, strlen(s));
}

char *mem_strndup(const char *s, size_t n)
{
    size_t len = strnlen(s, n);
    char *copy = mem_grow(NULL, len + 1, 1);
    memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

char *mem_printf(const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        mem_fail(strlen(fmt));
    return text;
}

void *mem_push(void *array, size_t n, size_t size)
{
    if (n == 0)
        return mem_grow(array, 1, size);
    if ((n & (n - 1)) != 0)
        return array;
    if (n > SIZE_MAX / 2)
        mem_fail(SIZE_MAX);
    return mem_grow(array, n * 2, size);
}

struct arena *arena_new(size_t budget_bytes)
{
    struct arena *a = mem_alloc(sizeof(*a));
    a->budget = budget_bytes == 0 ? SIZE_MAX : budget_bytes;
    a->next_size = CHUNK_FIRST;
    return a;
}

void arena_free(struct arena *a)
{
    if (a == NULL)
        return;
    for (struct chunk *c = a->newest, *older; c != NULL; c = older) {
        older = c->older;
        free(c);
    }
    free(a);
}

void arena_freep(struct arena **a)
{
    arena_free(*a);
    *a = NULL;
}

static void arena_add_chunk(struct arena *a, size_t need)
{
    size_t size = need > a->next_size ? need : a->next_size;
    if (a->next_size < CHUNK_MOST)
        a->next_size *= 2;
    if (size > PTRDIFF_MAX - sizeof(struct chunk))
        mem_fail(size);
    struct chunk *c = mem_grow(NULL, 1, sizeof(*c) + size);
    *c = (struct chunk){.older = a->newest, .size = size};
    a->newest = c;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > PTRDIFF_MAX / 2) {
        if (a->budget == SIZE_MAX)
            mem_fail(size);
        return NULL;
    }
    size_t need = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    if (need == 0)
        need = ARENA_ALIGN;
    if (need > a->budget - a->used)
        return NULL;
    if (a->newest == NULL || a->newest->size - a->newest->used < need)
        arena_add_chunk(a, need);
    void *p = a->newest->data + a->newest->used;
    a->newest->used += need;
    a->used += need;
    memset(p, 0, need); /* here rather than the whole chunk: what is never asked for is never touched */
    return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    size_t len = strnlen(s, n);
    char *copy = arena_alloc(a, len + 1);
    if (copy != NULL)
        memcpy(copy, s, len);
    return copy;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
