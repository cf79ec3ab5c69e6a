// SPDX-License-Identifier: Apache-2.0
/* Objects in the form that -o asks for. */
#include "cli/output.h"

#include <stdio.h>
#include <string.h>

int output_value(const struct cli *cli, const json_t *value)
{
    AUTO_FREE char *text = cli->format == FORMAT_YAML ? json_to_yaml(value) : json_pretty(value);
    size_t len = text ? strlen(text) : 0;
    fputs(text ? text : "", stdout);
    if (len == 0 || text[len - 1] != '\n')
        fputc('\n', stdout);
    return CLI_DONE;
}

static int output_names(const json_t *items, const struct table_look *look)
{
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item)
    {
        AUTO_FREE char *name = look->name(item);
        puts(name);
    }
    return CLI_DONE;
}

/* The columns shown: without the wide ones unless asked for. */
static size_t shown_columns(const struct cli *cli, const struct table_look *look, const struct column **ret)
{
    size_t n = 0;
    for (size_t i = 0; i < look->n; i++)
        if (!look->columns[i].wide || cli->format == FORMAT_WIDE)
            ret[n++] = &look->columns[i];
    return n;
}

static void add_item(struct table *t, const struct column *const *columns, const json_t *item)
{
    AUTO_STRV struct strv cells = {0};
    for (size_t c = 0; c < t->n; c++) {
        char *cell = columns[c]->cell(item);
        strv_take(&cells, cell ? cell : mem_strdup("-"));
    }
    for (size_t c = 0; c < t->n; c++) {
        table_cell(t, cells.v[c]);
        if (columns[c]->tint)
            table_tint(t, columns[c]->tint(cells.v[c]));
    }
}

static int output_table(const struct cli *cli, const json_t *items, const struct table_look *look)
{
    AUTO(table_done)
    struct table t = {0};
    AUTO_FREE const struct column **columns = mem_array(look->n, sizeof(*columns));
    AUTO_FREE const char **heads = mem_array(look->n, sizeof(*heads));
    size_t n = shown_columns(cli, look, columns), i;
    json_t *item;
    if (json_array_size(items) == 0) {
        cli_note(cli, "%s", look->none);
        return CLI_DONE;
    }
    for (i = 0; i < n; i++)
        heads[i] = columns[i]->head;
    table_begin(&t, heads, n);
    json_array_foreach(items, i, item) add_item(&t, columns, item);
    AUTO_FREE char *text = table_text(&t, cli->format == FORMAT_WIDE ? 0 : cli->columns, cli->color_out);
    fputs(text, stdout);
    return CLI_DONE;
}

int output_list(const struct cli *cli, const json_t *items, const struct table_look *look)
{
    if (cli->format == FORMAT_NAME)
        return output_names(items, look);
    if (cli->format == FORMAT_TABLE || cli->format == FORMAT_WIDE)
        return output_table(cli, items, look);
    AUTO_JSON json_t *list =
        json_pack("{s:s, s:s, s:O}", "apiVersion", "v1", "kind", "List", "items", (json_t *)(uintptr_t)items);
    return output_value(cli, list);
}
