// SPDX-License-Identifier: Apache-2.0
/* `sedge secret ls|show|set|unset|rm`. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/api_client.h"
#include "cli/given_value.h"
#include "cli/output.h"
#include "cli/secret_use.h"

extern const struct verb verb_secret;

struct secret_options {
    bool reveal, force, immutable;
};
static const struct opt secret_opts[] = {
    OPT(secret_options, 'f', "force", OPT_SWITCH, force, NULL, "rm: also while something uses it"),
    OPT(secret_options, '\0', "immutable", OPT_SWITCH, immutable, NULL, "set: its values may not be changed any more"),
    OPT(secret_options, '\0', "reveal", OPT_SWITCH, reveal, NULL, "show: the values too, on a terminal only"),
};

static const struct kind *secret_kind(void)
{
    return kind_find("Secret");
}

static const char *secret_name(const json_t *secret)
{
    return json_str(json_object_get(secret, "metadata"), "name", "");
}

/* ---- without values ---- */

static size_t size_of_value(const json_t *value)
{
    uint8_t *plain = NULL;
    size_t len = 0;
    if (str_unbase64(json_string_value(value), json_string_length(value), &plain, &len) < 0)
        return 0;
    seal_wipe((char *)plain, len);
    return len;
}

/* The secret with sizes where its values are; without annotations, in which kubectl notes them. */
static json_t *without_values(const json_t *secret)
{
    json_t *v = json_copy((json_t *)(uintptr_t)secret), *meta = json_copy(json_object_get(secret, "metadata"));
    json_t *sizes = json_object(), *value;
    const char *key;
    json_object_del(meta, "annotations");
    json_object_set_new(v, "metadata", meta);
    json_object_foreach(json_object_get(secret, "data"), key, value)
    {
        json_put_int(sizes, key, (int64_t)size_of_value(value));
    }
    json_object_del(v, "data");
    json_object_set_new(v, "sizes", sizes);
    return v;
}

/* ---- ls ---- */

static char *cell_name(const json_t *secret)
{
    return mem_strdup(secret_name(secret));
}

static char *cell_type(const json_t *secret)
{
    return mem_strdup(json_str(secret, "type", NULL));
}

static char *cell_keys(const json_t *secret)
{
    AUTO_STRV struct strv keys = {0};
    const char *key;
    json_t *v;
    json_object_foreach(json_object_get(secret, "sizes"), key, v)
    {
        strv_add(&keys, key);
    }
    return keys.n ? strv_join(&keys, ",") : NULL;
}

static char *cell_owner(const json_t *secret)
{
    const json_t *owner = json_array_get(json_at(secret, "metadata", "ownerReferences", NULL), 0);
    return owner ? mem_printf("%s/%s", json_str(owner, "kind", ""), json_str(owner, "name", "")) : NULL;
}

static char *cell_age(const json_t *secret)
{
    char age[32];
    return mem_strdup(age_text(json_str(json_object_get(secret, "metadata"), "creationTimestamp", NULL), clock_now_us(),
                               age, sizeof(age)));
}

static const struct column columns[] = {
    {"NAME", false, cell_name, NULL},   {"TYPE", true, cell_type, NULL}, {"KEYS", false, cell_keys, NULL},
    {"OWNER", false, cell_owner, NULL}, {"AGE", false, cell_age, NULL},
};

static int secret_ls(struct cli *cli, const struct secret_options *o, char **words)
{
    AUTO_JSON json_t *list = NULL;
    AUTO_JSON json_t *bare = json_array();
    struct err e = {0};
    size_t i;
    json_t *secret;
    if (client_list(cli, secret_kind(), client_ns(cli), NULL, &list, &e) < 0)
        return cli_fail(cli, &e);
    json_array_foreach(json_object_get(list, "items"), i, secret)
    {
        json_array_append_new(bare, without_values(secret));
    }
    struct table_look look = {.columns = columns,
                              .n = ARRAY_LEN(columns),
                              .name = cell_name,
                              .none = "No secrets. 'sedge secret set NAME KEY=@FILE' makes one."};
    return output_list(cli, bare, &look);
}

/* ---- who uses it ---- */

static int find_users(struct cli *cli, const char *name, struct strv *ret, struct err *e)
{
    static const char *const users[] = {"Application", "Deployment", "Pod"};
    for (size_t i = 0; i < ARRAY_LEN(users); i++) {
        const struct kind *k = kind_find(users[i]);
        AUTO_JSON json_t *list = NULL;
        int r = client_list(cli, k, client_ns(cli), NULL, &list, e);
        if (r < 0)
            return r;
        secret_users(json_object_get(list, "items"), k->singular, name, ret);
    }
    return 0;
}

/* ---- show ---- */

/* Text as it is, for a terminal: control characters and what is no text are told, not sent. */
static void print_value(const char *key, const json_t *value)
{
    uint8_t *plain = NULL;
    size_t len = 0;
    if (str_unbase64(json_string_value(value), json_string_length(value), &plain, &len) < 0)
        return;
    bool text = str_is_utf8((const char *)plain, len);
    for (size_t i = 0; i < len; i++)
        text = text && (plain[i] >= ' ' || plain[i] == '\n' || plain[i] == '\t') && plain[i] != 127;
    if (text)
        printf("%s=%.*s\n", key, (int)len, (const char *)plain);
    else
        printf("%s: %zu bytes that are no text\n", key, len);
    seal_wipe((char *)plain, len);
}

static int reveal(struct cli *cli, const json_t *secret)
{
    const char *key;
    json_t *value;
    if (!cli->tty_out)
        return cli_failf(cli,
                         "--reveal shows values on a terminal only; programs read them with "
                         "kubectl get secret %s -o json",
                         secret_name(secret));
    json_object_foreach(json_object_get(secret, "data"), key, value)
    {
        print_value(key, value);
    }
    return CLI_DONE;
}

static int show_sizes(struct cli *cli, const json_t *bare, const struct strv *users)
{
    AUTO(table_done)
    struct table t = {0};
    static const char *const heads[] = {"KEY", "SIZE"};
    const char *key;
    json_t *size;
    table_begin(&t, heads, ARRAY_LEN(heads));
    json_object_foreach(json_object_get(bare, "sizes"), key, size)
    {
        char text[32];
        const char *cells[] = {key, size_text(json_integer_value(size), text, sizeof(text))};
        table_row(&t, cells);
    }
    AUTO_FREE char *text = table_text(&t, 0, cli->color_out);
    AUTO_FREE char *names = strv_join(users, ", ");
    printf("Name:      %s\nType:      %s%s\nUsed by:   %s\n\n%s", secret_name(bare), json_str(bare, "type", ""),
           json_bool(bare, "immutable", false) ? " (immutable)" : "", users->n ? names : "nothing that runs", text);
    return CLI_DONE;
}

static int secret_show(struct cli *cli, const struct secret_options *o, char **words)
{
    AUTO_JSON json_t *secret = NULL;
    AUTO_STRV struct strv users = {0};
    struct err e = {0};
    if (client_get(cli, secret_kind(), client_ns(cli), words[0], &secret, &e) < 0)
        return cli_fail(cli, &e);
    if (o->reveal)
        return reveal(cli, secret);
    AUTO_JSON json_t *bare = without_values(secret);
    if (find_users(cli, words[0], &users, &e) < 0)
        return cli_fail(cli, &e);
    return cli->format == FORMAT_TABLE ? show_sizes(cli, bare, &users) : output_value(cli, bare);
}

/* ---- set and unset ---- */

/* KEY=VALUE, KEY=@FILE, KEY=-; a value that stood in the arguments is overwritten there. */
static int take_value(struct cli *cli, char *word, json_t *data, struct err *e)
{
    char *equals = strchr(word, '=');
    if (!equals || equals == word)
        return err_set(e, EINVAL, "write each value as KEY=@FILE, KEY=- (standard input) or KEY=VALUE");
    AUTO_FREE char *key = mem_strndup(word, (size_t)(equals - word));
    char *plain = NULL;
    size_t len = 0;
    int r = 0;
    if (equals[1] == '@' || str_eq(equals + 1, "-")) {
        r = given_value_read(equals + 1, key, &plain, &len, e);
    } else {
        plain = mem_strdup(equals + 1);
        len = strlen(plain);
        given_value_hide(equals + 1);
    }
    if (r < 0)
        return r;
    if (len > 0 && plain[len - 1] == '\n')
        cli_note(cli, "%s ends with a line break, which is kept (printf makes none)", key);
    AUTO_FREE char *text = str_base64(plain, len);
    seal_wipe(plain, len);
    json_put_str(data, key, text);
    return 0;
}

/* Changes it, or makes it where there is none. */
static int write_data(struct cli *cli, const char *name, const json_t *patch, bool *ret_made, struct err *e)
{
    AUTO_FREE char *path = client_path(secret_kind(), client_ns(cli), name);
    int r = client_patch(cli, path, patch, NULL, e);
    if (r != -ENOENT)
        return r;
    err_clear(e);
    AUTO_FREE char *all = client_path(secret_kind(), client_ns(cli), NULL);
    AUTO_JSON json_t *v = json_copy((json_t *)(uintptr_t)patch);
    json_object_set_new(v, "metadata", json_pack("{s:s}", "name", name));
    *ret_made = true;
    return client_call(cli, "POST", all, v, NULL, e);
}

static void tell_users(struct cli *cli, const char *name)
{
    AUTO_STRV struct strv users = {0};
    struct err e = {0};
    if (find_users(cli, name, &users, &e) < 0 || users.n == 0)
        return;
    AUTO_FREE char *names = strv_join(&users, ", ");
    cli_note(cli, "What runs already keeps the values that it was started with, until it is started again: %s", names);
}

static int secret_set(struct cli *cli, const struct secret_options *o, char **words)
{
    struct err e = {0};
    bool made = false;
    json_t *data = json_object();
    AUTO_JSON json_t *patch = json_pack("{s:o}", "data", data);
    if (o->immutable)
        json_object_set_new(patch, "immutable", json_true());
    for (char **word = words + 1; *word; word++)
        if (take_value(cli, *word, data, &e) < 0)
            return cli_fail(cli, &e);
    if (write_data(cli, words[0], patch, &made, &e) < 0)
        return cli_fail(cli, &e);
    printf("Secret %s %s.\n", words[0], made ? "made" : "changed");
    if (!made)
        tell_users(cli, words[0]);
    return CLI_DONE;
}

static int secret_unset(struct cli *cli, const struct secret_options *o, char **words)
{
    struct err e = {0};
    json_t *data = json_object();
    AUTO_JSON json_t *patch = json_pack("{s:o}", "data", data);
    AUTO_FREE char *path = client_path(secret_kind(), client_ns(cli), words[0]);
    for (char **word = words + 1; *word; word++)
        json_object_set_new(data, *word, json_null());
    if (client_patch(cli, path, patch, NULL, &e) < 0)
        return cli_fail(cli, &e);
    printf("Secret %s changed.\n", words[0]);
    return CLI_DONE;
}

/* ---- rm ---- */

static int remove_one(struct cli *cli, const struct secret_options *o, const char *name)
{
    AUTO_STRV struct strv users = {0};
    struct err e = {0};
    AUTO_FREE char *path = client_path(secret_kind(), client_ns(cli), name);
    if (!o->force && find_users(cli, name, &users, &e) < 0)
        return cli_fail(cli, &e);
    if (users.n > 0) {
        AUTO_FREE char *names = strv_join(&users, ", ");
        return cli_failf(cli, "secret %s is used by %s; --force removes it all the same", name, names);
    }
    if (client_call(cli, "DELETE", path, NULL, NULL, &e) < 0)
        return cli_fail(cli, &e);
    printf("Secret %s removed.\n", name);
    return CLI_DONE;
}

static int secret_rm(struct cli *cli, const struct secret_options *o, char **words)
{
    int status = CLI_DONE;
    for (; *words; words++) {
        int r = remove_one(cli, o, *words);
        status = r == CLI_DONE ? status : r;
    }
    return status;
}

/* ---- the verb ---- */

static const struct {
    const char *word, *args;
    int min, max;
    int (*run)(struct cli *cli, const struct secret_options *o, char **words);
} parts[] = {{"ls", "", 0, 0, secret_ls},
             {"show", " NAME [--reveal]", 1, 1, secret_show},
             {"set", " NAME KEY=@FILE|KEY=-|KEY=VALUE..", 2, 1000, secret_set},
             {"unset", " NAME KEY..", 2, 1000, secret_unset},
             {"rm", " NAME.. [--force]", 1, 1000, secret_rm}};

static int run_secret(struct cli *cli, int argc, char **argv)
{
    struct secret_options o = {0};
    const char *names[ARRAY_LEN(parts)];
    char hint[160];
    int r = options_parse(cli, &verb_secret, &argc, argv, &o);
    if (r >= 0)
        return r;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        names[i] = parts[i].word;
        if (!str_eq(argv[1], parts[i].word))
            continue;
        if (argc - 2 < parts[i].min || argc - 2 > parts[i].max)
            return cli_misused(cli, "write it as: sedge secret %s%s", parts[i].word, parts[i].args);
        return parts[i].run(cli, &o, argv + 2);
    }
    str_suggest(hint, sizeof(hint), argv[1], names, ARRAY_LEN(names));
    return cli_misused(cli, "there is no 'secret %s'%s", argv[1], hint);
}

const struct verb verb_secret = {
    .name = "secret",
    .group = GROUP_APPLICATION,
    .args = "ls | show NAME | set NAME KEY=@FILE|-.. | unset NAME KEY.. | rm NAME..",
    .line = "Keep passwords and keys that templates and pods refer to",
    .more = "Templates refer to a value with { get_secret: [ NAME, KEY ] }. Values are sealed on disk and shown by "
            "nothing but 'show --reveal'. KEY=- reads standard input, or asks on a terminal; a VALUE on the command "
            "line stands in the shell's history.",
    .examples =
        "sedge secret set db password=-\nsedge secret set tls cert=@tls.crt key=@tls.key\nsedge secret show db\n"
        "sedge secret rm db\n",
    OPTS(secret_opts),
    .formats = FORMATS_ALL,
    .args_min = 1,
    .args_max = -1,
    .run = run_secret};
