// SPDX-License-Identifier: Apache-2.0
/* `sedge tosca package`: makes a CSAR of a template and all files that it names. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/bundle_make.h"
#include "cli/csar_write.h"
#include "cli/output.h"
#include "cli/template_check.h"
#include "cli/verb_tosca.h"
#include "tosca/meta_file.h"

struct package_options {
    const char *to;
    struct import_options imports;
};
static const struct opt package_opts[] = {
    OPT(package_options, '\0', "to", OPT_TEXT, to, "FILE", "where the archive is written (default: NAME.csar here)"),
    IMPORT_OPTS(package_options),
};
static int package_run(struct cli *cli, int argc, char **argv);

const struct verb verb_tosca_package = {
    .name = "tosca package",
    .group = GROUP_TEMPLATE,
    .args = "FILE|FOLDER",
    .line = "Make a CSAR: the template with all files that it names",
    .more =
        "Only a valid template whose files are all there is packed. Of TOSCA 1.x a CSAR 1.1 is made, of TOSCA 2.0 a\n"
        "CSAR 2.0; both are zip archives, or tar archives where the name ends with .tar, .tar.gz or .tgz. The same "
        "files\n"
        "give the same archive, byte for byte. Files that were fetched are packed, too: it needs no network.",
    .examples = "sedge tosca package shop/shop.yaml\nsedge tosca package shop/ --to build/shop.csar\nsedge tosca "
                "package shop/ --to shop.tar.gz\n",
    OPTS(package_opts),
    .args_min = 1,
    .args_max = 1,
    .formats = FORMATS_DATA | FORMAT_NAME,
    .run = package_run,
};

static char *meta_text(const struct template_check *c)
{
    bool second = str_eq(c->topology->language, "tosca_2_0");
    const char *entry = c->template->entry;
    const char *quote = strpbrk(entry, " \t") ? "\"" : "";
    return mem_printf("%sCSAR-Version: %s\nCreated-By: sedge %s\nEntry-Definitions: %s%s%s\n",
                      second ? "" : "TOSCA-Meta-File-Version: 1.1\n", second ? "2.0" : "1.1", SEDGE_VERSION, quote,
                      entry, quote);
}

static int add_files(struct csar_writer *w, const struct template_files *files, const struct bundle_manifest *m,
                     struct err *e)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < m->n; i++) {
        mode_t mode;
        AUTO_CLOSE int fd = template_files_fd(files, m->files[i].path, &mode, e);
        r = fd < 0 ? fd : csar_writer_add(w, m->files[i].path, mode, fd, e);
    }
    return r;
}

static bool has_meta(const struct bundle_manifest *m)
{
    for (const char *const *place = meta_file_places; *place; place++)
        if (bundle_manifest_find(m, *place))
            return true;
    return false;
}

/* *ret_files, *ret_size: what is in it, and its bytes. */
static int package(const struct template_check *c, const char *to, size_t *ret_files, int64_t *ret_size, struct err *e)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    AUTO(csar_writer_freep)
    struct csar_writer *w = NULL;
    AUTO_FREE char *meta = meta_text(c);
    int r = bundle_make(c->template, &m, e);
    if (r == 0)
        r = csar_writer_new(to, &w, e);
    if (r == 0 && !has_meta(&m))
        r = csar_writer_add_text(w, meta_file_places[0], meta, e);
    if (r == 0)
        r = add_files(w, &c->template->files, &m, e);
    if (r == 0)
        r = csar_writer_end(w, ret_size, e);
    *ret_files = m.n;
    return r;
}

static int tell(const struct cli *cli, const char *to, size_t files, int64_t size)
{
    if (cli->format == FORMAT_NAME || cli->format == FORMAT_TABLE) {
        if (cli->format == FORMAT_NAME)
            puts(to);
        else
            printf("%s: %zu files, %lld bytes\n", to, files, (long long)size);
        return CLI_DONE;
    }
    AUTO_JSON json_t *v =
        json_pack("{s:s, s:I, s:I}", "archive", to, "files", (json_int_t)files, "bytes", (json_int_t)size);
    return output_value(cli, v);
}

static int package_checked(struct cli *cli, struct template_check *c, const struct package_options *o)
{
    AUTO_FREE char *named = mem_printf("%s.csar", template_name(c->template));
    const char *to = o->to ? o->to : named;
    struct err e = {0};
    size_t files;
    int64_t size;
    if (package(c, to, &files, &size, &e) < 0)
        return cli_fail(cli, &e);
    return tell(cli, to, files, size);
}

static int package_run(struct cli *cli, int argc, char **argv)
{
    struct package_options o = {0};
    struct err e = {0};
    int r = options_parse(cli, cli->verb, &argc, argv, &o);
    if (r >= 0)
        return r;
    struct template_check c = {.path = argv[1], .imports = &o.imports, .inputs_missing_ok = true, .whole = true};
    r = template_check(&c, &e);
    template_check_tell(cli, &c, r < 0 ? &e : NULL);
    int status = r < 0 ? CLI_FAILED : package_checked(cli, &c, &o);
    template_check_done(&c);
    options_done(cli->verb, &o);
    return status;
}
