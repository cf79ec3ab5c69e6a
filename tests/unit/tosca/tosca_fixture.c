// SPDX-License-Identifier: Apache-2.0
// Runs the TOSCA processor over texts.
#include "tosca_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int read_file(void *data, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    const struct bed *b = data;
    const char *text = map_get(&b->files, path);
    if (!text)
        return -ENOENT;
    *ret = mem_strdup(text);
    *ret_len = strlen(text);
    return 0;
}

static bool file_exists(void *data, const char *path)
{
    const struct bed *b = data;
    return map_has(&b->files, path);
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

void bed_start(struct bed *b)
{
    *b = (struct bed){0};
    map_init(&b->files, free);
}

void bed_file(struct bed *b, const char *path, const char *text)
{
    map_set(&b->files, path, mem_strdup(text));
}

static struct tosca_source source_of(struct bed *b)
{
    return (struct tosca_source){.read = read_file, .exists = file_exists, .data = b};
}

static void forget(struct bed *b)
{
    topology_free(b->topology);
    b->topology = NULL;
    diags_done(&b->diags);
}

void bed_run(struct bed *b)
{
    struct tosca_source source = source_of(b), profiles = {.read = read_profile};
    struct tosca_options options = {.entry = "app.yaml",
                                    .inputs = b->inputs,
                                    .inputs_missing_ok = b->missing_ok,
                                    .source = &source,
                                    .profiles = &profiles};
    forget(b);
    b->result = tosca_load(&options, &b->topology, &b->diags);
    assert_int_equal(b->result, b->diags.errors ? -EINVAL : 0);
    assert_true((b->result == 0) == (b->topology != NULL));
}

void bed_files(struct bed *b, struct strv *ret)
{
    struct tosca_source source = source_of(b), profiles = {.read = read_profile};
    struct tosca_options options = {
        .entry = "app.yaml", .inputs_missing_ok = true, .source = &source, .profiles = &profiles};
    forget(b);
    b->result = tosca_files(&options, ret, &b->diags);
}

void bed_stop(struct bed *b)
{
    forget(b);
    map_done(&b->files);
    json_decref(b->inputs);
}

static void print_all(const struct bed *b)
{
    for (size_t i = 0; i < b->diags.n; i++) {
        AUTO_FREE char *line = diag_line(&b->diags.items[i]);
        print_message("%s %s\n", b->diags.items[i].code, line);
    }
}

void bed_takes(struct bed *b, const char *text)
{
    bed_start(b);
    bed_file(b, "app.yaml", text);
    bed_run(b);
    if (b->result == 0)
        return;
    print_all(b);
    fail_msg("it was refused:\n%s", text);
}

void bed_refuses(const char *text, const char *code, int line, const char *part)
{
    struct bed b;
    bed_start(&b);
    bed_file(&b, "app.yaml", text);
    bed_run(&b);
    const struct diag *found = NULL;
    for (size_t i = 0; i < b.diags.n; i++) {
        if (b.diags.items[i].level == DIAG_ERROR && !found)
            found = &b.diags.items[i];
    }
    bool right = b.diags.errors == 1 && str_eq(found->code, code) && found->line == line && strstr(found->text, part);
    if (!right) {
        print_all(&b);
        fail_msg("wanted one %s on line %d with '%s' of:\n%s", code, line, part, text);
    }
    bed_stop(&b);
}

size_t bed_count(const struct bed *b, const char *code)
{
    size_t n = 0;
    for (size_t i = 0; i < b->diags.n; i++)
        n += b->diags.items[i].level == DIAG_ERROR && str_eq(b->diags.items[i].code, code);
    return n;
}

void bed_must_warn(const struct bed *b, const char *code, const char *part)
{
    for (size_t i = 0; i < b->diags.n; i++) {
        const struct diag *d = &b->diags.items[i];
        if (d->level == DIAG_WARNING && str_eq(d->code, code) && strstr(d->text, part))
            return;
    }
    print_all(b);
    fail_msg("no warning %s with '%s'", code, part);
}

const struct component *bed_component(const struct bed *b, const char *name)
{
    int i = topology_find(b->topology, name);
    assert_true(i >= 0);
    return &b->topology->components[i];
}

char *bed_property(const struct bed *b, const char *component, const char *name)
{
    const json_t *v = json_object_get(bed_component(b, component)->properties, name);
    return v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : mem_strdup("(none)");
}

char *bed_output(const struct bed *b, const char *name)
{
    const json_t *v = json_at(b->topology->outputs, name, "value", NULL);
    return v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : mem_strdup("(none)");
}
