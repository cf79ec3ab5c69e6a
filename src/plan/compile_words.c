// SPDX-License-Identifier: Apache-2.0
/* Command lines into words: quotes and backslashes as in POSIX sh, nothing expanded. */
#include "plan/compile_words.h"

#include <errno.h>
#include <string.h>

struct splitter {
    const char *at;
    struct buf word;
    bool in_word;
};

/* Takes a quoted part; the quote character stands at `at`. -EINVAL when it is not closed. */
static int quoted(struct splitter *s)
{
    char quote = *s->at++;
    for (; *s->at && *s->at != quote; s->at++) {
        if (quote == '"' && *s->at == '\\' && s->at[1] && strchr("\"\\$`", s->at[1]))
            s->at++;
        buf_addc(&s->word, *s->at);
    }
    if (!*s->at)
        return -EINVAL;
    s->at++;
    return 0;
}

static void flush(struct splitter *s, struct strv *ret)
{
    if (s->in_word)
        strv_take(ret, buf_take(&s->word));
    s->in_word = false;
}

int compile_words(const char *line, struct strv *ret, struct err *e)
{
    struct splitter s = {.at = line};
    while (*s.at) {
        if (strchr(" \t\n", *s.at)) {
            flush(&s, ret);
            s.at++;
            continue;
        }
        s.in_word = true;
        if (*s.at == '\'' || *s.at == '"') {
            if (quoted(&s) < 0) {
                buf_done(&s.word);
                return err_set(e, EINVAL, "command '%s': a quote is not closed", line);
            }
            continue;
        }
        if (*s.at == '\\' && s.at[1])
            s.at++;
        buf_addc(&s.word, *s.at++);
    }
    flush(&s, ret);
    buf_done(&s.word);
    return 0;
}
