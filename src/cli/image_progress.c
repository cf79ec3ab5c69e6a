// SPDX-License-Identifier: Apache-2.0
/* Bars and steps. */
#include "cli/image_progress.h"

#include <stdio.h>
#include <string.h>

#include "cli/output.h"

#define BAR 24

static void add_bar(struct buf *b, int64_t current, int64_t total)
{
    int full = current >= total ? BAR : (int)((double)current / (double)total * BAR);
    buf_adds(b, " [");
    for (int i = 0; i < BAR; i++)
        buf_addc(b, i < full ? '=' : i == full ? '>' : ' ');
    buf_addc(b, ']');
}

char *image_progress_line(const json_t *message, int width)
{
    struct buf b = {0};
    char done[32], all[32];
    const char *layer = json_str(message, "layer", "");
    int64_t current = json_int(message, "current", 0), total = json_int(message, "total", 0);
    if (str_starts(layer, "sha256:"))
        layer += strlen("sha256:");
    buf_addf(&b, "%s%s%.12s", json_str(message, "status", ""), layer[0] ? " " : "", layer);
    if (total > 0 && width >= 70)
        add_bar(&b, current, total);
    if (current > 0)
        buf_addf(&b, " %s", size_text(current, done, sizeof(done)));
    if (total > 0)
        buf_addf(&b, " of %s", size_text(total, all, sizeof(all)));
    for (size_t i = 0; i < b.len; i++)
        if ((unsigned char)b.data[i] < ' ')
            b.data[i] = ' ';
    if (width > 0 && b.len > (size_t)width)
        b.data[b.len = (size_t)width] = '\0';
    return buf_take(&b);
}

/* Elsewhere than on a terminal each step of each layer is told once. */
static void tell_step(struct image_progress *p, const json_t *message)
{
    AUTO_JSON json_t *plain = json_copy((json_t *)(uintptr_t)message);
    json_object_del(plain, "current");
    json_object_del(plain, "total");
    char *step = image_progress_line(plain, 0);
    if (!str_eq(step, p->step))
        fprintf(stderr, "%s\n", step);
    free(p->step);
    p->step = step;
}

void image_progress_take(struct image_progress *p, const json_t *message)
{
    const char *error = json_str(message, "error", NULL), *image = json_str(message, "image", NULL);
    if (error) {
        free(p->error);
        p->error = mem_strdup(error);
        return;
    }
    if (image) {
        free(p->name);
        p->name = mem_strdup(json_str(message, "name", image));
        return;
    }
    if (!p->cli->tty_err) {
        tell_step(p, message);
        return;
    }
    AUTO_FREE char *line = image_progress_line(message, p->cli->columns > 1 ? p->cli->columns - 1 : 79);
    fprintf(stderr, "\r\033[K%s", line);
    p->drawn = true;
    fflush(stderr);
}

void image_progress_end(struct image_progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    fflush(stderr);
    p->drawn = false;
}

void image_progress_done(struct image_progress *p)
{
    char **owned[] = {&p->step, &p->name, &p->error};
    for (size_t i = 0; i < ARRAY_LEN(owned); i++)
        mem_freep(owned[i]);
}
