// SPDX-License-Identifier: Apache-2.0
/* Reads values from files, standard input and the terminal. */
#include "cli/given_value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "io/file.h"

#define INTERRUPT 3    /* Ctrl-C as a character */
#define LINE_MOST 4096 /* what the kernel takes as a line */

/* Without echo, and with Ctrl-C as a character that ends the line: nobody is left with a silent terminal. */
static void go_silent(const struct termios *was)
{
    struct termios t = *was;
    t.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    t.c_cc[VEOL] = INTERRUPT;
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &t);
}

static int ask(const char *what, char **ret, size_t *ret_len, struct err *e)
{
    struct termios was;
    char *line = mem_alloc(LINE_MOST + 1);
    if (tcgetattr(STDIN_FILENO, &was) < 0) {
        free(line);
        return err_errno(e, errno, "%s: ask on the terminal", what);
    }
    go_silent(&was); /* before it is asked for: what is typed earlier is thrown away */
    fprintf(stderr, "%s: ", what);
    fflush(stderr);
    ssize_t n = read(STDIN_FILENO, line, LINE_MOST);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
    fputc('\n', stderr);
    if (n > 0 && line[n - 1] == '\n')
        line[--n] = '\0';
    if (n < 0 || memchr(line, INTERRUPT, (size_t)n)) {
        seal_wipe(line, LINE_MOST);
        return err_set(e, ENODATA, "%s: nothing was given", what);
    }
    *ret = line;
    *ret_len = (size_t)n;
    return 0;
}

int given_value_read(const char *from, const char *what, char **ret, size_t *ret_len, struct err *e)
{
    int r;
    if (str_eq(from, "-") && isatty(STDIN_FILENO))
        return ask(what, ret, ret_len, e);
    if (str_eq(from, "-"))
        r = file_read_fd(STDIN_FILENO, GIVEN_VALUE_MAX, ret, ret_len, e);
    else if (from[0] == '@' && from[1] != '\0')
        r = file_read(from + 1, GIVEN_VALUE_MAX, ret, ret_len, e);
    else
        return err_set(e, EINVAL, "%s: write it as @FILE or -", what);
    return err_wrap(e, r, "%s", what);
}

void given_value_hide(char *argument)
{
    memset(argument, '*', strlen(argument));
}
