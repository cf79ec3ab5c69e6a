// SPDX-License-Identifier: Apache-2.0
/* One line, one write: lines of several threads and processes on one stream never mix. Nothing here allocates. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define LOG_LINE_MOST 4096 /* what a pipe takes in one piece */

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static char log_room[32] = "sedge";
static enum log_level log_least = LOG_LEVEL_INFO;

void log_init(const char *room, enum log_level level)
{
    snprintf(log_room, sizeof(log_room), "%s", room);
    log_least = level;
    const char *wanted = getenv("SEDGE_LOG");
    for (int i = 0; wanted != NULL && i < (int)level; i++)
        if (strcmp(wanted, level_names[i]) == 0)
            log_least = (enum log_level)i;
}

/* Escapes as logfmt readers expect, into [out, end); the characters that no longer fit are dropped whole. */
static char *log_escape(char *out, const char *end, const char *text)
{
    static const char names[] = "\nn\tt\rr\"\"\\\\"; /* pairs: character, its letter */
    for (; *text != '\0' && end - out > 4; text++) {
        const char *pair = names;
        while (*pair != '\0' && *pair != *text)
            pair += 2;
        if (*pair != '\0') {
            *out++ = '\\';
            *out++ = pair[1];
        } else if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            out += sprintf(out, "\\x%02x", (unsigned)(unsigned char)*text);
        } else {
            *out++ = *text;
        }
    }
    return out;
}

static void log_write(const char *line, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, line, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* a log that nobody takes must not stop the work */
        line += n;
        len -= (size_t)n;
    }
}

void log_line(enum log_level level, const char *fmt, ...)
{
    if (level < log_least)
        return;
    int saved = errno;
    char ts[32], text[LOG_LINE_MOST], line[LOG_LINE_MOST];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n < 0)
        text[0] = '\0';
    n = snprintf(line, sizeof(line), "ts=%s level=%s room=%s msg=\"", clock_rfc3339_us(clock_now_us(), ts, sizeof(ts)),
                 level_names[level], log_room);
    char *out = log_escape(line + n, line + sizeof(line) - sizeof("\"\n"), text);
    out = stpcpy(out, "\"\n");
    log_write(line, (size_t)(out - line));
    errno = saved;
}
