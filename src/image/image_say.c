// SPDX-License-Identifier: Apache-2.0
/* The helper's words: one JSON object a line on standard output. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "image/image_bring.h"
#include "io/file.h"

#define PROGRESS_EVERY_US (100 * US_PER_MS)

/* Nobody may be listening: the work goes on all the same. */
static void say(const json_t *v)
{
    AUTO_FREE char *text = json_text(v);
    AUTO_FREE char *line = mem_printf("%s\n", text);
    (void)file_write_fd(STDOUT_FILENO, line, strlen(line));
}

void image_say(struct image_bring *b, const char *status, const char *layer, int64_t current, int64_t total)
{
    AUTO_JSON json_t *v = json_object();
    json_put_str(v, "status", status);
    json_put_str(v, "layer", layer);
    if (current || total) {
        json_put_int(v, "current", current);
        json_put_int(v, "total", total);
    }
    say(v);
    b->said_us = clock_mono_us();
}

void image_say_progress(struct image_bring *b, int64_t current)
{
    if (clock_mono_us() - b->said_us >= PROGRESS_EVERY_US)
        image_say(b, b->doing, b->label, current, b->total);
}

void image_say_done(const char *id, const char *name)
{
    AUTO_JSON json_t *v = json_object();
    json_put_str(v, "image", id);
    json_put_str(v, "name", name ? name : id);
    say(v);
}

static const struct {
    int code;
    const char *name;
} codes[] = {
    {ENOENT, "NOT_FOUND"},  {EACCES, "DENIED"},   {ENETUNREACH, "UNREACHABLE"}, {EBADMSG, "CORRUPT"},
    {EFBIG, "TOO_BIG"},     {ENOMEM, "TOO_BIG"},  {ENOSPC, "NO_SPACE"},         {EDQUOT, "NO_SPACE"},
    {ENOEXEC, "BAD_IMAGE"}, {EINVAL, "BAD_NAME"},
};

int image_say_error(const struct err *e)
{
    AUTO_JSON json_t *v = json_object();
    const char *name = "FAILED";
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (codes[i].code == e->code)
            name = codes[i].name;
    }
    const char *text = err_text(e);
    json_put_str(v, "error", str_is_utf8(text, strlen(text)) ? text : "(the error's text is not UTF-8)");
    json_put_str(v, "code", name);
    say(v);
    return 1;
}
