// SPDX-License-Identifier: Apache-2.0
/* Words and lines of progress. */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- words ---- */

static const struct {
    const char *operation, *words;
} under_way[] = {{"create", "creating"},
                 {"configure", "configuring"},
                 {"start", "starting"},
                 {"stop", "stopping"},
                 {"delete", "deleting"}};

static const char *operation_words(const char *operation)
{
    const char *dot = strrchr(operation, '.'), *name = dot ? dot + 1 : operation;
    for (size_t i = 0; i < ARRAY_LEN(under_way); i++)
        if (str_eq(name, under_way[i].operation))
            return under_way[i].words;
    return operation;
}

/* The first line of a message, in full. */
static void add_message(struct buf *b, const char *message)
{
    if (str_empty(message))
        return;
    buf_addf(b, "%s%.*s", b->len ? ": " : "", (int)strcspn(message, "\n"), message);
}

static void settled_words(const json_t *c, struct buf *b, enum tint *ret_tint)
{
    int64_t replicas = json_int(c, "replicas", 0), ready = json_int(c, "ready", 0);
    const char *state = json_str(c, "state", "");
    /* One that is alone and not ready has software on its way or has failed: that is told by itself. */
    bool short_of = str_eq(state, "running") && replicas > 1 && ready < replicas;
    *ret_tint = short_of ? TINT_YELLOW : TINT_GREEN;
    buf_adds(b, state);
    if (short_of)
        buf_addf(b, ", %lld of %lld ready", (long long)ready, (long long)replicas);
    else if (replicas > 1)
        buf_addf(b, ", %lld ready", (long long)ready);
}

char *progress_words(const json_t *c, enum tint *ret_tint)
{
    struct buf b = {0};
    const char *operation = json_str(c, "operation", ""), *message = json_str(c, "message", NULL);
    const char *state = json_str(c, "state", ""), *goal = json_str(c, "goal", state);
    if (json_bool(c, "failed", false)) {
        *ret_tint = TINT_RED;
        buf_addf(&b, operation[0] ? "failed at %s" : "failed", operation);
        add_message(&b, message);
    } else if (operation[0]) {
        *ret_tint = TINT_YELLOW;
        buf_adds(&b, operation_words(operation));
        add_message(&b, message);
    } else if (str_eq(state, goal)) {
        settled_words(c, &b, ret_tint);
        add_message(&b, message);
    } else {
        *ret_tint = TINT_FAINT;
        buf_addf(&b, "%s, waits", state[0] ? state : "new");
        add_message(&b, message);
    }
    return buf_take(&b);
}

/* ---- lines ---- */

static bool told_already(struct progress *p, const char *name, const char *words)
{
    if (str_eq(map_get(&p->told, name), words))
        return true;
    map_set(&p->told, name, mem_strdup(words));
    return false;
}

void progress_begin(struct progress *p, const struct cli *cli)
{
    *p = (struct progress){.cli = cli};
    map_init(&p->told, free);
}

static int name_width(const json_t *components)
{
    size_t i, width = 0;
    json_t *c;
    json_array_foreach(components, i, c)
    {
        size_t len = strlen(json_str(c, "name", ""));
        width = len > width ? len : width;
    }
    return (int)(width < 60 ? width : 60);
}

/* Room for so many lines to be drawn again? */
static bool fits(const struct progress *p, size_t lines)
{
    struct winsize size;
    return p->cli->tty_err && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && lines + 1 < size.ws_row &&
           size.ws_col > 40;
}

static void draw_line(const struct progress *p, const char *name, int width, const char *words, enum tint tint)
{
    struct winsize size = {.ws_col = 80};
    ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
    int room = size.ws_col - width - 3; /* never wraps: that would break the count of lines */
    fprintf(stderr, "\r\033[K%-*.*s  %s%.*s%s\n", width, width, name, tint_on(p->cli->color_err, tint),
            room > 1 ? room : 1, words, tint_off(p->cli->color_err, tint));
}

static void draw(struct progress *p, const json_t *components)
{
    size_t i, lines = json_array_size(components);
    json_t *c;
    int width = name_width(components);
    if (p->drawn)
        fprintf(stderr, "\033[%zuA", p->drawn);
    json_array_foreach(components, i, c)
    {
        enum tint tint;
        AUTO_FREE char *words = progress_words(c, &tint);
        draw_line(p, json_str(c, "name", ""), width, words, tint);
    }
    for (i = lines; i < p->drawn; i++)
        fprintf(stderr, "\r\033[K\n");
    p->drawn = lines > p->drawn ? lines : p->drawn;
}

void progress_show(struct progress *p, const json_t *components)
{
    bool redraw = fits(p, json_array_size(components)), changed = false;
    size_t i;
    json_t *c;
    json_array_foreach(components, i, c)
    {
        enum tint tint;
        const char *name = json_str(c, "name", "");
        AUTO_FREE char *words = progress_words(c, &tint);
        if (told_already(p, name, words))
            continue;
        changed = true;
        if (!redraw)
            fprintf(stderr, "%s: %s%s%s\n", name, tint_on(p->cli->color_err, tint), words,
                    tint_off(p->cli->color_err, tint));
    }
    if (redraw && changed)
        draw(p, components);
    fflush(stderr);
}

void progress_done(struct progress *p)
{
    map_done(&p->told);
}
