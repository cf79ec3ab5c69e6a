// SPDX-License-Identifier: Apache-2.0
/* Published ports and outputs of an application, as a table. */
#include "cli/app_result.h"

#include "cli/names.h"
#include "cli/output.h"
#include "cli/published.h"
#include "model/secret_token.h"

static void add_published(struct cli *cli, const char *app, struct table *t)
{
    AUTO_JSON json_t *pods = NULL, *nodes = NULL;
    AUTO_FREE char *selector = mem_printf(LABEL_APPLICATION "=%s", app);
    struct published *p;
    struct err ignored;
    size_t n;
    if (client_list(cli, kind_find("Pod"), client_ns(cli), selector, &pods, &ignored) < 0 ||
        client_list(cli, kind_find("Node"), NULL, NULL, &nodes, &ignored) < 0)
        return;
    published_find(json_object_get(pods, "items"), json_object_get(nodes, "items"), &p, &n);
    for (size_t i = 0; i < n; i++) {
        const char *cells[] = {p[i].component, "published", p[i].address};
        table_row(t, cells);
    }
    published_free(p, n);
}

static void add_outputs(const json_t *app, struct table *t)
{
    const char *name;
    json_t *v;
    AUTO_JSON json_t *outputs = secret_token_masked(json_at(app, "status", "outputs", NULL));
    json_object_foreach(outputs, name, v)
    {
        AUTO_FREE char *text = json_is_string(v) ? NULL : json_text(v);
        const char *cells[] = {name, "output",
                               json_is_null(v) ? "(not known yet)"
                               : text          ? text
                                               : json_string_value(v)};
        table_row(t, cells);
    }
}

int app_result_show(struct cli *cli, const char *name, const json_t *app)
{
    static const char *const heads[] = {"NAME", "KIND", "VALUE"};
    AUTO(table_done)
    struct table t = {0};
    const json_t *status = json_object_get(app, "status");
    const char *message = json_str(status, "message", "");
    if (cli->format == FORMAT_NAME)
        puts(name);
    if (cli->format == FORMAT_NAME)
        return CLI_DONE;
    if (cli->format != FORMAT_TABLE)
        return output_value(cli, app);
    bool runs = str_eq(json_str(status, "phase", ""), "Running");
    printf("%s %s%s%s\n", name, runs ? "runs" : "is stopped", message[0] ? ": " : "", message);
    table_begin(&t, heads, ARRAY_LEN(heads));
    add_published(cli, name, &t);
    add_outputs(app, &t);
    if (t.cells.n == t.n)
        return CLI_DONE;
    AUTO_FREE char *text = table_text(&t, 0, cli->color_out);
    printf("\n%s", text);
    return CLI_DONE;
}
