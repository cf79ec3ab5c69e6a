// SPDX-License-Identifier: Apache-2.0
/* What the verbs of the command line share: the call's settings, verbs and their options, errors and exit statuses.
 * Private to the room. */
#pragma once

#include <stdio.h>

#include "base/base.h"

enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 }; /* exit statuses; exec and run pass on those of what ran */

enum cli_format {
    FORMAT_TABLE = 0, /* for people */
    FORMAT_WIDE = 1,
    FORMAT_JSON = 2,
    FORMAT_YAML = 4,
    FORMAT_NAME = 8, /* one name a line, for scripts */
    FORMAT_SARIF = 16, /* of findings: JSON as CI services read it */
    FORMAT_SVG = 32,
    FORMATS_ALL = FORMAT_WIDE | FORMAT_JSON | FORMAT_YAML | FORMAT_NAME,
    FORMATS_DATA = FORMAT_JSON | FORMAT_YAML,
};

struct verb;
struct http_conn;
struct kube_place;
struct cli {
    const struct verb *verb;
    const char *run_dir, *state_dir; /* --run, SEDGE_RUN; --state, SEDGE_STATE */
    const char *kubeconfig;          /* --kubeconfig, SEDGE_KUBECONFIG: a head elsewhere; NULL: the one at run_dir */
    const char *ns_text;             /* -n as given, or NULL: client_ns says what is in force */
    bool help;                       /* --help was given */
    const char *format_text;         /* -o as given */
    enum cli_format format;          /* -o */
    bool color_out, color_err;       /* a terminal, TERM is not "dumb", NO_COLOR is not set */
    bool tty_out, tty_err;           /* is it a terminal? */
    int columns;                     /* width of the terminal; 0: none */
    struct http_conn *conn;          /* api_client.h opens it when it is first needed */
    struct kube_place *place;        /* what the kubeconfig says; NULL: the socket in run_dir, or not read yet */
};

/* ---- options ---- */

enum opt_type {
    OPT_SWITCH,   /* bool: true when given */
    OPT_TEXT,     /* const char *: the last one given */
    OPT_TEXTS,    /* struct strv: each one given; options_done frees it */
    OPT_NUMBER,   /* int64_t, not negative */
    OPT_DURATION, /* int64_t microseconds: "30s", "5m", "1h30m", "2d"; a bare number is seconds */
};
struct opt {
    char letter;      /* '\0': no short form */
    const char *name; /* long form */
    enum opt_type type;
    size_t offset;     /* in the verb's struct of options, which has its defaults already when parsing begins */
    const char *value; /* what the help calls its value: "FILE"; NULL for switches */
    const char *doc;   /* one line */
};

/* A row: OPT(struct of options, letter, long form, type, member, value's name, doc). */
#define OPT(s, l, n, t, m, v, d)                                                                                       \
    {                                                                                                                  \
        .letter = (l), .name = (n), .type = (t), .offset = offsetof(struct s, m), .value = (v), .doc = (d)             \
    }
#define OPTS(rows) .opts = (rows), .n_opts = ARRAY_LEN(rows)

enum verb_group { GROUP_MACHINE, GROUP_TEMPLATE, GROUP_APPLICATION, GROUP_CONTAINER, GROUP_OTHER, GROUP_MAX };

struct verb {
    const char *name;
    enum verb_group group;
    const char *args;     /* as usage shows them: "FILE|CSAR"; "" for none */
    const char *line;     /* one line for the list of verbs: "Deploy a template, or patch what stands" */
    const char *more;     /* further text of its help; may be NULL */
    const char *examples; /* lines "sedge deploy shop.yaml"; each ends with \n */
    const struct opt *opts;
    size_t n_opts;
    int args_min, args_max; /* number of words besides options; args_max -1: any */
    bool words_pass;        /* options end at the first word: what follows is passed on (exec, run) */
    unsigned formats;       /* FORMAT_* that -o may ask for; 0: takes no -o */
    int (*run)(struct cli *cli, int argc, char **argv); /* argv[0] is the verb; gives the exit status */
};
extern const struct verb *const verbs[]; /* verbs.c; in the order of help; closed by NULL */
const struct verb *verb_find(const char *name);

#define OPTIONS_GO (-1)
/* Takes the verb's and the global options out of argv (into `ret`, laid out as the verb's table says; NULL without
 * options) and leaves argv[1..*argc-1] as the words (argv[*argc] is NULL). OPTIONS_GO: go on. Otherwise the exit status
 * to end with: a fault was told, or help was asked for and shown.
 * "--" ends options. Letters may stand together ("-it"), a value may follow at once ("-nprod", "--name=x") or as the
 * next word.
 *
 *     int r = options_parse(cli, &verb_x, &argc, argv, &o);
 *     if (r >= 0)
 *         return r; */
int options_parse(struct cli *cli, const struct verb *v, int *argc, char **argv, void *ret);
void options_done(const struct verb *v, void *options);
/* The options before the verb; *ret_at: index of the verb's word (argc when there is none). */
int options_parse_global(struct cli *cli, int argc, char **argv, int *ret_at);
/* For the global options: those of `struct cli`. */
extern const struct opt global_opts[];
extern const size_t global_opts_n;

/* "1h30m" as microseconds; false when malformed or negative. */
bool duration_parse(const char *text, int64_t *ret_us);

/* ---- telling ---- */

/* Each prints one message to standard error and gives an exit status. */
int cli_fail(const struct cli *cli, const struct err *e); /* "sedge: <text>", CLI_FAILED */
__attribute__((format(printf, 2, 3))) int cli_failf(const struct cli *cli, const char *fmt, ...); /* the same */
__attribute__((format(printf, 2, 3))) int cli_misused(const struct cli *cli, const char *fmt,
                                                      ...); /* with where to look, CLI_USAGE */
__attribute__((format(printf, 2, 3))) void cli_note(const struct cli *cli, const char *fmt,
                                                    ...); /* a remark, to standard error */

/* Whoever read our output is gone (`sedge logs | head`): ends as a broken pipe does, without a word. */
_Noreturn void cli_reader_gone(void);
void cli_flush(FILE *f); /* fflush, with that */

enum tint { TINT_NONE, TINT_RED, TINT_GREEN, TINT_YELLOW, TINT_BLUE, TINT_BOLD, TINT_FAINT };
/* Escape sequence that begins or ends it; "" without colour. color: cli->color_out or color_err. */
const char *tint_on(bool color, enum tint t);
const char *tint_off(bool color, enum tint t);
