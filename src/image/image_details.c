// SPDX-License-Identifier: Apache-2.0
/* Reads an image's configuration: how to run it and which layers it is made of. OCI image specification, "config". */
#include <errno.h>
#include <string.h>

#include "image/image_manifest.h"

#define MAX_TEXTS 4096

static char *optional(const json_t *obj, const char *key)
{
    const char *s = json_str(obj, key, NULL);
    return str_empty(s) ? NULL : mem_strdup(s);
}

/* A list of texts; null and a missing list are empty. Texts with a NUL inside could not reach exec(2) whole. */
static int list_read(const json_t *obj, const char *key, struct strv *ret, struct err *e)
{
    const json_t *v = json_object_get(obj, key);
    if (!v || json_is_null(v))
        return 0;
    if (json_is_string(v)) { /* old tools wrote a command as one text for the shell */
        strv_add(ret, "/bin/sh");
        strv_add(ret, "-c");
        strv_add(ret, json_string_value(v));
        return 0;
    }
    if (!json_is_array(v) || json_array_size(v) > MAX_TEXTS)
        return err_set(e, ENOEXEC, "config.%s is not a list of at most %d texts", key, MAX_TEXTS);
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *x = json_array_get(v, i);
        if (!json_is_string(x) || strlen(json_string_value(x)) != json_string_length(x))
            return err_set(e, ENOEXEC, "config.%s[%zu] is not a text", key, i);
        strv_add(ret, json_string_value(x));
    }
    return 0;
}

/* A set is written as an object with empty values: {"/data": {}}. */
static int set_read(const json_t *obj, const char *key, struct strv *ret, struct err *e)
{
    json_t *v = json_object_get(obj, key);
    const char *name;
    json_t *unused;
    if (json_object_size(v) > MAX_TEXTS)
        return err_set(e, ENOEXEC, "config.%s has more than %d entries", key, MAX_TEXTS);
    json_object_foreach(v, name, unused) strv_add(ret, name);
    strv_sort(ret);
    return 0;
}

static int config_read(const json_t *c, struct image_config *ret, struct err *e)
{
    static const char *const lists[] = {"Entrypoint", "Cmd", "Env"};
    struct strv *const into[] = {&ret->entrypoint, &ret->command, &ret->env};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        int r = list_read(c, lists[i], into[i], e);
        if (r < 0)
            return r;
    }
    ret->user = optional(c, "User");
    ret->working_dir = optional(c, "WorkingDir");
    ret->stop_signal = optional(c, "StopSignal");
    int r = set_read(c, "Volumes", &ret->volumes, e);
    return r < 0 ? r : set_read(c, "ExposedPorts", &ret->ports, e);
}

static int diff_ids_read(const json_t *rootfs, struct strv *ret, struct err *e)
{
    json_t *ids = json_object_get(rootfs, "diff_ids");
    if (!json_is_array(ids) || json_array_size(ids) > IMAGE_MAX_LAYERS)
        return err_set(e, ENOEXEC, "rootfs.diff_ids is missing or too long: this is not a container image");
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        if (!digest_valid(id ? id : ""))
            return err_set(e, ENOEXEC, "rootfs.diff_ids[%zu] is not a sha256 digest", i);
        strv_add(ret, id);
    }
    return 0;
}

static int details_read(const json_t *v, struct image_details *d, struct err *e)
{
    int r = diff_ids_read(json_object_get(v, "rootfs"), &d->diff_ids, e);
    if (r < 0)
        return r;
    d->os = optional(v, "os");
    d->arch = optional(v, "architecture");
    d->variant = optional(v, "variant");
    if (clock_parse_rfc3339(json_str(v, "created", ""), &d->created_us) < 0)
        d->created_us = 0;
    return config_read(json_object_get(v, "config"), &d->config, e);
}

int image_details_parse(const char *text, size_t len, struct image_details *ret, struct err *e)
{
    *ret = (struct image_details){0};
    AUTO_JSON json_t *v = json_parse(text, len, e);
    if (!v) {
        err_wrap(e, -1, "image configuration");
        return -ENOEXEC;
    }
    struct image_details d = {0};
    int r = details_read(v, &d, e);
    if (r < 0) {
        image_details_done(&d);
        return err_wrap(e, r, "image configuration");
    }
    *ret = d;
    return 0;
}

void image_config_done(struct image_config *c)
{
    strv_done(&c->entrypoint);
    strv_done(&c->command);
    strv_done(&c->env);
    strv_done(&c->volumes);
    strv_done(&c->ports);
    free(c->user);
    free(c->working_dir);
    free(c->stop_signal);
    *c = (struct image_config){0};
}

void image_details_done(struct image_details *d)
{
    image_config_done(&d->config);
    strv_done(&d->diff_ids);
    free(d->os);
    free(d->arch);
    free(d->variant);
    *d = (struct image_details){0};
}
