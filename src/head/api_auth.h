// SPDX-License-Identifier: Apache-2.0
/* Who sends a request, and what he may do. */
#pragma once

#include "head/head_state.h"

enum api_right {
    RIGHT_NONE, /* nobody we know */
    RIGHT_NODE, /* a node: its own link, and files of bundles */
    RIGHT_USER, /* everything but handing out credentials */
    RIGHT_ROOT, /* root of this machine, over the Unix socket: everything */
};
struct api_user {
    char *name; /* or NULL. Owned */
    enum api_right right;
};

void api_user_of(const struct head *h, const struct http_request *r, struct api_user *ret);
void api_user_done(struct api_user *u);
