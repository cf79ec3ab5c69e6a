// SPDX-License-Identifier: Apache-2.0
/* Progress of images being brought in: bars on a terminal, a line for each step elsewhere. */
#pragma once

#include "cli/cli_private.h"

struct image_progress {
    const struct cli *cli;
    char *step;  /* told last, elsewhere */
    bool drawn;  /* a bar stands on the terminal */
    char *name;  /* of the image, at its end */
    char *error; /* or why not */
};
/* Takes one of the helper's messages (image/image_fetch.h). */
void image_progress_take(struct image_progress *p, const json_t *message);
void image_progress_end(struct image_progress *p); /* takes the bar away */
void image_progress_done(struct image_progress *p);
/* "Downloading 1a2b3c [=====>    ] 12 MB of 40 MB" in at most `width` characters. Pure; the caller frees. */
char *image_progress_line(const json_t *message, int width);
