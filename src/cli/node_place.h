// SPDX-License-Identifier: Apache-2.0
/* `sedge node cordon|uncordon|drain|label|taint`: which pods a board takes. Each gives an exit status. */
#pragma once

#include "cli/api_client.h"

int node_cordon(struct cli *cli, char *const *names, size_t n, bool closed);
/* words: KEY=VALUE sets, KEY- takes away. */
int node_label(struct cli *cli, const char *node, char *const *words, size_t n);
/* words: KEY=VALUE:EFFECT or KEY:EFFECT sets, KEY- or KEY:EFFECT- takes away. */
int node_taint(struct cli *cli, const char *node, char *const *words, size_t n);

struct node_drain {
    int64_t timeout_us; /* 0: none */
    bool volumes, unowned;
};
int node_drain(struct cli *cli, const char *node, const struct node_drain *how);

/* The taints with the words' changes: a new array, or NULL with `e`. Pure. */
json_t *node_taints_changed(const json_t *taints, char *const *words, size_t n, struct err *e);
/* The words as a patch of labels: a new object, or NULL with `e`. Pure. */
json_t *node_labels_patch(char *const *words, size_t n, struct err *e);
