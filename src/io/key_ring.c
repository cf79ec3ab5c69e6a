// SPDX-License-Identifier: Apache-2.0
/* Reads, makes and uses files of keys. */
#include "io/key_ring.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "io/file.h"

#define RING_MAX 4096 /* bytes of the file */

static void add_key(struct key_ring *r, uint8_t master[SEAL_MASTER_SIZE])
{
    r->keys = mem_push(r->keys, r->n, sizeof(*r->keys));
    seal_key_of(master, &r->keys[r->n++]);
    explicit_bzero(master, SEAL_MASTER_SIZE);
}

void key_ring_new(struct key_ring *ret)
{
    uint8_t master[SEAL_MASTER_SIZE];
    *ret = (struct key_ring){0};
    seal_random(master, sizeof(master));
    add_key(ret, master);
}

void key_ring_done(struct key_ring *r)
{
    if (r->keys)
        explicit_bzero(r->keys, r->n * sizeof(*r->keys));
    free(r->keys);
    *r = (struct key_ring){0};
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static bool read_line(const char *line, size_t len, uint8_t master[SEAL_MASTER_SIZE])
{
    if (len != 2 * SEAL_MASTER_SIZE)
        return false;
    for (size_t i = 0; i < SEAL_MASTER_SIZE; i++) {
        int high = digit(line[2 * i]), low = digit(line[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        master[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static int read_lines(const char *text, struct key_ring *ret)
{
    uint8_t master[SEAL_MASTER_SIZE];
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, "\n");
        if (len > 0 && !read_line(at, len, master))
            return -EINVAL;
        if (len > 0)
            add_key(ret, master);
        at += len + (at[len] == '\n');
    }
    return ret->n > 0 ? 0 : -EINVAL;
}

int key_ring_read(const char *path, struct key_ring *ret, struct err *e)
{
    struct stat st;
    char *text = NULL;
    size_t len = 0;
    *ret = (struct key_ring){0};
    if (stat(path, &st) == 0 && (st.st_mode & 077))
        return err_set(e, EACCES, "%s can be read by others than its owner: chmod 600 it, and think of who has read it",
                       path);
    int r = file_read(path, RING_MAX, &text, &len, e);
    if (r < 0)
        return r;
    r = read_lines(text, ret);
    seal_wipe(text, len);
    if (r == 0)
        return 0;
    key_ring_done(ret);
    return err_set(e, EINVAL, "%s is no file of keys (a line of 64 hex digits each): restore it", path);
}

int key_ring_make(const char *path, struct key_ring *ret, struct err *e)
{
    uint8_t master[SEAL_MASTER_SIZE];
    *ret = (struct key_ring){0};
    if (file_exists(path))
        return err_set(e, EEXIST, "%s is there already", path);
    seal_random(master, sizeof(master));
    AUTO_FREE char *hex = str_hex(master, sizeof(master));
    AUTO_FREE char *line = mem_printf("%s\n", hex);
    int r = file_write(path, line, strlen(line), 0600, e);
    explicit_bzero(hex, strlen(hex));
    explicit_bzero(line, strlen(line));
    if (r == 0)
        add_key(ret, master);
    explicit_bzero(master, sizeof(master));
    return r;
}

char *key_ring_close(const struct key_ring *r, const char *context, const void *plain, size_t len)
{
    return seal_close(&r->keys[0], context, plain, len);
}

int key_ring_open(const struct key_ring *r, const char *context, const char *sealed, char **ret, size_t *ret_len,
                  struct err *e)
{
    char id[SEAL_ID_SIZE];
    seal_id_of(sealed, id);
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->keys[i].id, id))
            return seal_open(&r->keys[i], context, sealed, ret, ret_len, e);
    return err_set(e, ENOKEY, "it was sealed with the key '%s', which is not here", id);
}
