// SPDX-License-Identifier: Apache-2.0
/* `sedge tosca profiles`: what templates may import by name. */
#include <errno.h>
#include <string.h>

#include "cli/import_options.h"
#include "cli/output.h"
#include "cli/own_profiles.h"
#include "cli/verb_tosca.h"
#include "io/file.h"
#include "io/file_root.h"
#include "tosca/tosca.h"

#define INDEX_MAX (1U << 20)

struct profiles_options {
    struct import_options imports;
};
static const struct opt profiles_opts[] = {
    IMPORT_OPT_PROFILES(profiles_options),
};
static int profiles_run(struct cli *cli, int argc, char **argv);

const struct verb verb_tosca_profiles = {
    .name = "tosca profiles",
    .group = GROUP_TEMPLATE,
    .args = "",
    .line = "List the profiles that templates may import by name",
    .more =
        "Those that come with sedge, and your own: files that say 'profile: NAME' at their top, in the folders given\n"
        "by --profiles, then those of $SEDGE_PROFILES (separated by ':'), then ~/.local/share/sedge/profiles. The\n"
        "first folder that has a profile is the one that counts; what comes with sedge is not replaced.",
    .examples = "sedge tosca profiles\nsedge tosca profiles --profiles ./profiles -o json\n",
    OPTS(profiles_opts),
    .args_min = 0,
    .args_max = 0,
    .formats = FORMATS_DATA | FORMAT_NAME,
    .run = profiles_run,
};

/* ---- rows ---- */

/* "org.example:1.0": what stands behind the last colon is the version, by custom (6.3). */
static json_t *row(const char *name, const char *where, const char *language, const char *note)
{
    const char *colon = strrchr(name, ':');
    json_t *v = json_object();
    json_put_str(v, "name", name);
    json_put_str(v, "version", colon ? colon + 1 : NULL);
    json_put_str(v, "language", language);
    json_put_str(v, "where", where);
    json_put_str(v, "note", note);
    return v;
}

/* The text of the list of those that come with sedge. */
static int builtin_text(char **ret, size_t *ret_len, struct err *e)
{
    AUTO_FREE char *folder = NULL;
    if (!getenv("SEDGE_DATA") && tosca_profiles.exists(NULL, "index.yaml"))
        return tosca_profiles.read(NULL, "index.yaml", ret, ret_len, e);
    int r = file_data_folder("profiles", &folder, e);
    if (r < 0)
        return r;
    AUTO_FREE char *path = file_join(folder, "index.yaml");
    return file_read(path, INDEX_MAX, ret, ret_len, e);
}

static int add_builtin(json_t *rows, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len;
    struct ydoc doc = {0};
    struct yfault fault = {0};
    int r = builtin_text(&text, &len, e);
    if (r < 0)
        return r;
    if (yaml_read(text, len, &ylimits_default, &doc, &fault) < 0)
        return err_set(e, EBADMSG, "read the list of built-in profiles: %s", fault.text);
    const struct ynode *list = doc.root && doc.root->kind == Y_MAP ? ynode_get(doc.root, "profiles") : NULL;
    for (size_t i = 0; list && list->kind == Y_MAP && i < list->n; i++) {
        AUTO_FREE char *where = mem_printf("<profile>/%s", list->pairs[i].value->text);
        json_array_append_new(rows, row(list->pairs[i].key->text, where, "tosca_2_0", NULL));
    }
    ydoc_done(&doc);
    return 0;
}

static int add_own(json_t *rows, struct own_profiles *own, struct err *e)
{
    int r = own_profiles_scan(own, e);
    for (size_t i = 0; r == 0 && i < own->n; i++) {
        const struct own_profile *one = &own->items[i];
        const json_t *same = json_find(rows, "name", one->name);
        AUTO_FREE char *file = own_profile_file(own, one);
        AUTO_FREE char *note = one->twice ? mem_printf("not taken: %s says the same", one->hidden)
                               : same     ? mem_printf("not taken: %s comes first", json_str(same, "where", ""))
                                          : NULL;
        json_array_append_new(rows, row(one->name, file, one->language, note));
    }
    return r;
}

/* ---- cells ---- */

static char *cell_of(const json_t *item, const char *key)
{
    return mem_strdup(json_str(item, key, NULL));
}

static char *cell_name(const json_t *item)
{
    return cell_of(item, "name");
}

static char *cell_version(const json_t *item)
{
    return cell_of(item, "version");
}

static char *cell_where(const json_t *item)
{
    return cell_of(item, "where");
}

static char *cell_note(const json_t *item)
{
    return cell_of(item, "note");
}

static const struct column columns[] = {
    {"PROFILE", false, cell_name, NULL},
    {"VERSION", false, cell_version, NULL},
    {"WHERE", false, cell_where, NULL},
    {"NOTE", false, cell_note, NULL},
};

static int profiles_run(struct cli *cli, int argc, char **argv)
{
    struct profiles_options o = {0};
    struct err e = {0};
    AUTO(own_profiles_done)
    struct own_profiles own = {0};
    AUTO_JSON json_t *rows = json_array();
    int r = options_parse(cli, cli->verb, &argc, argv, &o);
    if (r >= 0)
        return r;
    own_profiles_open(&o.imports.profiles, &own);
    r = add_builtin(rows, &e);
    if (r == 0)
        r = add_own(rows, &own, &e);
    options_done(cli->verb, &o);
    if (r < 0)
        return cli_fail(cli, &e);
    if (cli->format == FORMAT_JSON || cli->format == FORMAT_YAML) {
        AUTO_JSON json_t *v = json_pack("{s:O}", "profiles", rows);
        return output_value(cli, v);
    }
    const struct table_look look = {
        .columns = columns, .n = ARRAY_LEN(columns), .name = cell_name, .none = "No profiles."};
    return output_list(cli, rows, &look);
}
