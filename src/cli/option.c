// SPDX-License-Identifier: Apache-2.0
/* Options from tables: long and short forms, values, did-you-mean. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli_private.h"
#include "cli/help.h"

const struct opt global_opts[] = {
    OPT(cli, 'n', "namespace", OPT_TEXT, ns_text, "NAME", "namespace to work in (default: default)"),
    OPT(cli, 'o', "output", OPT_TEXT, format_text, "FORMAT", "json, yaml, wide, name, or table"),
    OPT(cli, '\0', "kubeconfig", OPT_TEXT, kubeconfig, "FILE", "the head that this file names (SEDGE_KUBECONFIG)"),
    OPT(cli, '\0', "run", OPT_TEXT, run_dir, "DIR", "run folder of this machine's head (SEDGE_RUN; /run/sedge)"),
    OPT(cli, '\0', "state", OPT_TEXT, state_dir, "DIR", "what this machine keeps (SEDGE_STATE; /var/lib/sedge)"),
    OPT(cli, 'h', "help", OPT_SWITCH, help, NULL, "show this help"),
};
const size_t global_opts_n = ARRAY_LEN(global_opts);

/* One call's parsing. */
struct parse {
    struct cli *cli;
    const struct verb *v;
    void *ret;
    char **argv;
    int argc, at; /* next word to look at */
};

/* ---- values ---- */

bool duration_parse(const char *text, int64_t *ret_us)
{
    static const struct {
        char unit;
        int64_t us;
    } units[] = {{'d', 86400 * US_PER_S}, {'h', 3600 * US_PER_S}, {'m', 60 * US_PER_S}, {'s', US_PER_S}};
    int64_t total = 0, n;
    size_t from = 0;
    if (str_to_i64(text, 0, 100LL * 365 * 86400, &n)) {
        *ret_us = n * US_PER_S;
        return true;
    }
    while (*text) {
        size_t digits = strspn(text, "0123456789");
        AUTO_FREE char *number = mem_strndup(text, digits);
        if (digits == 0 || !str_to_i64(number, 0, 1000000000, &n))
            return false;
        while (from < ARRAY_LEN(units) && units[from].unit != text[digits])
            from++; /* units come in falling order, each once */
        int64_t part;
        if (from == ARRAY_LEN(units) || __builtin_mul_overflow(n, units[from].us, &part) ||
            __builtin_add_overflow(total, part, &total))
            return false;
        from++;
        text += digits + 1;
    }
    *ret_us = total;
    return from > 0;
}

static int set_text(const struct parse *p, const struct opt *o, void *where, const char *value)
{
    *(const char **)where = value;
    return OPTIONS_GO;
}

static int set_texts(const struct parse *p, const struct opt *o, void *where, const char *value)
{
    strv_add(where, value);
    return OPTIONS_GO;
}

static int set_number(const struct parse *p, const struct opt *o, void *where, const char *value)
{
    if (!str_to_i64(value, 0, INT64_MAX, where))
        return cli_misused(p->cli, "--%s takes a number, not '%s'", o->name, value);
    return OPTIONS_GO;
}

static int set_duration(const struct parse *p, const struct opt *o, void *where, const char *value)
{
    if (!duration_parse(value, where))
        return cli_misused(p->cli, "--%s takes a duration such as 30s, 5m or 1h30m, not '%s'", o->name, value);
    return OPTIONS_GO;
}

static int (*const setters[])(const struct parse *p, const struct opt *o, void *where, const char *value) = {
    [OPT_TEXT] = set_text, [OPT_TEXTS] = set_texts, [OPT_NUMBER] = set_number, [OPT_DURATION] = set_duration};

/* ---- finding ---- */

/* Where an option's value goes, and its row. The verb's own come first: they may give a letter another meaning. */
static const struct opt *find(const struct parse *p, const char *name, size_t len, char letter, void **ret_where)
{
    const struct {
        const struct opt *rows;
        size_t n;
        void *base;
    } tables[] = {{p->v ? p->v->opts : NULL, p->v ? p->v->n_opts : 0, p->ret}, {global_opts, global_opts_n, p->cli}};
    for (size_t t = 0; t < ARRAY_LEN(tables); t++)
        for (size_t i = 0; i < tables[t].n; i++) {
            const struct opt *o = &tables[t].rows[i];
            bool same = name ? strlen(o->name) == len && memcmp(o->name, name, len) == 0 : o->letter == letter;
            if (same) {
                *ret_where = (char *)tables[t].base + o->offset;
                return o;
            }
        }
    return NULL;
}

static int unknown_long(const struct parse *p, const char *word, size_t len)
{
    const char *names[64];
    size_t n = 0;
    char hint[160];
    AUTO_FREE char *name = mem_strndup(word, len);
    for (size_t i = 0; p->v && i < p->v->n_opts && n < ARRAY_LEN(names); i++)
        names[n++] = p->v->opts[i].name;
    for (size_t i = 0; i < global_opts_n && n < ARRAY_LEN(names); i++)
        names[n++] = global_opts[i].name;
    const char *near = str_nearest(name, names, n);
    snprintf(hint, sizeof(hint), near ? ", did you mean '--%s'?" : "%s", near ? near : "");
    return cli_misused(p->cli, "unknown option '--%s'%s", name, hint);
}

/* ---- words ---- */

static int take_long(struct parse *p, const char *word)
{
    void *where;
    size_t len = strcspn(word, "=");
    const struct opt *o = find(p, word, len, '\0', &where);
    if (!o)
        return unknown_long(p, word, len);
    const char *value = word[len] == '=' ? word + len + 1 : NULL;
    if (o->type == OPT_SWITCH) {
        if (value)
            return cli_misused(p->cli, "--%s takes no value", o->name);
        *(bool *)where = true;
        return OPTIONS_GO;
    }
    if (!value && p->at == p->argc)
        return cli_misused(p->cli, "--%s needs a value: --%s %s", o->name, o->name, o->value);
    return setters[o->type](p, o, where, value ? value : p->argv[p->at++]);
}

static int take_letters(struct parse *p, const char *letters)
{
    for (; *letters; letters++) {
        void *where;
        const struct opt *o = find(p, NULL, 0, *letters, &where);
        if (!o)
            return cli_misused(p->cli, "unknown option '-%c'", isprint((unsigned char)*letters) ? *letters : '?');
        if (o->type == OPT_SWITCH) {
            *(bool *)where = true;
            continue;
        }
        const char *value = letters[1] == '=' ? letters + 2 : letters + 1;
        if (letters[1] == '\0' && p->at == p->argc)
            return cli_misused(p->cli, "-%c needs a value: -%c %s", o->letter, o->letter, o->value);
        return setters[o->type](p, o, where, letters[1] ? value : p->argv[p->at++]);
    }
    return OPTIONS_GO;
}

static int take_option(struct parse *p, const char *word)
{
    return word[1] == '-' ? take_long(p, word + 2) : take_letters(p, word + 1);
}

/* Takes options out; words move to the front. */
static int take_all(struct parse *p, int *ret_words)
{
    int words = 1;
    while (p->at < p->argc) {
        char *word = p->argv[p->at++];
        bool is_option = word[0] == '-' && word[1] != '\0';
        bool ends = str_eq(word, "--");
        int r = is_option && !ends ? take_option(p, word) : OPTIONS_GO;
        if (r >= 0)
            return r;
        if (!is_option)
            p->argv[words++] = word;
        if (ends || (!is_option && p->v && p->v->words_pass))
            break;
    }
    while (p->at < p->argc)
        p->argv[words++] = p->argv[p->at++];
    p->argv[words] = NULL;
    *ret_words = words;
    return OPTIONS_GO;
}

static const struct {
    const char *word;
    enum cli_format format;
} formats[] = {{"table", FORMAT_TABLE}, {"wide", FORMAT_WIDE},   {"json", FORMAT_JSON}, {"yaml", FORMAT_YAML},
               {"name", FORMAT_NAME},   {"sarif", FORMAT_SARIF}, {"svg", FORMAT_SVG}};

static int check_format(struct cli *cli, const struct verb *v)
{
    const char *names[ARRAY_LEN(formats)];
    AUTO_BUF struct buf allowed = {0};
    size_t n = 0;
    char hint[160];
    if (!cli->format_text)
        return OPTIONS_GO;
    if (v->formats == 0)
        return cli_misused(cli, "takes no -o: it has no output of another form");
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        if ((formats[i].format & ~v->formats) != 0)
            continue;
        cli->format = formats[i].format;
        if (str_eq(cli->format_text, formats[i].word))
            return OPTIONS_GO;
        names[n++] = formats[i].word;
        buf_addf(&allowed, "%s%s", allowed.len ? ", " : "", formats[i].word);
    }
    str_suggest(hint, sizeof(hint), cli->format_text, names, n);
    return cli_misused(cli, "-o is one of %s; not '%s'%s", buf_str(&allowed), cli->format_text, hint);
}

static int check_words(struct cli *cli, const struct verb *v, int words, char **argv)
{
    if (words < v->args_min)
        return cli_misused(cli, "too few words: sedge %s %s", v->name, v->args);
    if (v->args_max >= 0 && words > v->args_max)
        return v->args_max == 0 ? cli_misused(cli, "takes no words: '%s'", argv[1])
                                : cli_misused(cli, "too many words, from '%s' on: sedge %s %s", argv[v->args_max + 1],
                                              v->name, v->args);
    return OPTIONS_GO;
}

int options_parse(struct cli *cli, const struct verb *v, int *argc, char **argv, void *ret)
{
    struct parse p = {.cli = cli, .v = v, .ret = ret, .argv = argv, .argc = *argc, .at = 1};
    int r = take_all(&p, argc);
    if (r < 0 && cli->help) {
        help_verb(v);
        return CLI_DONE;
    }
    if (r < 0)
        r = check_format(cli, v);
    if (r < 0)
        r = check_words(cli, v, *argc - 1, argv);
    if (r < 0 && cli->ns_text && !str_is_label(cli->ns_text))
        r = cli_misused(cli, "-n takes a name of lower-case letters, digits and '-'; not '%s'", cli->ns_text);
    if (r >= 0)
        options_done(v, ret);
    return r;
}

void options_done(const struct verb *v, void *options)
{
    for (size_t i = 0; i < v->n_opts; i++)
        if (v->opts[i].type == OPT_TEXTS)
            strv_done((struct strv *)((char *)options + v->opts[i].offset));
}

int options_parse_global(struct cli *cli, int argc, char **argv, int *ret_at)
{
    struct parse p = {.cli = cli, .argv = argv, .argc = argc, .at = 1};
    while (p.at < argc && argv[p.at][0] == '-' && argv[p.at][1] != '\0') {
        int r = take_option(&p, argv[p.at++]);
        if (r >= 0)
            return r;
    }
    *ret_at = p.at;
    return OPTIONS_GO;
}
