// SPDX-License-Identifier: Apache-2.0
/* `sedge tosca fmt`: tidies files where they stand, or says which are not tidy. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/findings.h"
#include "cli/output.h"
#include "cli/verb_tosca.h"
#include "cli/yaml_files.h"
#include "editor/fmt.h"
#include "editor/line_diff.h"
#include "io/file.h"

#define FMT_FAULT 3 /* exit status: what came out would not have meant the same */

struct fmt_options {
    bool check, diff;
};
static const struct opt fmt_opts[] = {
    OPT(fmt_options, 'c', "check", OPT_SWITCH, check, NULL, "write nothing; name what is not tidy and end with 1"),
    OPT(fmt_options, 'd', "diff", OPT_SWITCH, diff, NULL, "write nothing; show what would change"),
};
static int fmt_run(struct cli *cli, int argc, char **argv);

const struct verb verb_tosca_fmt = {
    .name = "tosca fmt",
    .group = GROUP_TEMPLATE,
    .args = "FILE|FOLDER|-...",
    .line = "Tidy templates: one style, comments and meaning kept",
    .more = "Files are replaced in one step, keep mode and owner, and are named; those that are tidy are not touched. "
            "Of folders\n"
            "all *.yaml and *.yml are taken, also deeper. - tidies standard input to standard output. The style is in\n"
            "docs/tosca-fmt.md. Ends with 1 when a file is no YAML, and with --check also when one is not tidy.",
    .examples = "sedge tosca fmt shop.yaml types/\nsedge tosca fmt --check --diff .\nsedge tosca fmt - < shop.yaml\n",
    OPTS(fmt_opts),
    .args_min = 1,
    .args_max = -1,
    .formats = FORMATS_DATA,
    .run = fmt_run,
};

/* One file's way. */
struct job {
    const struct cli *cli;
    const struct fmt_options *o;
    const char *path; /* NULL: standard input */
    char *text, *tidy;
    size_t len, tidy_len;
    struct stat seen;
    bool changed, written;
    int status; /* exit status of this one */
    struct findings findings;
};

static const char *job_name(const struct job *j)
{
    return j->path ? j->path : "<standard input>";
}

static void job_done(struct job *j)
{
    free(j->text);
    free(j->tidy);
    findings_done(&j->findings);
}

/* A fault without a place in the text. */
static void job_failed(struct job *j, const struct err *e)
{
    j->status = CLI_FAILED;
    if (j->cli->format == FORMAT_TABLE)
        cli_fail(j->cli, e);
    else
        findings_add_at(&j->findings, "INPUT", job_name(j), NULL, 1, 1, err_text(e));
}

static int job_read(struct job *j, struct err *e)
{
    size_t most = ylimits_default.max_bytes;
    int r = j->path ? file_read_seen(j->path, most, &j->text, &j->len, &j->seen, e)
                    : err_wrap(e, file_read_fd(STDIN_FILENO, most, &j->text, &j->len, e), "standard input");
    if (r == 0 && str_starts(j->text, "PK\x03\x04"))
        r = err_set(e, EINVAL, "%s is an archive; unpack it, tidy its files, and pack them: sedge tosca package",
                    j->path);
    return r;
}

/* Formats what was read; a fault becomes a finding. */
static int job_format(struct job *j)
{
    struct yfault f;
    int r = fmt_text(j->text, j->len, &j->tidy, &j->tidy_len, &f);
    if (r == 0) {
        j->changed = j->len != j->tidy_len || memcmp(j->text, j->tidy, j->len) != 0;
        return 0;
    }
    j->status = r == -ENOTRECOVERABLE ? FMT_FAULT : CLI_FAILED;
    if (r == -ENOTRECOVERABLE && j->cli->format == FORMAT_TABLE)
        cli_failf(j->cli, "%s:%d: %s", job_name(j), f.line, f.text);
    else
        findings_add_at(&j->findings,
                        r == -EINVAL  ? "YAML_SYNTAX"
                        : r == -E2BIG ? "LIMIT"
                                      : "INTERNAL",
                        job_name(j), j->text, f.line, f.col, f.text);
    return r;
}

static void job_run(struct job *j)
{
    struct err e = {0};
    int r = job_read(j, &e);
    if (r == 0 && job_format(j) < 0)
        return;
    bool look = j->o->check || j->o->diff;
    if (r == 0 && j->changed && j->path && !look) {
        r = file_rewrite(j->path, j->tidy, j->tidy_len, &j->seen, &e);
        j->written = r == 0;
    }
    if (r < 0)
        job_failed(j, &e);
    else if (j->o->check && j->changed)
        j->status = CLI_FAILED;
}

/* ---- telling ---- */

static void show_diff(bool color, const char *diff)
{
    for (const char *line = diff; *line;) {
        size_t n = strcspn(line, "\n");
        bool head = str_starts(line, "---") || str_starts(line, "+++");
        enum tint tint = head           ? TINT_BOLD
                         : *line == '-' ? TINT_RED
                         : *line == '+' ? TINT_GREEN
                         : *line == '@' ? TINT_BLUE
                                        : TINT_NONE;
        printf("%s%.*s%s\n", tint_on(color, tint), (int)n, line, tint_off(color, tint));
        line += n + (line[n] == '\n');
    }
}

static void job_tell(const struct job *j)
{
    findings_print(stderr, j->cli->color_err, &j->findings);
    if (j->tidy && !j->path && !j->o->check && !j->o->diff)
        fwrite(j->tidy, 1, j->tidy_len, stdout);
    if (!j->changed)
        return;
    if (j->written || j->o->check)
        printf("%s\n", job_name(j));
    if (j->o->diff) {
        AUTO_FREE char *diff = line_diff(j->text, j->len, j->tidy, j->tidy_len, job_name(j));
        show_diff(j->cli->color_out, diff);
    }
}

static json_t *job_json(const struct job *j)
{
    json_t *v = json_object();
    json_put_str(v, "path", j->path ? j->path : "-");
    json_object_set_new(v, "changed", json_boolean(j->changed));
    json_object_set_new(v, "written", json_boolean(j->written));
    if (j->changed && j->o->diff) {
        AUTO_FREE char *diff = line_diff(j->text, j->len, j->tidy, j->tidy_len, job_name(j));
        json_put_str(v, "diff", diff);
    }
    if (!j->path && j->tidy)
        json_put_str(v, "text", j->tidy);
    json_object_set_new(v, "findings", findings_json(&j->findings));
    return v;
}

/* ---- all of them ---- */

struct outcome {
    json_t *files;
    size_t untidy;
    int status;
};

static void run_one(struct cli *cli, const struct fmt_options *o, const char *path, struct outcome *out)
{
    AUTO(job_done)
    struct job j = {.cli = cli, .o = o, .path = path};
    job_run(&j);
    out->untidy += o->check && j.changed;
    out->status = j.status > out->status ? j.status : out->status;
    if (cli->format == FORMAT_TABLE)
        job_tell(&j);
    else
        json_array_append_new(out->files, job_json(&j));
}

static void run_word(struct cli *cli, const struct fmt_options *o, const char *word, struct outcome *out)
{
    AUTO_STRV struct strv paths = {0};
    struct err e = {0};
    if (str_eq(word, "-")) {
        run_one(cli, o, NULL, out);
        return;
    }
    if (yaml_files(word, &paths, &e) < 0)
        out->status = cli_fail(cli, &e) > out->status ? CLI_FAILED : out->status;
    for (size_t i = 0; i < paths.n; i++)
        run_one(cli, o, paths.v[i], out);
}

static int fmt_run(struct cli *cli, int argc, char **argv)
{
    struct fmt_options o = {0};
    struct outcome out = {0};
    int r = options_parse(cli, cli->verb, &argc, argv, &o);
    if (r >= 0)
        return r;
    out.files = json_array();
    for (int i = 1; i < argc; i++)
        run_word(cli, &o, argv[i], &out);
    if (cli->format != FORMAT_TABLE) {
        AUTO_JSON json_t *v = json_pack("{s:O}", "files", out.files);
        r = output_value(cli, v);
    } else if (out.untidy > 0) {
        cli_note(cli, "%zu file%s not tidy; 'sedge tosca fmt FILE' makes %s so", out.untidy,
                 out.untidy == 1 ? " is" : "s are", out.untidy == 1 ? "it" : "each");
    }
    json_decref(out.files);
    return out.status ? out.status : r > 0 ? r : CLI_DONE;
}
