// SPDX-License-Identifier: Apache-2.0
/* `sedge events`: what happened, and what happens. */
#include <string.h>

#include "cli/names.h"
#include "cli/output.h"

extern const struct verb verb_events;

struct events_options {
    bool watch, all_ns;
};
static const struct opt events_opts[] = {
    OPT(events_options, 'w', "watch", OPT_SWITCH, watch, NULL, "go on with what comes, until Ctrl-C"),
    OPT(events_options, 'A', "all-namespaces", OPT_SWITCH, all_ns, NULL, "those of every namespace"),
};

/* ---- columns ---- */

static char *cell_age(const json_t *event)
{
    char age[32];
    const char *last = json_str(event, "lastTimestamp", NULL);
    return mem_strdup(age_text(last ? last : json_str(json_object_get(event, "metadata"), "creationTimestamp", NULL),
                               clock_now_us(), age, sizeof(age)));
}

static char *cell_type(const json_t *event)
{
    return mem_strdup(json_str(event, "type", NULL));
}

static enum tint tint_type(const char *cell)
{
    return str_eq(cell, "Warning") ? TINT_YELLOW : TINT_NONE;
}

static char *cell_reason(const json_t *event)
{
    return mem_strdup(json_str(event, "reason", NULL));
}

static char *cell_object(const json_t *event)
{
    const json_t *about = json_object_get(event, "involvedObject");
    const struct kind *k = kind_find(json_str(about, "kind", ""));
    return mem_printf("%s/%s", k ? k->singular : json_str(about, "kind", "?"), json_str(about, "name", "?"));
}

static char *cell_count(const json_t *event)
{
    return mem_printf("%lld", (long long)json_int(event, "count", 1));
}

static char *cell_message(const json_t *event)
{
    return mem_strdup(json_str(event, "message", NULL));
}

static char *cell_name(const json_t *event)
{
    return mem_strdup(name_of(event));
}

static const struct column columns[] = {
    {"AGE", false, cell_age, NULL},       {"TYPE", false, cell_type, tint_type}, {"COUNT", true, cell_count, NULL},
    {"REASON", false, cell_reason, NULL}, {"OBJECT", false, cell_object, NULL},  {"MESSAGE", false, cell_message, NULL},
};

/* ---- which ---- */

/* Whose events are wanted: NULL: everybody's. `others`: applications whose names begin with its name and "-", such as
 * shop-2 beside shop: what begins with their names is theirs. */
struct filter {
    const char *app;
    struct strv others;
};

static bool begins_part(const char *name, const char *app)
{
    size_t len = strlen(app);
    return strncmp(name, app, len) == 0 && (name[len] == '\0' || name[len] == '-');
}

static bool wanted(const struct filter *f, const json_t *event)
{
    const json_t *about = json_object_get(event, "involvedObject");
    const char *name = json_str(about, "name", "");
    if (!f->app)
        return true;
    if (str_eq(json_str(about, "kind", ""), "Application"))
        return str_eq(name, f->app);
    for (size_t i = 0; i < f->others.n; i++)
        if (begins_part(name, f->others.v[i]))
            return false;
    return begins_part(name, f->app);
}

static int fill_filter(struct cli *cli, const char *app, struct filter *f, struct err *e)
{
    AUTO_JSON json_t *list = NULL;
    size_t i;
    json_t *item;
    int r = client_list(cli, kind_find("Application"), client_ns(cli), NULL, &list, e);
    f->app = app;
    json_array_foreach(json_object_get(list, "items"), i, item)
    {
        if (!str_eq(name_of(item), app) && begins_part(name_of(item), app))
            strv_add(&f->others, name_of(item));
    }
    return r;
}

/* The wanted ones, oldest first. */
static json_t *choose(const struct filter *f, const json_t *events)
{
    AUTO_JSON json_t *kept = json_array();
    size_t i;
    json_t *event;
    json_array_foreach(events, i, event)
    {
        if (wanted(f, event))
            json_array_append(kept, event);
    }
    return by_last_change(kept);
}

/* ---- showing ---- */

struct watching {
    struct cli *cli;
    const struct filter *filter;
};

static void print_line(const struct cli *cli, const json_t *event)
{
    AUTO_FREE char *object = cell_object(event);
    char age[32];
    const char *type = json_str(event, "type", "-");
    enum tint tint = tint_type(type);
    age_text(json_str(event, "lastTimestamp", NULL), clock_now_us(), age, sizeof(age));
    printf("%-6s  %s%-7s%s  %-18s  %-30s  %s\n", age, tint_on(cli->color_out, tint), type,
           tint_off(cli->color_out, tint), json_str(event, "reason", "-"), object, json_str(event, "message", "-"));
}

static int told(void *data, const char *type, const json_t *event)
{
    struct watching *g = data;
    if (str_eq(type, "DELETED") || !wanted(g->filter, event))
        return 0;
    if (g->cli->format == FORMAT_TABLE || g->cli->format == FORMAT_WIDE) {
        print_line(g->cli, event);
    } else if (g->cli->format == FORMAT_NAME) {
        puts(name_of(event));
    } else {
        AUTO_FREE char *text = g->cli->format == FORMAT_YAML ? json_to_yaml(event) : json_text(event);
        printf("%s%s%s", g->cli->format == FORMAT_YAML ? "---\n" : "", text, g->cli->format == FORMAT_YAML ? "" : "\n");
    }
    cli_flush(stdout);
    return 0;
}

/* What is there in the lines of what comes, then what comes. */
static int watch(struct cli *cli, const char *ns, const struct filter *f, const json_t *events, const char *revision)
{
    struct watching g = {cli, f};
    struct err e = {0};
    struct client_watch w = {.kind = kind_find("Event"), .ns = ns, .revision = revision, .told = told, .data = &g};
    size_t i;
    json_t *event;
    json_array_foreach(events, i, event) told(&g, "ADDED", event);
    client_watch(cli, &w, &e);
    return cli_fail(cli, &e);
}

static int run_events(struct cli *cli, int argc, char **argv)
{
    struct events_options o = {0};
    int r = options_parse(cli, &verb_events, &argc, argv, &o);
    if (r >= 0)
        return r;
    struct err e = {0};
    struct filter f = {0};
    const char *ns = o.all_ns ? NULL : client_ns(cli);
    AUTO_JSON json_t *list = NULL;
    struct table_look look = {.columns = columns, .n = ARRAY_LEN(columns), .name = cell_name, .none = "No events."};
    r = argc > 1 ? fill_filter(cli, argv[1], &f, &e) : 0;
    if (r == 0)
        r = client_list(cli, kind_find("Event"), ns, NULL, &list, &e);
    AUTO_JSON json_t *events = choose(&f, json_object_get(list, "items"));
    if (r < 0)
        r = cli_fail(cli, &e);
    else if (o.watch)
        r = watch(cli, ns, &f, events, json_str(json_object_get(list, "metadata"), "resourceVersion", NULL));
    else
        r = output_list(cli, events, &look);
    strv_done(&f.others);
    return r;
}

const struct verb verb_events = {.name = "events",
                                 .group = GROUP_APPLICATION,
                                 .args = "[APP]",
                                 .line = "Show what happened, of everything or of one application",
                                 .examples = "sedge events\nsedge events shop\nsedge events -w\n",
                                 OPTS(events_opts),
                                 .formats = FORMATS_ALL,
                                 .args_max = 1,
                                 .run = run_events};
