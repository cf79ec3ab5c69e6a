// SPDX-License-Identifier: Apache-2.0
// Opens worlds over texts.
#include "editor_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "editor/mend.h"

#define MARK "\x01"

static int read_file(void *data, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    const struct editor *x = data;
    const char *text = map_get(&x->files, path);
    if (!text)
        return -ENOENT;
    *ret = mem_strdup(text);
    *ret_len = strlen(text);
    return 0;
}

static bool file_exists(void *data, const char *path)
{
    const struct editor *x = data;
    return map_has(&x->files, path);
}

static int read_profile(void *data, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    AUTO_FREE char *whole = mem_printf("%s/%s", TEST_PROFILES, path);
    FILE *f = fopen(whole, "re");
    if (!f)
        return err_errno(e, errno, "open '%s'", whole);
    struct buf text = {0};
    char part[4096];
    size_t n;
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        buf_add(&text, part, n);
    fclose(f);
    *ret_len = text.len;
    *ret = buf_take(&text);
    return 0;
}

void editor_start(struct editor *x)
{
    *x = (struct editor){0};
    map_init(&x->files, free);
}

void editor_file(struct editor *x, const char *path, const char *text)
{
    map_set(&x->files, path, mem_strdup(text));
}

void editor_open(struct editor *x, const char *text, bool typing, const char *good)
{
    const char *bar = strchr(text, '|');
    assert_non_null(bar);
    AUTO_FREE char *plain = mem_printf("%.*s%s", (int)(bar - text), text, bar + 1);
    AUTO_FREE char *seen = mem_printf("%.*s%s%s", (int)(bar - text), text, typing ? MARK : "", bar + 1);
    size_t len;
    AUTO_FREE char *mended = yaml_mended(plain, strlen(plain), &len);
    editor_file(x, "app.yaml", good ? good : mended);
    x->source = (struct tosca_source){.read = read_file, .exists = file_exists, .data = x};
    x->profiles = (struct tosca_source){.read = read_profile};
    x->options = (struct tosca_options){.entry = "app.yaml", .source = &x->source, .profiles = &x->profiles};
    world_open(&x->world, &x->options);
    cursor_at(&x->cursor, seen, strlen(seen), (size_t)(bar - text), &x->world, world_file(&x->world, "app.yaml"));
}

void editor_stop(struct editor *x)
{
    cursor_done(&x->cursor);
    world_done(&x->world);
    map_done(&x->files);
}

static void add(void *data, const struct name *n)
{
    buf_addf(data, " %s", n->label);
}

char *editor_names(const char *text, const char *good)
{
    struct editor x;
    struct buf out = {0};
    editor_start(&x);
    editor_open(&x, text, true, good);
    names_at(&x.cursor, false, add, &out);
    editor_stop(&x);
    buf_addc(&out, ' ');
    return buf_take(&out);
}

bool editor_lists(const char *names, const char *word)
{
    AUTO_FREE char *whole = mem_printf(" %s ", word);
    return strstr(names, whole) != NULL;
}
