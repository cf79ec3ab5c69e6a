// SPDX-License-Identifier: Apache-2.0
/* The build's tool that packs parsed profiles: profile_pack_make PACK FILE.. (profile_pack.c says the form). */
#include <stdio.h>
#include <string.h>

#include "base/yaml_flat.h"
#include "tosca/profile_pack.h"

static void put_number(struct buf *to, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buf_addc(to, (char)(unsigned char)(v >> (8 * i)));
}

static bool read_all(const char *path, struct buf *ret)
{
    char part[4096];
    FILE *f = fopen(path, "re");
    for (size_t n; f && (n = fread(part, 1, sizeof(part), f)) > 0;)
        buf_add(ret, part, n);
    return f && fclose(f) == 0;
}

/* Its path below the folder profiles/. */
static const char *name_of(const char *path)
{
    const char *name = path, *found;
    while ((found = strstr(name, "profiles/")))
        name = found + strlen("profiles/");
    return name;
}

static bool pack(const char *path, struct buf *to)
{
    AUTO_BUF struct buf text = {0}, tree = {0};
    struct ydoc doc = {0};
    struct yfault fault = {0};
    const char *name = name_of(path);
    if (!read_all(path, &text) || yaml_read(buf_str(&text), text.len, &ylimits_default, &doc, &fault) < 0) {
        fprintf(stderr, "%s:%d:%d: %s\n", path, fault.line, fault.col, fault.text);
        return false;
    }
    yflat_write(&doc, &tree);
    ydoc_done(&doc);
    put_number(to, strlen(name), 1);
    buf_adds(to, name);
    put_number(to, profile_pack_hash(buf_str(&text), text.len), 8);
    put_number(to, text.len, 4);
    put_number(to, tree.len, 4);
    buf_add(to, buf_str(&text), text.len);
    buf_add(to, tree.data, tree.len);
    return true;
}

int main(int argc, char **argv)
{
    AUTO_BUF struct buf all = {0};
    for (int i = 2; i < argc; i++)
        if (!pack(argv[i], &all))
            return 1;
    FILE *f = argc > 1 ? fopen(argv[1], "we") : NULL;
    bool written = f && fwrite(buf_str(&all), 1, all.len, f) == all.len;
    return f && fclose(f) == 0 && written ? 0 : 1;
}
